/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs whose COMM has come and whose EXEC has not. begin_new_exec() (fs/exec.c) sets the new name
 * once the old program is gone for good. What fails from there on kills the process (SIGSEGV), as
 * do signals that arrive meanwhile, and then the tracepoint is never reached.
 */
#ifndef PXT_TASK_UNFINISHED_EXECS_H
#define PXT_TASK_UNFINISHED_EXECS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/hash_table.h"
#include "base/text.h"
#include "event/comm.h"

struct unfinished_exec {
	int32_t sample_tid; /* the key: COMM has no other id */
	struct comm comm;   /* the new name */
	uint64_t losses;    /* how often events had been lost when it came */
	UT_hash_handle hh;
};

struct unfinished_execs {
	struct unfinished_exec *by_tid;
	struct unfinished_exec *taken; /* removed, still borrowed, and the next one's memory */
};

/* Returns 0 or -ENOMEM. */
int unfinished_execs_init(struct unfinished_execs *execs) MUST_CHECK;
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
