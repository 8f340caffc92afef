/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A provider of strings that were completed earlier: when the exec was first seen in its ring, long
 * before its turn in time order; or by the recorder, from notes in the capture.
 */
#ifndef PXT_EXEC_ARGV_KEPT_H
#define PXT_EXEC_ARGV_KEPT_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "exec/argv_provider.h"
#include "exec/env_selection.h"

/* The most bytes that are kept; beyond that the oldest are dropped. */
#define ARGV_KEPT_MAX (16U * 1024U * 1024U)

/* SELECTION as argv_proc_new() takes it. Returns NULL without memory. */
struct argv_provider *argv_kept_new(const struct env_selection *selection);

/*
 * Keep copies of the complete ARGUMENTS and ENVIRONMENT of the exec of PID whose stack pointer is
 * POINTER, until they are asked for once. NULL leaves what was added before. SOURCE is that of
 * ARGUMENTS. Returns 0 or -ENOMEM.
 */
int argv_kept_add(struct argv_provider *kept, int32_t pid, uint64_t pointer,
		  const struct string_list *arguments, enum argv_source source,
		  const struct string_list *environment) MUST_CHECK;

#endif
