/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live tasks by tid, and the threads of each process. A task that ends stays readable until
 * the next one does.
 */
#ifndef PXT_TASK_LIVE_TASKS_H
#define PXT_TASK_LIVE_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/hash_table.h"
#include "event/event.h"
#include "task/task.h"
#include "task/task_pages.h"

/* The known threads of a process except its leader. */
struct thread_group {
	int32_t tgid; /* the key */
	int32_t first_tid;
	UT_hash_handle hh;
};

/*
 * Zero-initialised it is empty. Tasks are marked in their pages if there is something to do when
 * they end: they are followed, in a group, or facts are kept. A million others end without a look
 * at their memory.
 */
struct live_tasks {
	struct task_pages pages;
	struct thread_group *groups; /* none is empty */
	bool keeps_facts;            /* their threads are filled; set before there are any */
	struct task *exited;         /* the last one retired */
	int32_t exited_tid;
	bool exited_is_marked;
	uint32_t next_tid; /* of the sweep: the first one not checked in this round */
	size_t followed;   /* how many are */
};

/* Free all tasks. */
void live_tasks_done(struct live_tasks *tasks);

/* Returns the task with this TID, or NULL. */
static inline struct task *live_tasks_find(const struct live_tasks *tasks, int32_t tid)
{
	return task_pages_find(&tasks->pages, tid);
}

/* As live_tasks_find(), but also finds the last task retired. */
const struct task *live_tasks_find_late(const struct live_tasks *tasks, int32_t tid);

/* Add the task TID, which must not be there yet. Returns NULL without memory. */
struct task *live_tasks_insert(struct live_tasks *tasks, int32_t tid, bool followed);

/* Remove TASK, whose id is TID; it stays readable until the next one is retired. */
void live_tasks_retire(struct live_tasks *tasks, struct task *task, int32_t tid);

/* Returns whether TASK, live or the last one retired, is followed. */
static inline bool live_tasks_follows(const struct live_tasks *tasks, const struct task *task)
{
	return (task != tasks->exited || tasks->exited_is_marked) && task->followed;
}

/* Follow TASK from now on if FOLLOWED; nothing stops following it. */
void live_tasks_follow(struct live_tasks *tasks, struct task *task, bool followed);

/*
 * Put TASK into the thread group TGID, unless it is the leader, is in a group already, or TGID is
 * not known (<= 0). Returns 0 or -ENOMEM.
 */
int live_tasks_join_group(struct live_tasks *tasks, struct task *task, int32_t tgid) MUST_CHECK;

/* Returns a thread of process TGID other than its leader, or NULL. */
struct task *live_tasks_find_thread(const struct live_tasks *tasks, int32_t tgid);

/* Returns whether the task TID is live and followed. */
bool live_tasks_is_followed(const struct live_tasks *tasks, int32_t tid);

/*
 * Return the task TID, to which EVENT happened. A new one joins the thread group of the sample's
 * process and is followed if that is. Returns NULL without memory.
 */
struct task *live_tasks_find_or_add(struct live_tasks *tasks, int32_t tid,
				    const struct event *event);

#endif
