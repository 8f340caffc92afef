/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks by tid, in an array of pages that are there only while one of their tids is in use. A tid
 * that no kernel gives out, which only a capture can have, is in a hash table instead: few of them
 * must not make the array large.
 */
#ifndef PXT_TASK_TASK_PAGES_H
#define PXT_TASK_TASK_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task/task.h"

/* PID_MAX_LIMIT of include/linux/threads.h: tids are below it. */
#define TASK_PAGES_TIDS (UINT32_C(1) << 22)

#define TASK_PAGE_SIZE 32U /* tasks, each a bit of `used` */

struct task_page {
	struct task *tasks; /* NULL: none is allocated */
	uint32_t used;      /* bit I: tasks[I] is one */
	uint32_t marked;    /* bit I: the user marked it, which is known without a look at it */
};

/* Zero-initialised it is empty. */
struct task_pages {
	struct task_page *pages; /* by tid / TASK_PAGE_SIZE */
	size_t count;            /* of `pages` */
	struct task *spare;      /* the tasks of a page not in use; NULL: none */
	struct far_task *far;    /* the other tids */
};

/* Free all, also what was taken out and not freed. */
void task_pages_done(struct task_pages *pages);

/* Returns the task TID if it is among the far ones, or NULL. */
struct task *task_pages_find_far(const struct task_pages *pages, int32_t tid);

/* Returns the task TID, or NULL. */
static inline struct task *task_pages_find(const struct task_pages *pages, int32_t tid)
{
	const size_t index = (uint32_t)tid / TASK_PAGE_SIZE, at = (uint32_t)tid % TASK_PAGE_SIZE;

	if (index < pages->count)
		return pages->pages[index].used >> at & 1 ? &pages->pages[index].tasks[at] : NULL;
	return pages->far ? task_pages_find_far(pages, tid) : NULL;
}

/*
 * Add the task TID, which must not be there, not even taken out. All of it but the tid is 0.
 * Returns NULL without memory. It does not move.
 */
struct task *task_pages_add(struct task_pages *pages, int32_t tid);

/* Mark the task TID until it is freed. Far ones always are marked. */
void task_pages_mark(struct task_pages *pages, int32_t tid);
bool task_pages_is_marked(const struct task_pages *pages, int32_t tid);

/* Take the task TID out: it is not found any more, and its memory stays until it is freed. */
void task_pages_take(struct task_pages *pages, int32_t tid);

/* Free TASK, which had this TID and was taken out. */
void task_pages_free(struct task_pages *pages, struct task *task, int32_t tid);

/* Returns the task with the lowest tid not below FROM, without the far ones, or NULL. */
struct task *task_pages_from(const struct task_pages *pages, uint32_t from);

/* Returns the task after TASK (NULL: the first one), the far ones last, or NULL after the last. */
struct task *task_pages_next(const struct task_pages *pages, const struct task *task);

#endif
