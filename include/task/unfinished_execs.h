/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs whose COMM has come and whose EXEC has not. begin_new_exec() (fs/exec.c) sets the new name
 * once the old program is gone for good. What fails from there on kills the process (SIGSEGV), as
 * do signals that arrive meanwhile, and then the tracepoint is never reached.
 */
#ifndef PXT_TASK_UNFINISHED_EXECS_H
#define PXT_TASK_UNFINISHED_EXECS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/comm.h"

struct unfinished_exec {
	int32_t sample_tid; /* COMM has no other id */
	struct comm comm;   /* the new name */
	uint64_t losses;    /* how often events had been lost when it came */
};

/* The newest ones are in an array: an EXEC follows its COMM soon. */
#define UNFINISHED_EXECS_NEW 4U

/* Zero-initialised it is empty. */
struct unfinished_execs {
	struct unfinished_exec newest[UNFINISHED_EXECS_NEW];
	bool is_used[UNFINISHED_EXECS_NEW];
	unsigned int count;               /* of `is_used` */
	unsigned int next;                /* where to add one if none is free */
	struct older_exec *older, *taken; /* by sample_tid; removed, and still borrowed */
};

void unfinished_execs_done(struct unfinished_execs *execs);

/* Add one, in place of an older one of the same task. Returns 0 or -ENOMEM. */
int unfinished_execs_add(struct unfinished_execs *execs, int32_t sample_tid, struct text comm,
			 uint64_t losses) MUST_CHECK;

/* Remove that of SAMPLE_TID and return it, borrowed until the next call; NULL: none. */
const struct unfinished_exec *unfinished_execs_take(struct unfinished_execs *execs,
						    int32_t sample_tid);

/* Returns the new name; unlike comm_text() an empty one is not taken for an unknown one. */
static inline struct text unfinished_exec_comm(const struct unfinished_exec *exec)
{
	return (struct text){exec->comm.bytes, exec->comm.length};
}

#endif
