/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/keeper.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "task/cgroup_names.h"
#include "task/describe.h"
#include "task/exit_evidence.h"
#include "task/leaderless.h"
#include "task/process.h"
#include "task/shared_comm.h"
#include "task/thread.h"

struct keeper *keeper_new(struct live_tasks *tasks)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return NULL;
	keeper->tasks = tasks;
	tasks->keeps_facts = true;
	process_pool_init(&keeper->pool);
	return keeper;
}

void keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	leaderless_done(&keeper->leaderless);
	cgroup_names_done(&keeper->cgroups);
	process_pool_done(&keeper->pool);
	free(keeper->old_parents);
	free(keeper);
}

/* ---- events ---- */

/* The process of the task, or of the leader that has ended, with this id; NULL: not known. */
static struct process *find_process(const struct keeper *keeper, int32_t pid)
{
	const struct task *task = live_tasks_find(keeper->tasks, pid);

	return task ? task->thread.process : leaderless_find(&keeper->leaderless, pid);
}

/* The process of TASK, of which no fork was seen; TGID <= 0: not known. Returns 0 or -ENOMEM. */
static int ensure_process(struct keeper *keeper, struct task *task, int32_t tgid)
{
	if (task->thread.process)
		return 0;
	struct process *process = tgid > 0 ? find_process(keeper, tgid) : NULL;
	process = process ? process_hold(process)
			  : process_new_old(&keeper->pool, tgid > 0 ? tgid : -1);
	if (!process)
		return -ENOMEM;
	thread_join(&task->thread, process);
	return 0;
}

/*
 * Where events were lost since TASK's process was known for sure, an EXEC of it may be among them.
 * A new name, COMM, says so.
 */
static void doubt_program(const struct keeper *keeper, const struct task *task, struct text comm)
{
	struct process *process = task->thread.process;

	if (process->losses != keeper->losses && keeper->losses > 0 &&
	    !shared_comm_is(task->thread.comm, comm))
		process_lose_program(process);
}

int keeper_fork(struct keeper *keeper, const struct event *event, struct task *child)
{
	struct task *parent = live_tasks_find_or_add(keeper->tasks, event->fork.parent_tid, event);
	int code = parent ? ensure_process(keeper, parent, event->sample_pid) : -ENOMEM;

	if (code == 0)
		doubt_program(keeper, parent, event->fork.parent_comm);
	leaderless_forget(&keeper->leaderless, event->fork.child_tid);
	/* No kernel says that a task forked itself; a capture may. */
	if (code == 0 && parent != child)
		code = thread_fork(&child->thread, child->tid, &parent->thread, event,
				   keeper->losses);
	if (code < 0)
		return code;
	keeper->subject = (struct subject){
		.thread = &parent->thread,
		.tid = parent->tid,
		.child = &child->thread,
	};
	return 0;
}

int keeper_exec(struct keeper *keeper, const struct event *event, struct task *task)
{
	int code = ensure_process(keeper, task, event->exec.pid);

	if (code < 0)
		return code;
	leaderless_forget(&keeper->leaderless, event->exec.pid);
	keeper->subject = (struct subject){
		.thread = &task->thread,
		.tid = task->tid,
		.previous_exec_ns = task->thread.process->exec_ns,
	};
	keeper->has_execs = true;
	return thread_exec(&task->thread, event, keeper->losses);
}

int keeper_exec_failed(struct keeper *keeper, struct event *event, struct task *task)
{
	int code = ensure_process(keeper, task, event->sample_pid);

	if (code < 0)
		return code;
	event->exec_failed.comm = shared_comm_text(task->thread.comm);
	keeper->subject = (struct subject){
		.thread = &task->thread,
		.tid = task->tid,
		.previous_exec_ns = task->thread.process->exec_ns,
	};
	return 0;
}

/*
 * Whether the missing EXEC of TASK's process proves that its exec did not come to be. Not where a
 * trace began in between: then neither an EXEC nor its fork was seen.
 */
