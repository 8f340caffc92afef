/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/task_table.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "event/comm.h"
#include "task/cgroup_names.h"
#include "task/describe.h"
#include "task/exec_calls.h"
#include "task/keeper.h"
#include "task/leaderless.h"
#include "task/live_tasks.h"
#include "task/old_processes.h"
#include "task/process.h"
#include "task/program.h"
#include "task/task.h"
#include "task/task_pages.h"
#include "task/thread.h"
#include "task/unfinished_execs.h"

struct task_table {
	struct live_tasks tasks;
	struct unfinished_execs unfinished;
	struct exec_calls exec_calls;
	struct keeper *keeper;    /* NULL: facts are not kept */
	bool follow_threads_only; /* and no new process */
	bool names_only;          /* tasks are not kept */
};

struct task_table *task_table_new(void)
{
	return calloc(1, sizeof(struct task_table));
}

int task_table_keep_facts(struct task_table *table)
{
	table->keeper = keeper_new(&table->tasks);
	return table->keeper ? 0 : -ENOMEM;
}

void task_table_follow_threads_only(struct task_table *table)
{
	table->follow_threads_only = true;
}

void task_table_keep_names_only(struct task_table *table)
{
	table->names_only = true;
}

void task_table_expect_execs(struct task_table *table)
{
	table->keeper->expects_execs = true;
}

void task_table_free(struct task_table *table)
{
	if (!table)
		return;
	unfinished_execs_done(&table->unfinished);
	exec_calls_done(&table->exec_calls);
	live_tasks_done(&table->tasks);
	keeper_free(table->keeper);
	free(table);
}

/* ---- events ---- */

/*
 * The task TID, which is being born, where KNOWN is there already. Unless that IS_SAME its EXIT was
 * lost: the id names another task now.
 */
static struct task *newborn(struct task_table *table, int32_t tid, struct task *known, bool is_same,
			    bool followed)
{
	if (known && is_same) {
		live_tasks_follow(&table->tasks, known, followed);
		return known;
	}
	if (known)
		live_tasks_retire(&table->tasks, known, tid);
	return live_tasks_insert(&table->tasks, tid, followed);
}

/* Returns whether the parent in EVENT is followed, or its process. */
static bool parent_is_followed(const struct task_table *table, const struct event *event,
			       int32_t parent_tid)
{
	return live_tasks_is_followed(&table->tasks, parent_tid) ||
	       live_tasks_is_followed(&table->tasks, event->sample_pid);
}

/* CHILD is born to PARENT_TID, to which EVENT happened. */
static int join_parents_group(struct task_table *table, const struct event *event,
			      int32_t parent_tid, struct task *child)
{
	/* In another pid namespace than ours samples have other ids. */
	if (event->sample_tid != parent_tid || thread_is_of_parent(&child->thread) != KNOWN_YES)
		return 0;
	return live_tasks_join_group(&table->tasks, child, event->sample_pid);
}

static int apply_fork(struct task_table *table, const struct event *event,
		      const struct task **subject)
{
	struct task *child = live_tasks_find(&table->tasks, event->fork.child_tid);
	bool is_same = child && thread_is_born_to(&child->thread, event->fork.parent_tid);

	/* A thread has been announced: it is followed already. */
	child = newborn(table, event->fork.child_tid, child, is_same,
			!table->follow_threads_only &&
				parent_is_followed(table, event, event->fork.parent_tid));
	if (!child)
		return -ENOMEM;
	*subject = child;
	int code = join_parents_group(table, event, event->fork.parent_tid, child);
	if (code == 0 && table->keeper)
		code = keeper_fork(table->keeper, event, child);
	child->thread.announced = false;
	return code;
}

/* Threads that the kernel makes for a process (io_uring, vhost) have no other birth than this. */
static int apply_new_task(struct task_table *table, const struct event *event)
{
	const int32_t tid = event->new_task.pid;
	struct task *child = live_tasks_find(&table->tasks, tid);
	bool is_same = child && child->thread.announced && !child->thread.has_flags;

	/* A CPU's idle task. */
	if (tid <= 0)
		return 0;
	bool may_follow = !table->follow_threads_only || event->new_task.clone_flags & CLONE_THREAD;
	child = newborn(table, tid, child, is_same,
			may_follow && parent_is_followed(table, event, event->current_tid));
	if (!child)
		return -ENOMEM;
	thread_announce(&child->thread, event);
	int code = join_parents_group(table, event, event->current_tid, child);
	return code == 0 && table->keeper ? keeper_new_task(table->keeper, event, child) : code;
}

