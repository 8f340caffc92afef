/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/live_tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "task/thread.h"

/* In place of a tid, in the lists of groups. */
#define NO_THREAD 0

static void free_group(struct live_tasks *tasks, struct thread_group *group)
{
	HASH_DEL(tasks->groups, group);
	free(group);
}

/* Take TASK out of the list of its group. */
static void unlink_thread(struct live_tasks *tasks, const struct task *task)
{
	struct task *previous = live_tasks_find(tasks, task->previous_tid);
	struct task *next = live_tasks_find(tasks, task->next_tid);

	if (previous)
		previous->next_tid = task->next_tid;
	else
		task->group->first_tid = task->next_tid;
	if (next)
		next->previous_tid = task->previous_tid;
}

static void leave_group(struct live_tasks *tasks, struct task *task)
{
	struct thread_group *group = task->group;

	if (!group)
		return;
	unlink_thread(tasks, task);
	task->group = NULL;
	if (group->first_tid == NO_THREAD)
		free_group(tasks, group);
}

static void free_exited(struct live_tasks *tasks)
{
	if (!tasks->exited)
		return;
	if (tasks->exited_is_marked)
		thread_done(&tasks->exited->thread);
	task_pages_free(&tasks->pages, tasks->exited, tasks->exited_tid);
	tasks->exited = NULL;
}

void live_tasks_done(struct live_tasks *tasks)
{
	struct task *task = NULL;

	free_exited(tasks);
	while ((task = task_pages_next(&tasks->pages, task)))
		thread_done(&task->thread);
	while (tasks->groups)
		free_group(tasks, tasks->groups);
	task_pages_done(&tasks->pages);
}

const struct task *live_tasks_find_late(const struct live_tasks *tasks, int32_t tid)
{
	const struct task *task = live_tasks_find(tasks, tid), *exited = tasks->exited;

	return !task && exited && tasks->exited_tid == tid ? exited : task;
}

struct task *live_tasks_insert(struct live_tasks *tasks, int32_t tid, bool followed)
{
	/* Its place is needed. */
	if (tasks->exited && tasks->exited_tid == tid)
		free_exited(tasks);
	struct task *task = task_pages_add(&tasks->pages, tid);
	if (!task)
		return NULL;
	if (tasks->keeps_facts)
		task_pages_mark(&tasks->pages, tid);
	live_tasks_follow(tasks, task, followed);
	return task;
}

void live_tasks_retire(struct live_tasks *tasks, struct task *task, int32_t tid)
{
	bool is_marked = task_pages_is_marked(&tasks->pages, tid);

	if (is_marked) {
		leave_group(tasks, task);
		tasks->followed -= task->followed;
		thread_leave(&task->thread);
	}
	free_exited(tasks);
	task_pages_take(&tasks->pages, tid);
	tasks->exited = task;
	tasks->exited_tid = tid;
	tasks->exited_is_marked = is_marked;
}

static struct thread_group *find_group(const struct live_tasks *tasks, int32_t tgid)
{
	struct thread_group *group;

	HASH_FIND_INT(tasks->groups, &tgid, group);
	return group;
}

static struct thread_group *new_group(struct live_tasks *tasks, int32_t tgid)
{
	struct thread_group *group = malloc(sizeof(*group));

	if (!group)
		return NULL;
	*group = (struct thread_group){.tgid = tgid, .first_tid = NO_THREAD};
	HASH_ADD_INT(tasks->groups, tgid, group);
	if (group->hh.tbl)
		return group;
	free(group);
	return NULL;
}

int live_tasks_join_group(struct live_tasks *tasks, struct task *task, int32_t tgid)
{
	if (tgid <= 0 || tgid == task->tid || task->tid <= 0 || task->group)
		return 0;
	struct thread_group *group = find_group(tasks, tgid);
	if (!group)
		group = new_group(tasks, tgid);
	if (!group)
		return -ENOMEM;
	struct task *first = live_tasks_find(tasks, group->first_tid);
	if (first)
		first->previous_tid = task->tid;
	task_pages_mark(&tasks->pages, task->tid);
	task->group = group;
	task->previous_tid = NO_THREAD;
	task->next_tid = group->first_tid;
	group->first_tid = task->tid;
	return 0;
}

struct task *live_tasks_find_thread(const struct live_tasks *tasks, int32_t tgid)
{
	const struct thread_group *group = find_group(tasks, tgid);

	return group ? live_tasks_find(tasks, group->first_tid) : NULL;
}

bool live_tasks_is_followed(const struct live_tasks *tasks, int32_t tid)
{
	const struct task *task = tasks->followed > 0 ? live_tasks_find(tasks, tid) : NULL;

	return task && task->followed;
}

void live_tasks_follow(struct live_tasks *tasks, struct task *task, bool followed)
{
	if (!followed || task->followed)
		return;
	task->followed = true;
	task_pages_mark(&tasks->pages, task->tid);
	tasks->followed++;
}

struct task *live_tasks_find_or_add(struct live_tasks *tasks, int32_t tid,
				    const struct event *event)
{
	struct task *task = live_tasks_find(tasks, tid);

	if (task)
		return task;
	task = live_tasks_insert(tasks, tid, live_tasks_is_followed(tasks, event->sample_pid));
	/* In another pid namespace than ours samples have other ids. */
	if (!task || event->sample_tid != tid ||
	    live_tasks_join_group(tasks, task, event->sample_pid) == 0)
		return task;
	live_tasks_retire(tasks, task, tid);
	return NULL;
}
