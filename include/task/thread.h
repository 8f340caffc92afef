/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state kept of a task, be it leader or thread, for the facts of its events.
 */
#ifndef PXT_TASK_THREAD_H
#define PXT_TASK_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "task/process.h"

struct thread {
	struct process *process; /* held; NULL: not known yet */
	struct comm comm;
	struct thread_end end;
	/* process->exec_ns when it joined; if that changes, an exec has ended this thread. */
	uint64_t exec_ns;
	/* From NEW_TASK and CHILD, which come before FORK; threads made by the kernel have no FORK.
	 */
	struct {
		bool announced;     /* its FORK, if it has one, is still to come */
		int32_t parent_tid; /* 0: not known */
		bool has_flags;
		uint64_t clone_flags;
		bool flags_complete; /* else those above bit 31 are not known */
		int32_t tgid;        /* 0: not known */
	} birth;
};

/* Returns the kind of fork that made THREAD, by its clone flags. */
enum fork_kind thread_kind(const struct thread *thread);

/* Returns whether THREAD, whose id is TID, was made as a thread of its parent's process. */
enum known thread_is_of_parent(const struct thread *thread, int32_t tid);

/*
 * Apply EVENT, a FORK of CHILD, whose id is TID, by PARENT, whose process is known. LOSSES, here
 * and below: how often events have been lost until now. Returns 0 or -ENOMEM.
 */
int thread_fork(struct thread *child, int32_t tid, struct thread *parent, const struct event *event,
		uint64_t losses) MUST_CHECK;

/* Apply EVENT, an EXEC of THREAD: it is the only one of its process now. Returns 0 or -ENOMEM. */
int thread_exec(struct thread *thread, const struct event *event, uint64_t losses) MUST_CHECK;

/* Apply EVENT, an EXIT of THREAD. Returns whether its process has ended with it. */
enum known thread_exit(struct thread *thread, const struct event *event, uint64_t losses);

/* Set the name of THREAD, whose id is TID, and of its process if it is the leader. */
void thread_set_name(struct thread *thread, int32_t tid, struct text name);

/* Store the birth of THREAD from EVENT, a NEW_TASK. */
void thread_announce(struct thread *thread, const struct event *event);

/* Returns whether THREAD was announced and a FORK by PARENT_TID may be its own. */
static inline bool thread_is_born_to(const struct thread *thread, int32_t parent_tid)
{
	const int32_t known = thread->birth.parent_tid;

	return thread->birth.announced && (known == 0 || known == parent_tid);
}

/* Make THREAD, which has no process, one of PROCESS; the reference passes to THREAD. */
void thread_join(struct thread *thread, struct process *process);

/* Stop counting THREAD among the live ones of its process; it keeps its reference. */
void thread_leave(struct thread *thread);

/* Drop the reference to its process. */
void thread_done(struct thread *thread);

#endif