/* Without task_newtask that is where such threads are told of. */
static int apply_child(struct task_table *table, const struct event *event)
{
	const int32_t tid = event->child.tid;
	struct task *child = live_tasks_find(&table->tasks, tid);
	bool is_same = child && child->thread.announced && !child->thread.has_tgid;

	if (tid <= 0)
		return 0;
	child = newborn(table, tid, child, is_same,
			event->child.pid != tid &&
				live_tasks_is_followed(&table->tasks, event->child.pid));
	if (!child)
		return -ENOMEM;
	thread_announce_child(&child->thread, event);
	int code = live_tasks_join_group(&table->tasks, child, event->child.pid);
	return code == 0 && table->keeper ? keeper_child(table->keeper, event, child) : code;
}

/* TASK has the id of its leader from now on; THREAD is what it was until then. */
static void take_over_leader(struct task_table *table, struct task *task, struct task *thread)
{
	live_tasks_follow(&table->tasks, task, thread->followed);
	if (!task->thread.process && thread->thread.process)
		thread_join(&task->thread, process_hold(thread->thread.process));
	live_tasks_retire(&table->tasks, thread, thread->tid);
}

/*
 * A thread that execs has its leader's id by the time that it gets its new name (de_thread(),
 * fs/exec.c), and is the only one left. Not left to its EXEC: that may never come.
 */
static int inherit_leader(struct task_table *table, const struct event *event)
{
	int32_t pid = event->comm.tid;
	struct task *thread = event->sample_pid == pid && !live_tasks_find(&table->tasks, pid)
				      ? live_tasks_find_thread(&table->tasks, pid)
				      : NULL;

	if (!thread)
		return 0;
	struct task *task = live_tasks_insert(&table->tasks, pid, false);
	if (!task)
		return -ENOMEM;
	take_over_leader(table, task, thread);
	return 0;
}

/* PERF_RECORD_COMM with the exec bit: the name for the EXEC that follows. */
static int apply_comm(struct task_table *table, const struct event *event)
{
	if (!event->comm.is_exec)
		return table->keeper ? keeper_comm(table->keeper, event) : 0;
	/* All tasks outside of our pid namespace would share the 0. */
	if (event->comm.tid == 0)
		return 0;
	int code = unfinished_execs_add(&table->unfinished, event->comm.tid, event->comm.comm,
					table->keeper ? table->keeper->losses : 0);
	return code < 0 ? code : inherit_leader(table, event);
}

/* begin_new_exec() names a task so, and cuts the name at TASK_COMM_LEN (fs/exec.c). */
static struct text comm_of_filename(struct text filename)
{
	filename = text_behind_last(filename, '/');
	if (filename.length > TASK_COMM_SIZE - 1)
		filename.length = TASK_COMM_SIZE - 1;
	return filename;
}

/* Returns the new name: COMM's, or by the kernel's rule if that was lost. */
static struct text new_comm(struct task_table *table, const struct event *event)
{
	const struct unfinished_exec *exec =
		unfinished_execs_take(&table->unfinished, event->sample_tid);

	return exec ? unfinished_exec_comm(exec) : comm_of_filename(event->exec.filename);
}

/* An EXEC gets its comm. */
static void take_name(struct task_table *table, struct event *event)
{
	struct text comm = new_comm(table, event);

	if (!event->exec.comm.bytes)
		event->exec.comm = comm;
}

static int apply_exec(struct task_table *table, struct event *event, const struct task **subject)
{
	struct task *task = live_tasks_find_or_add(&table->tasks, event->exec.pid, event);

	if (!task)
		return -ENOMEM;
	/* A thread that execs takes its leader's id; the old leader's EXIT came before. */
	struct task *thread = live_tasks_find(&table->tasks, event->exec.old_pid);
	if (thread && thread != task)
		take_over_leader(table, task, thread);
	take_name(table, event);
	/* It was called by the thread's own id. */
	exec_calls_drop(&table->exec_calls, event->exec.pid);
	exec_calls_drop(&table->exec_calls, event->exec.old_pid);
	*subject = task;
	return table->keeper ? keeper_exec(table->keeper, event, task) : 0;
}

