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
#include "task/shared_comm.h"

/*
 * There may be a million: small. The birth is from NEW_TASK and CHILD, which come before FORK;
 * threads made by the kernel have no FORK.
 */
struct thread {
	struct process *process;  /* held; NULL: not known yet */
	struct shared_comm *comm; /* held */
	uint64_t clone_flags;     /* birth; if `has_flags` */
	int32_t parent_tid;       /* birth; 0: not known */
	int32_t taken;            /* end: see struct thread_end */
	int32_t exit_code;        /* end; if `has_exit_call` */
	/* process->execs when it joined; if that changes, an exec has ended this thread. */
	uint16_t execs;
	bool has_exit_call : 1;
	bool exits_group : 1;
	bool announced : 1; /* birth: its FORK, if it has one, is still to come */
	bool has_flags : 1;
	bool flags_complete : 1; /* else those above bit 31 are not known */
	/* Birth: CHILD told its tgid, which is another id than its own. */
	bool has_tgid : 1;
	bool has_other_tgid : 1;
};

/* Returns the kind of fork that made THREAD, by its clone flags. */
enum fork_kind thread_kind(const struct thread *thread);

/* Returns whether THREAD was made as a thread of its parent's process. */
enum known thread_is_of_parent(const struct thread *thread);

/*
 * Apply EVENT, a FORK of CHILD, whose id is TID, by PARENT, whose process is known. LOSSES, here
 * and below: how often events have been lost until now. Returns 0 or -ENOMEM.
 */
int thread_fork(struct thread *child, int32_t tid, struct thread *parent, const struct event *event,
		uint64_t losses) MUST_CHECK;

/* Apply EVENT, an EXEC of THREAD: it is the only one of its process now. Returns 0 or -ENOMEM. */
int thread_exec(struct thread *thread, const struct event *event, uint64_t losses) MUST_CHECK;

/* Apply EVENT, an EXIT of THREAD. *LAST: its process has ended with it. Returns 0 or -ENOMEM. */
int thread_exit(struct thread *thread, const struct event *event, uint64_t losses,
		enum known *last) MUST_CHECK;

/*
 * Set the name of THREAD, whose id is TID, and of its process if it is the leader. POOL is that of
 * processes. Returns 0 or -ENOMEM.
 */
int thread_set_name(struct thread *thread, int32_t tid, struct text name,
		    struct process_pool *pool) MUST_CHECK;

/* Store that THREAD made the system call CALL, by which it exits, and has taken no signal since. */
void thread_set_exit_call(struct thread *thread, struct exit_call call);

/* Store the birth of THREAD from EVENT, a NEW_TASK. */
void thread_announce(struct thread *thread, const struct event *event);

/* Store the birth of THREAD from EVENT, a CHILD. */
void thread_announce_child(struct thread *thread, const struct event *event);

/* Returns whether THREAD was announced and a FORK by PARENT_TID may be its own. */
static inline bool thread_is_born_to(const struct thread *thread, int32_t parent_tid)
{
	const int32_t known = thread->parent_tid;

	return thread->announced && (known == 0 || known == parent_tid);
}

/* Make THREAD, which has no process, one of PROCESS; the reference passes to THREAD. */
void thread_join(struct thread *thread, struct process *process);

/* Stop counting THREAD among the live ones of its process; it keeps its reference. */
void thread_leave(struct thread *thread);

/* Drop what THREAD holds. */
void thread_done(struct thread *thread);

#endif
