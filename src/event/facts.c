/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event/facts.h"

const struct facts facts_unknown = {
	.tgid = -1,
	.tid = -1,
	.ppid = -1,
	.child_tgid = -1,
	.arguments = {.argc = -1},
	.age_ns = -1,
	.since_exec_ns = -1,
	.usage = USAGE_UNKNOWN,
};