static int apply_exit(struct task_table *table, const struct event *event,
		      const struct task **subject)
{
	struct task *task = live_tasks_find_or_add(&table->tasks, event->exit.pid, event);
	/* One whose EXEC did not come must not name the next task with this id. */
	const struct unfinished_exec *exec =
		unfinished_execs_take(&table->unfinished, event->sample_tid);

	if (!task)
		return -ENOMEM;
	exec_calls_drop(&table->exec_calls, event->exit.pid);
	int code = table->keeper ? keeper_exit(table->keeper, event, task, exec) : 0;
	if (code < 0)
		return code;
	live_tasks_retire(&table->tasks, task, event->exit.pid);
	*subject = task;
	return 0;
}

static int apply_exec_call(struct task_table *table, const struct event *event)
{
	return table->keeper ? exec_calls_add(&table->exec_calls, event->current_tid,
					      event->exec_call.pointer, event->exec_call.path,
					      table->keeper->losses)
			     : 0;
}

/* Its path and name are known only here. */
static int apply_exec_failed(struct task_table *table, struct event *event,
			     const struct task **subject)
{
	int32_t tid = event->exec_failed.pid;
	struct task *task = live_tasks_find_or_add(&table->tasks, tid, event);

	if (!task)
		return -ENOMEM;
	*subject = task;
	if (!table->keeper)
		return 0;
	struct text path = exec_calls_take(&table->exec_calls, tid, table->keeper->losses);
	/* The kernel tells nothing of a path that it cannot read. */
	if (path.length > 0 || event->exec_failed.error != EFAULT)
		event->exec_failed.path = path;
	return keeper_exec_failed(table->keeper, event, task);
}

static int apply_names(struct task_table *table, struct event *event)
{
	switch (event->type) {
	case EVENT_EXEC:
		take_name(table, event);
		return 0;
	case EVENT_EXIT:
		unfinished_execs_take(&table->unfinished, event->sample_tid);
		return 0;
	case EVENT_COMM:
		return apply_comm(table, event);
	default:
		return 0;
	}
}

int task_table_apply(struct task_table *table, struct event *event, const struct task **subject)
{
	*subject = NULL;
	if (table->names_only)
		return apply_names(table, event);
	switch (event->type) {
	case EVENT_FORK:
		return apply_fork(table, event, subject);
	case EVENT_EXEC:
		return apply_exec(table, event, subject);
	case EVENT_EXIT:
		return apply_exit(table, event, subject);
	case EVENT_EXEC_CALL:
		return apply_exec_call(table, event);
	case EVENT_EXEC_PATH:
		return exec_calls_name(&table->exec_calls, event->current_tid,
				       event->exec_call.pointer, event->exec_call.path);
	case EVENT_EXEC_FAILED:
		return apply_exec_failed(table, event, subject);
	case EVENT_COMM:
		return apply_comm(table, event);
	case EVENT_NEW_TASK:
		return apply_new_task(table, event);
	case EVENT_CHILD:
		return apply_child(table, event);
	default:
		return table->keeper ? keeper_other(table->keeper, event) : 0;
	}
}

bool task_table_is_followed(const struct task_table *table, const struct event *event,
			    const struct task *subject)
{
	if (subject && live_tasks_follows(&table->tasks, subject))
		return true;
	return event->type == EVENT_FORK &&
	       parent_is_followed(table, event, event->fork.parent_tid);
}

const struct task *task_table_find(const struct task_table *table, int32_t tid)
{
	return live_tasks_find(&table->tasks, tid);
}

int task_table_add_thread(struct task_table *table, int32_t tgid, int32_t tid, bool followed)
{
	struct task *task = live_tasks_find(&table->tasks, tid);

	if (!task)
		task = live_tasks_insert(&table->tasks, tid, false);
	if (!task)
		return -ENOMEM;
	live_tasks_follow(&table->tasks, task, followed);
	return live_tasks_join_group(&table->tasks, task, tgid);
}

