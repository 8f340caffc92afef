/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state kept of a task, thread or leader, for the facts of its events.
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
	uint64_t
		exec_ns; /* process->exec_ns when it joined that: an exec leaves no other threads */
	/* What was told of its birth before its FORK came; kernel-made threads have none. */
	struct {
		bool announced;     /* its FORK, if it has one, is still to come */
		int32_t parent_tid; /* 0: not told */
		bool has_flags;
		uint64_t clone_flags;
		bool flags_complete; /* else those above bit 31 are not known */
		int32_t tgid;        /* 0: not told */
	} birth;
};

/* How THREAD was born, as far as its clone flags tell. */
enum fork_kind thread_kind(const struct thread *thread);

/* Whether THREAD, whose id is TID, was born as one more of its parent's process. */
enum known thread_is_of_parent(const struct thread *thread, int32_t tid);

/*
 * CHILD (its process not known yet) is born with TID by EVENT, a FORK, to PARENT, whose process is
 * known. LOSSES, here and below: how often events were lost until now. Returns 0 or -ENOMEM.
 */
int thread_fork(struct thread *child, int32_t tid, struct thread *parent, const struct event *event,
		uint64_t losses) MUST_CHECK;

/* THREAD, now the only one of its process, runs what EVENT says. Returns 0 or -ENOMEM. */
int thread_exec(struct thread *thread, const struct event *event, uint64_t losses) MUST_CHECK;

/* THREAD ends as EVENT says. Returns whether its process is gone with it. */
enum known thread_exit(struct thread *thread, const struct event *event, uint64_t losses);

/* THREAD, whose id is TID, is called NAME; if it is the leader, so is its process. */
void thread_set_name(struct thread *thread, int32_t tid, struct text name);

/* EVENT, a NEW_TASK, tells of its birth. */
void thread_announce(struct thread *thread, const struct event *event);

/* Whether THREAD is the one that was announced and of which a FORK by PARENT_TID tells now. */
static inline bool thread_is_born_to(const struct thread *thread, int32_t parent_tid)
{
	const int32_t told = thread->birth.parent_tid;

	return thread->birth.announced && (told == 0 || told == parent_tid);
}

/* THREAD, whose process was not known, is one of PROCESS and takes the reference over. */
void thread_join(struct thread *thread, struct process *process);

/* THREAD does not live any more, but can still be looked at. */
void thread_leave(struct thread *thread);

/* Let go of its process. */
void thread_done(struct thread *thread);

#endif
