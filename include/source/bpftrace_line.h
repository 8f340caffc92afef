/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the lines that our scripts have bpftrace print (bpftrace_script.h), strictly: what is not
 * exactly one of them is none.
 *
 *   F TIME CPU TGID TID PARENT CHILD PARENT_COMM CHILD_COMM
 *   E TIME CPU PID OLD_PID COMM FILENAME
 *   X TIME CPU TGID TID PID PRIO COMM
 *   N TIME CPU TGID TID CHILD CLONE_FLAGS
 *   T TIME CPU                                 a beat: what this CPU had to say before was read
 *   Lost COUNT events                          bpftrace's own, also on standard error
 */
#ifndef PXT_SOURCE_BPFTRACE_LINE_H
#define PXT_SOURCE_BPFTRACE_LINE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/comm.h"
#include "event/event.h"
#include "source/bpftrace_script.h"

struct bpftrace_line {
	bool is_beat;       /* `event` has no more than time and CPU */
	struct event event; /* FORK, EXEC, EXIT, NEW_TASK, LOST; its texts are those here */
	char comms[2][TASK_COMM_SIZE];
	char path[BPFTRACE_PATH_SIZE];
};

/*
 * Parse TEXT, without a newline, into LINE, which is not to be copied. Returns whether it is one of
 * the above; a LOST has neither time nor CPU. A path that may have been cut is unknown.
 */
bool bpftrace_line_parse(struct text text, struct bpftrace_line *line) MUST_CHECK;

#endif
