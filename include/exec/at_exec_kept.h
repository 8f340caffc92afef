/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc showed of processes at their execs, kept from when it was read until the exec's turn
 * comes.
 */
#ifndef PXT_EXEC_AT_EXEC_KEPT_H
#define PXT_EXEC_AT_EXEC_KEPT_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"
#include "exec/at_exec.h"

/* The most bytes that are kept; beyond that the oldest are dropped. */
#define AT_EXEC_KEPT_MAX (4U * 1024U * 1024U)

struct at_exec_kept;

/* Returns NULL without memory. */
struct at_exec_kept *at_exec_kept_new(void);

void at_exec_kept_free(struct at_exec_kept *kept);

/*
 * Keep a copy of TEXT, which is FACT of the exec of PID that left its stack pointer at POINTER, in
 * place of an earlier one. Returns 0 or -ENOMEM.
 */
int at_exec_kept_add(struct at_exec_kept *kept, enum at_exec_fact fact, int32_t pid,
		     uint64_t pointer, struct text text) MUST_CHECK;

/* Take all of an exec out again. Its texts are borrowed until the next call. */
struct at_exec at_exec_kept_take(struct at_exec_kept *kept, int32_t pid, uint64_t pointer);

#endif
