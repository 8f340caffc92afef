/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/thread.h"

#include <errno.h>
#include <linux/sched.h>

#include "event/comm.h"
#include "event/facts.h"
#include "task/exit_evidence.h"
#include "task/program.h"

enum fork_kind thread_kind(const struct thread *thread)
{
	if (!thread->birth.has_flags)
		return FORK_KIND_UNKNOWN;
	if (thread->birth.clone_flags & CLONE_THREAD)
		return FORK_KIND_THREAD;
	return thread->birth.clone_flags & CLONE_VFORK ? FORK_KIND_VFORK : FORK_KIND_PROCESS;
}

enum known thread_is_of_parent(const struct thread *thread, int32_t tid)
{
	if (thread->birth.has_flags)
		return thread->birth.clone_flags & CLONE_THREAD ? KNOWN_YES : KNOWN_NO;
	if (thread->birth.tgid != 0)
		return thread->birth.tgid == tid ? KNOWN_NO : KNOWN_YES;
	return KNOWN_NOT;
}

void thread_announce(struct thread *thread, const struct event *event)
{
	thread->birth.announced = true;
	thread->birth.parent_tid = event->current_tid;
	thread->birth.has_flags = true;
	thread->birth.clone_flags = event->new_task.clone_flags;
	thread->birth.flags_complete = event->new_task.flags_complete;
}

void thread_set_name(struct thread *thread, int32_t tid, struct text name)
{
	comm_set(&thread->comm, name);
	if (thread->process && thread->process->pid == tid)
		thread->process->comm = thread->comm;
}

/* Returns the leader's name, or that of the thread which forked if it is not known. */
static const struct comm *parent_name(const struct thread *parent)
{
	return parent->process->comm.length > 0 ? &parent->process->comm : &parent->comm;
}

int thread_fork(struct thread *child, int32_t tid, struct thread *parent, const struct event *event,
		uint64_t losses)
{
	enum known is_of_parent = thread_is_of_parent(child, tid);

	thread_set_name(parent, event->fork.parent_tid, event->fork.parent_comm);
	comm_set(&child->comm, event->fork.child_comm);
	/* It goes on: what it took did not end it. */
	parent->end.taken = 0;
	/* It may have joined a process when it was announced. */
	thread_leave(child);
	thread_done(child);
	if (is_of_parent == KNOWN_YES) {
		thread_join(child, process_hold(parent->process));
		return 0;
	}
	struct process *process =
		process_fork(parent->process, parent_name(parent),
			     is_of_parent == KNOWN_NOT ? -1 : tid, event->time_ns);
	if (!process)
		return -ENOMEM;
	thread_join(child, process);
	process->comm = child->comm;
	/* It may be a thread of the one process or, with threads to come, the other. */
	if (is_of_parent == KNOWN_NOT)
		parent->process->losses = LOSSES_UNKNOWN;
	else
		process->losses = losses;
	return 0;
}

int thread_exec(struct thread *thread, const struct event *event, uint64_t losses)
{
	struct process *process = thread->process;
	const struct exec_image *image = event->exec.image;
	struct program *program =
		program_new(event->exec.filename, image ? &image->arguments : NULL);

	if (!program)
		return -ENOMEM;
	process_set_program(process, program);
	process->credentials = image ? image->credentials : (struct credentials){0};
	process_set_pid(process, event->exec.pid);
	process->exec_ns = event->time_ns;
	process->threads = 1;
	process->is_dying = process->has_ended = false;
	process->losses = losses;
	thread->exec_ns = process->exec_ns;
	exit_evidence_exec(&process->evidence);
	process->status_is_told = false;
	process->told_by = TOLD_BY_NEWEST;
	thread->end = (struct thread_end){0};
	thread_set_name(thread, process->pid, event->exec.comm);
	return 0;
}

/*
 * Whether the thread that exits is the last one of PROCESS; TOLD: what the kernel says. That it
 * decides (signal->live, kernel/exit.c) before the record is made, so of threads that exit at the
 * same time another than the last to be seen may be said to be it. Where all threads are known the
 * count decides; where the kernel tells, it must have said so of one of them, too.
 */
static enum known find_last(struct process *process, enum known told, uint64_t losses)
{
	bool is_only = process->threads <= 1;

	process->is_dying |= told == KNOWN_YES;
	if (process->has_ended)
		return KNOWN_NO;
	if (process->losses == losses)
		return is_only && (told == KNOWN_NOT || process->is_dying) ? KNOWN_YES : KNOWN_NO;
	if (told == KNOWN_NO && is_only && process->is_dying)
		return KNOWN_YES;
	return told;
}

/* CLONE_UNTRACED of linux/sched.h, which the kernel sets for its own threads, and no FORK. */
static bool is_made_by_kernel(const struct thread *thread)
{
	return thread->birth.announced && thread->birth.has_flags &&
	       (thread->birth.clone_flags & CLONE_UNTRACED) != 0;
}

static enum told_by told_by(const struct thread *thread, const struct event *event)
{
	if (event->exit.has_status && thread->end.taken != 0)
		return TOLD_BY_KILLED;
	return event->exit.told_last || event->exit.last == KNOWN_YES ? TOLD_BY_LAST
								      : TOLD_BY_NEWEST;
}

static void take_status(struct process *process, const struct thread *thread,
			const struct event *event)
{
	enum told_by by = told_by(thread, event);

	if (by < process->told_by)
		return;
	process->told_by = by;
	process->status_is_told = event->exit.has_status;
	process->told_status = event->exit.status;
}

enum known thread_exit(struct thread *thread, const struct event *event, uint64_t losses)
{
	struct process *process = thread->process;

	if (event->exit.call.known)
		thread->end.call = event->exit.call;
	thread_set_name(thread, event->exit.pid, event->exit.comm);
	/* Only those say who is the last. */
	process->evidence.is_recent = event->exit.last != KNOWN_NOT;
	exit_evidence_thread(&process->evidence, &thread->end, event->time_ns);
	/* They end by themselves, whatever the process ends with. */
	if (!is_made_by_kernel(thread))
		take_status(process, thread, event);
	enum known last = find_last(process, event->exit.last, losses);
	process->has_ended |= last == KNOWN_YES;
	return last;
}

void thread_join(struct thread *thread, struct process *process)
{
	thread->process = process;
	thread->exec_ns = process->exec_ns;
	process->threads++;
}

void thread_leave(struct thread *thread)
{
	struct process *process = thread->process;

	if (process && process->threads > 0 && thread->exec_ns == process->exec_ns)
		process->threads--;
}

void thread_done(struct thread *thread)
{
	process_release(thread->process);
	thread->process = NULL;
}