static bool is_proof(const struct keeper *keeper, const struct task *task,
		     const struct unfinished_exec *unfinished)
{
	return keeper->expects_execs && unfinished->losses == keeper->losses &&
	       (keeper->has_execs || !task->thread.process->from_proc) &&
	       !task->thread.has_exit_call;
}

int keeper_exit(struct keeper *keeper, const struct event *event, struct task *task,
		const struct unfinished_exec *unfinished)
{
	int code = ensure_process(keeper, task, event->sample_pid);

	if (code < 0)
		return code;
	struct process *process = task->thread.process;
	if (unfinished)
		process_give_up_program(process);
	doubt_program(keeper, task, event->exit.comm);
	enum known last;
	code = thread_exit(&task->thread, event, keeper->losses, &last);
	if (code < 0)
		return code;
	keeper->subject = (struct subject){
		.thread = &task->thread,
		.tid = task->tid,
		.last = last,
		.losses = keeper->losses,
		.previous_exec_ns = process->exec_ns,
	};
	if (unfinished && is_proof(keeper, task, unfinished))
		keeper->subject.failed_exec = unfinished_exec_comm(unfinished);
	if (last == KNOWN_NO && task->tid == process->pid && !process->has_ended)
		return leaderless_add(&keeper->leaderless, process);
	if (last != KNOWN_NO)
		leaderless_forget(&keeper->leaderless, process->pid);
	return 0;
}

/* CHILD is one more thread of a process that exists, and it is not yet known of which. */
static bool is_new_thread(const struct task *child)
{
	return !child->thread.process && thread_is_of_parent(&child->thread) == KNOWN_YES;
}

int keeper_new_task(struct keeper *keeper, const struct event *event, struct task *child)
{
	if (!is_new_thread(child))
		return 0;
	struct task *parent = live_tasks_find_or_add(keeper->tasks, event->current_tid, event);
	/* No kernel says that a task made itself; a capture may. */
	if (parent == child)
		return 0;
	int code = parent ? ensure_process(keeper, parent, event->sample_pid) : -ENOMEM;
	if (code < 0)
		return code;
	shared_comm_share(&child->thread.comm, parent->thread.comm);
	thread_join(&child->thread, process_hold(parent->thread.process));
	return 0;
}

int keeper_child(struct keeper *keeper, const struct event *event, struct task *child)
{
	return is_new_thread(child) ? ensure_process(keeper, child, event->child.pid) : 0;
}

/*
 * Who sends TARGET the signal of EVENT. One that has ended may still send (PR_SET_PDEATHSIG), and
 * one that was never seen is named by the sample, where that has the ids that payloads have.
 */
static struct sender sender_of(const struct keeper *keeper, const struct event *event,
			       const struct process *target)
{
	const struct task *from = live_tasks_find_late(keeper->tasks, event->current_tid);
	bool has_id = event->sample_pid > 0 && event->sample_tid == event->current_tid;
	struct sender sender = {.pid = has_id ? event->sample_pid : 0};

	if (from) {
		sender.tid = from->tid;
		sender.thread_comm = shared_comm_text(from->thread.comm);
	}
	if (from && from->thread.process) {
		sender.comm = shared_comm_text(from->thread.process->comm);
		if (from->thread.process->pid > 0)
			sender.pid = from->thread.process->pid;
	}
	sender.is_itself = (from && from->thread.process == target) ||
			   (sender.pid > 0 && sender.pid == target->pid);
	return sender;
}

/* Returns the losses to note with a signal of PROCESS: a later one makes it doubtful. */
static uint64_t losses_until_now(const struct keeper *keeper, const struct process *process)
{
	return process->losses == LOSSES_UNKNOWN ? LOSSES_UNKNOWN : keeper->losses;
}

static int keep_signal_sent(struct keeper *keeper, const struct event *event)
{
	struct process *process = find_process(keeper, event->signal_sent.pid);

	if (!process)
		return 0;
	const struct sender sender = sender_of(keeper, event, process);
	return exit_evidence_sent(&process->evidence, event, &sender,
				  losses_until_now(keeper, process));
}

