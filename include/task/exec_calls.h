/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paths of execve(2) calls that have begun and not ended: only their end tells the error.
 */
#ifndef PXT_TASK_EXEC_CALLS_H
#define PXT_TASK_EXEC_CALLS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

/* So many are kept, and the oldest is given up first: the end of one may have been lost. */
#define EXEC_CALLS_MAX 16384U

/* Zero-initialised it is empty. */
struct exec_calls {
	struct exec_call *by_tid, *taken; /* removed, and still borrowed */
};

void exec_calls_done(struct exec_calls *calls);

/*
 * Add the call of TID, in place of an older one, with POINTER to PATH in the caller's memory;
 * LOSSES: how often events have been lost until now. A PATH whose bytes are NULL is not known.
 * Returns 0 or -ENOMEM.
 */
int exec_calls_add(struct exec_calls *calls, int32_t tid, uint64_t pointer, struct text path,
		   uint64_t losses) MUST_CHECK;

/*
 * Set the path of the call of TID to PATH, which is at POINTER in the caller's memory. One that is
 * known stays, and one that is elsewhere is of another call. Returns 0 or -ENOMEM.
 */
int exec_calls_name(struct exec_calls *calls, int32_t tid, uint64_t pointer,
		    struct text path) MUST_CHECK;

/*
 * Remove the call of TID. Returns its path, borrowed until the next call of these functions; one
 * whose bytes are NULL where there is none, or LOSSES are not what they were: what is kept may be
 * of an earlier call then.
 */
struct text exec_calls_take(struct exec_calls *calls, int32_t tid, uint64_t losses);

/* Remove the call of TID, if there is one. */
static inline void exec_calls_drop(struct exec_calls *calls, int32_t tid)
{
	if (calls->by_tid)
		exec_calls_take(calls, tid, 0);
}

#endif
