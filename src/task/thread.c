/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/thread.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>

#include "event/facts.h"
#include "event/usage.h"
#include "task/exit_evidence.h"
#include "task/program.h"
#include "task/usage_sum.h"

enum fork_kind thread_kind(const struct thread *thread)
{
	if (!thread->has_flags)
		return FORK_KIND_UNKNOWN;
	if (thread->clone_flags & CLONE_THREAD)
		return FORK_KIND_THREAD;
	return thread->clone_flags & CLONE_VFORK ? FORK_KIND_VFORK : FORK_KIND_PROCESS;
}

enum known thread_is_of_parent(const struct thread *thread)
{
	if (thread->has_flags)
		return thread->clone_flags & CLONE_THREAD ? KNOWN_YES : KNOWN_NO;
	if (thread->has_tgid)
		return thread->has_other_tgid ? KNOWN_YES : KNOWN_NO;
	return KNOWN_NOT;
}

void thread_announce(struct thread *thread, const struct event *event)
{
	thread->announced = true;
	thread->parent_tid = event->current_tid;
	thread->has_flags = true;
	thread->clone_flags = event->new_task.clone_flags;
	thread->flags_complete = event->new_task.flags_complete;
}

void thread_announce_child(struct thread *thread, const struct event *event)
{
	thread->announced = true;
	thread->has_tgid = event->child.pid != 0;
	thread->has_other_tgid = event->child.pid != event->child.tid;
}

int thread_set_name(struct thread *thread, int32_t tid, struct text name, struct process_pool *pool)
{
	struct process *process = thread->process;
	int code =
		shared_comm_set(&thread->comm, name, process ? process->comm : NULL, &pool->comms);

	if (code == 0 && process && process->pid == tid)
		shared_comm_share(&process->comm, thread->comm);
	return code;
}

void thread_set_exit_call(struct thread *thread, struct exit_call call)
{
	thread->has_exit_call = call.known;
	thread->exits_group = call.is_group;
	thread->exit_code = call.code;
}

/* Returns the leader's name, or that of the thread which forked if it is not known. */
static struct shared_comm *parent_name(const struct thread *parent)
{
	return parent->process->comm ? parent->process->comm : parent->comm;
}

static void release_process(struct thread *thread)
{
	process_release(thread->process);
	thread->process = NULL;
}

static int name_both(struct thread *child, struct thread *parent, const struct event *event)
{
	struct process_pool *pool = parent->process->pool;
	int code = thread_set_name(parent, event->fork.parent_tid, event->fork.parent_comm, pool);

	return code < 0 ? code
			: shared_comm_set(&child->comm, event->fork.child_comm, parent->comm,
					  &pool->comms);
}

int thread_fork(struct thread *child, int32_t tid, struct thread *parent, const struct event *event,
		uint64_t losses)
{
	enum known is_of_parent = thread_is_of_parent(child);

	if (name_both(child, parent, event) < 0)
		return -ENOMEM;
	/* It goes on: what it took did not end it. */
	parent->taken = 0;
	/* It may have joined a process when it was announced. */
	thread_leave(child);
	release_process(child);
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
	process->comm = shared_comm_hold(child->comm);
	/* It may be a thread of the one process or, with threads to come, the other. */
	if (is_of_parent == KNOWN_NOT)
		parent->process->losses = LOSSES_UNKNOWN;
	else
		process->losses = losses;
	return 0;
}

/* The memory of the old program has gone with it. */
static void keep_usage_over_exec(struct process *process, uint64_t losses)
{
	process->usage_is_partial |= process->losses != losses;
	if (process->usage)
		process->usage->max_rss_kib = 0;
}

int thread_exec(struct thread *thread, const struct event *event, uint64_t losses)
{
	struct process *process = thread->process;
	const struct exec_image *image = event->exec.image;
	struct program *program =
		program_new(event->exec.filename, image ? &image->arguments : NULL);

	if (!program)
		return -ENOMEM;
	if (image)
		program->credentials = image->credentials;
	process_set_program(process, program);
	process_set_pid(process, event->exec.pid);
	keep_usage_over_exec(process, losses);
	process->exec_ns = event->time_ns;
	process->execs++;
	process->threads = 1;
	process->is_dying = process->has_ended = false;
	process->losses = losses;
	thread->execs = process->execs;
	exit_evidence_exec(&process->evidence);
	process->status_is_told = false;
	process->told_by = TOLD_BY_NEWEST;
	thread->taken = 0;
	thread_set_exit_call(thread, (struct exit_call){0});
	return thread_set_name(thread, process->pid, event->exec.comm, process->pool);
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
	return thread->announced && thread->has_flags &&
	       (thread->clone_flags & CLONE_UNTRACED) != 0;
}

static enum told_by told_by(const struct thread *thread, const struct event *event)
{
	if (event->exit.has_status && thread->taken != 0)
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
	process->told_by = (uint8_t)by;
	process->status_is_told = event->exit.has_status;
	process->told_status = event->exit.status;
}

static struct thread_end end_of(const struct thread *thread)
{
	return (struct thread_end){
		.taken = thread->taken,
		.call =
			{
				.known = thread->has_exit_call,
				.is_group = thread->exits_group,
				.code = thread->exit_code,
			},
	};
}

/* Keep the USAGE (NULL: not told) of a task of PROCESS that has exited. Returns 0 or -ENOMEM. */
static int keep_usage(struct process *process, const struct task_usage *usage)
{
	process->usage_is_partial |= !usage;
	if (!usage)
		return 0;
	if (!process->usage)
		process->usage = calloc(1, sizeof(*process->usage));
	if (!process->usage)
		return -ENOMEM;
	usage_sum_add(process->usage, usage);
	return 0;
}

int thread_exit(struct thread *thread, const struct event *event, uint64_t losses, enum known *last)
{
	struct process *process = thread->process;

	if (thread_set_name(thread, event->exit.pid, event->exit.comm, process->pool) < 0)
		return -ENOMEM;
	if (event->exit.call.known)
		thread_set_exit_call(thread, event->exit.call);
	/* Only those say who is the last. */
	process->evidence.is_recent = event->exit.last != KNOWN_NOT;
	const struct thread_end end = end_of(thread);
	exit_evidence_thread(&process->evidence, &end, event->time_ns);
	/* They end by themselves, whatever the process ends with. */
	if (!is_made_by_kernel(thread))
		take_status(process, thread, event);
	*last = find_last(process, event->exit.last, losses);
	process->has_ended |= *last == KNOWN_YES;
	return *last == KNOWN_YES ? 0 : keep_usage(process, event->exit.usage);
}

void thread_join(struct thread *thread, struct process *process)
{
	thread->process = process;
	thread->execs = process->execs;
	process->threads++;
}

void thread_leave(struct thread *thread)
{
	struct process *process = thread->process;

	if (process && process->threads > 0 && thread->execs == process->execs)
		process->threads--;
}

void thread_done(struct thread *thread)
{
	release_process(thread);
	shared_comm_release(thread->comm);
	thread->comm = NULL;
}
