/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A provider of what was completed before: as soon as an exec was seen in its ring, long before its
 * turn came; or by the recorder, who wrote it into the capture.
 */
#ifndef PXT_EXEC_ARGV_KEPT_H
#define PXT_EXEC_ARGV_KEPT_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "exec/argv_provider.h"
#include "exec/env_selection.h"

/* Together they are no larger, in bytes: beyond that the oldest are forgotten. */
#define ARGV_KEPT_MAX (16U * 1024U * 1024U)

/* SELECTION as argv_proc_new() takes it. Returns NULL without memory. */
struct argv_provider *argv_kept_new(const struct env_selection *selection);

/*
 * Keep a copy of these strings, whole, of the exec of PID that left its stack pointer at POINTER,
 * until they are asked for once. ARGUMENTS or ENVIRONMENT may be NULL: then those that were added
 * before stay. Returns 0 or -ENOMEM.
 */
int argv_kept_add(struct argv_provider *kept, int32_t pid, uint64_t pointer,
		  const struct string_list *arguments,
		  const struct string_list *environment) MUST_CHECK;

#endif