static int keep_signal_taken(struct keeper *keeper, const struct event *event)
{
	struct task *task = live_tasks_find(keeper->tasks, event->current_tid);

	if (!task)
		return 0;
	if (event->signal_taken.is_default && exit_signal_is_fatal(event->signal_taken.signal))
		task->thread.taken = event->signal_taken.signal;
	struct process *process = task->thread.process;
	if (event->signal_taken.is_default || !process)
		return 0;
	return exit_evidence_handled(&process->evidence, event, losses_until_now(keeper, process));
}

static void keep_oom_victim(struct keeper *keeper, const struct event *event)
{
	struct process *victim = find_process(keeper, event->oom_victim.pid);

	if (victim)
		victim->evidence.oom = true;
}

static void keep_exit_call(struct keeper *keeper, const struct event *event)
{
	struct task *task = live_tasks_find(keeper->tasks, event->current_tid);

	if (!task)
		return;
	/* It goes on: what it took did not end it. */
	task->thread.taken = 0;
	thread_set_exit_call(&task->thread, (struct exit_call){
						    .known = true,
						    .is_group = event->exit_call.is_group,
						    .code = event->exit_call.code,
					    });
}

int keeper_comm(struct keeper *keeper, const struct event *event)
{
	struct task *task = live_tasks_find(keeper->tasks, event->comm.tid);

	return task ? thread_set_name(&task->thread, event->comm.tid, event->comm.comm,
				      &keeper->pool)
		    : 0;
}

int keeper_other(struct keeper *keeper, const struct event *event)
{
	switch (event->type) {
	case EVENT_SIGNAL_SENT:
		return keep_signal_sent(keeper, event);
	case EVENT_SIGNAL_TAKEN:
		return keep_signal_taken(keeper, event);
	case EVENT_OOM_VICTIM:
		keep_oom_victim(keeper, event);
		return 0;
	case EVENT_EXIT_CALL:
		keep_exit_call(keeper, event);
		return 0;
	case EVENT_LOST:
		keeper->losses++;
		return 0;
	case EVENT_CGROUP:
		return cgroup_names_set(&keeper->cgroups, event->cgroup.id, event->cgroup.path);
	default:
		return 0;
	}
}

/* ---- tasks that were there before ---- */

static int remember_parent(struct keeper *keeper, const struct old_task *old)
{
	if (ARRAY_GROW(keeper->old_parents, keeper->old_count, keeper->old_capacity) < 0)
		return -ENOMEM;
	keeper->old_parents[keeper->old_count++] = (struct old_parent){old->tgid, old->ppid};
	return 0;
}

int keeper_add_old(struct keeper *keeper, struct task *task, const struct old_task *old)
{
	/* Its fork has been seen: that tells more. */
	if (task->thread.process)
		return 0;
	int code = ensure_process(keeper, task, old->tgid);
	if (code < 0)
		return code;
	struct process *process = task->thread.process;
	code = thread_set_name(&task->thread, old->tid, old->comm, &keeper->pool);
	if (code < 0)
		return code;
	if (old->tid == old->tgid)
		process->losses = keeper->losses;
	/* Nobody could wait for an EXIT that was before. */
	if (old->is_exiting)
		process->losses = LOSSES_UNKNOWN;
	if (old->tid != old->tgid)
		return 0;
	return remember_parent(keeper, old);
}

static void link_one(struct keeper *keeper, const struct old_parent *pids)
{
	const struct task *child = live_tasks_find(keeper->tasks, pids->pid);
	const struct task *parent = live_tasks_find(keeper->tasks, pids->ppid);
	bool known = parent && parent->thread.process;

	if (!child || !child->thread.process || !child->thread.process->from_proc)
		return;
	if (known && parent->thread.process != child->thread.process)
		process_set_parent(child->thread.process, parent->thread.process,
				   parent->thread.comm);
	else if (pids->ppid == 0)
		process_set_parent(child->thread.process, NULL, NULL);
}

void keeper_link_old(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->old_count; i++)
		link_one(keeper, &keeper->old_parents[i]);
	keeper->old_count = 0;
}
