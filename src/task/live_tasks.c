/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/live_tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "task/thread.h"

static void free_group(struct live_tasks *tasks, struct thread_group *group)
{
	HASH_DEL(tasks->groups, group);
	free(group);
}

static void leave_group(struct live_tasks *tasks, struct task *task)
{
	struct thread_group *group = task->group;

	if (!group)
		return;
	DL_DELETE(group->threads, task);
	task->group = NULL;
	if (!group->threads)
		free_group(tasks, group);
}

void live_tasks_done(struct live_tasks *tasks)
{
	struct task *task, *next;

	HASH_ITER (hh, tasks->by_tid, task, next) {
		leave_group(tasks, task);
		HASH_DEL(tasks->by_tid, task);
		thread_done(&task->thread);
		free(task);
	}
	while (tasks->spare) {
		task = tasks->spare;
		tasks->spare = task->hh.next;
		free(task);
	}
	if (tasks->exited)
		thread_done(&tasks->exited->thread);
	free(tasks->exited);
}

static struct task *take_spare(struct live_tasks *tasks)
{
	struct task *task = tasks->spare;

	if (!task)
		return malloc(sizeof(*task));
	tasks->spare = task->hh.next;
	return task;
}

static void give_spare(struct live_tasks *tasks, struct task *task)
{
	task->hh.next = tasks->spare;
	tasks->spare = task;
}

const struct task *live_tasks_find_late(const struct live_tasks *tasks, int32_t tid)
{
	const struct task *task = live_tasks_find(tasks, tid), *exited = tasks->exited;

	return !task && exited && exited->tid == tid ? exited : task;
}

struct task *live_tasks_insert(struct live_tasks *tasks, int32_t tid, bool followed)
{
	struct task *task = take_spare(tasks);

	if (!task)
		return NULL;
	task->tid = tid;
	task->followed = followed;
	task->missing = false;
	task->group = NULL;
	task->thread = (struct thread){0};
	HASH_ADD_INT(tasks->by_tid, tid, task);
	if (!task->hh.tbl) {
		give_spare(tasks, task);
		return NULL;
	}
	tasks->followed += task->followed;
	return task;
}

void live_tasks_retire(struct live_tasks *tasks, struct task *task)
{
	if (tasks->next == task)
		tasks->next = task->hh.next;
	leave_group(tasks, task);
	HASH_DEL(tasks->by_tid, task);
	tasks->followed -= task->followed;
	thread_leave(&task->thread);
	if (tasks->exited) {
		thread_done(&tasks->exited->thread);
		give_spare(tasks, tasks->exited);
	}
	tasks->exited = task;
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
	*group = (struct thread_group){.tgid = tgid};
	HASH_ADD_INT(tasks->groups, tgid, group);
	if (group->hh.tbl)
		return group;
	free(group);
	return NULL;
}

int live_tasks_join_group(struct live_tasks *tasks, struct task *task, int32_t tgid)
{
	if (tgid <= 0 || tgid == task->tid || task->group)
		return 0;
	struct thread_group *group = find_group(tasks, tgid);
	if (!group)
		group = new_group(tasks, tgid);
	if (!group)
		return -ENOMEM;
	task->group = group;
	DL_PREPEND(group->threads, task);
	return 0;
}

struct task *live_tasks_find_thread(const struct live_tasks *tasks, int32_t tgid)
{
	const struct thread_group *group = find_group(tasks, tgid);

	return group ? group->threads : NULL;
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
	live_tasks_retire(tasks, task);
	return NULL;
}