int task_table_add(struct task_table *table, int32_t tid, bool followed)
{
	return task_table_add_thread(table, 0, tid, followed);
}

int task_table_add_old(struct task_table *table, const struct old_task *old)
{
	int code = task_table_add_thread(table, old->tgid, old->tid, false);

	if (code < 0 || !table->keeper)
		return code;
	return keeper_add_old(table->keeper, live_tasks_find(&table->tasks, old->tid), old);
}

void task_table_link_old(struct task_table *table)
{
	if (table->keeper)
		keeper_link_old(table->keeper);
}

/* NULL where PID is not known, or younger than the trace. */
static struct process *find_old(const struct task_table *table, int32_t pid)
{
	const struct task *task = live_tasks_find(&table->tasks, pid);
	struct process *process = task ? task->thread.process : NULL;

	return process && process->from_proc ? process : NULL;
}

int task_table_identify_old(struct task_table *table, int32_t pid, const struct credentials *ids)
{
	struct process *process = find_old(table, pid);

	return process ? process_identify(process, ids) : 0;
}

int task_table_set_old_program(struct task_table *table, int32_t pid, struct text filename,
			       const struct arguments *arguments, uint64_t time_ns)
{
	struct process *process = find_old(table, pid);

	/* An exec that has been seen tells more. */
	if (!process || process->exec_ns != 0)
		return 0;
	struct program *program = program_new(filename, arguments);
	if (!program)
		return -ENOMEM;
	program->since_ns = time_ns;
	if (process->program)
		program->credentials = process->program->credentials;
	process_set_program(process, program);
	return 0;
}

void task_table_date_old(struct task_table *table, int32_t pid, uint64_t time_ns)
{
	struct process *process = find_old(table, pid);

	if (process)
		process_date(process, time_ns);
}

int task_table_visit_old(struct task_table *table, uint64_t time_ns,
			 int (*visit)(void *context, const struct event *event), void *context)
{
	return old_processes_visit(table->keeper, time_ns, visit, context);
}

int task_table_name_cgroup(struct task_table *table, uint64_t id, struct text path)
{
	return cgroup_names_set(&table->keeper->cgroups, id, path);
}

void task_table_prove_root_cgroup(struct task_table *table)
{
	table->keeper->cgroups.root_proven = true;
}

void task_table_describe(struct task_table *table, const struct event *event, struct facts *facts)
{
	struct keeper *keeper = table->keeper;

	describe(&keeper->subject, event, &keeper->cgroups, &keeper->ancestries, facts);
}

void task_table_prune(struct task_table *table, bool (*is_alive)(void *context, int32_t tid),
		      void *context)
{
	const struct task_pages *pages = &table->tasks.pages;
	struct task *next = task_pages_next(pages, NULL);

	while (next) {
		struct task *task = next;

		next = task_pages_next(pages, task);
		if (!is_alive(context, task->tid))
			live_tasks_retire(&table->tasks, task, task->tid);
	}
}

/* Its EXIT will not come. */
static void forget(struct task_table *table, struct task *task)
{
	unfinished_execs_take(&table->unfinished, task->tid);
	live_tasks_retire(&table->tasks, task, task->tid);
}

/* Check TASK of the sweep. */
static void check(struct task_table *table, struct task *task,
		  bool (*is_alive)(void *context, int32_t tid), void *context)
{
	bool was_missing = task->missing;

	task->missing = !is_alive(context, task->tid);
	if (task->missing && was_missing)
		forget(table, task);
}

bool task_table_sweep(struct task_table *table, size_t max,
		      bool (*is_alive)(void *context, int32_t tid), void *context)
{
	struct live_tasks *tasks = &table->tasks;

	for (; max > 0; max--) {
		struct task *task = task_pages_from(&tasks->pages, tasks->next_tid);

		if (!task)
			break;
		tasks->next_tid = (uint32_t)task->tid + 1;
		check(table, task, is_alive, context);
	}
	if (task_pages_from(&tasks->pages, tasks->next_tid))
		return false;
	tasks->next_tid = 0;
	if (table->keeper)
		leaderless_forget_ended(&table->keeper->leaderless);
	return true;
}

size_t task_table_followed(const struct task_table *table)
{
	return table->tasks.followed;
}
