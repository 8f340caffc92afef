/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/descendants.h"

#include <errno.h>
#include <stdlib.h>

#include "task/task.h"

/* A walk from parents to children, each task once: captures may hold any number of them. */
struct walk {
	struct task_table *table;
	const struct capture_task **by_parent; /* sorted */
	size_t count;
	int32_t *queue; /* followed, their children not entered yet */
	size_t queued;
};

static int compare_parents(const void *a, const void *b)
{
	const struct capture_task *const *x = a, *const *y = b;

	return ((*x)->parent > (*y)->parent) - ((*x)->parent < (*y)->parent);
}

/* The first task in by_parent whose parent is not below PARENT. */
static size_t find_children(const struct walk *walk, int32_t parent)
{
	size_t low = 0, high = walk->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (walk->by_parent[middle]->parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* TGID 0: not known. */
static int follow(struct walk *walk, int32_t tgid, int32_t tid)
{
	const struct task *known = task_table_find(walk->table, tid);

	if (known && known->followed)
		return 0;
	walk->queue[walk->queued++] = tid;
	return task_table_add_thread(walk->table, tgid, tid, true);
}

static int follow_all(struct walk *walk, const struct pid_list *pids)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < pids->count; i++)
		code = follow(walk, 0, pids->pids[i]);
	while (code == 0 && walk->queued > 0) {
		int32_t parent = walk->queue[--walk->queued];

		for (size_t i = find_children(walk, parent);
		     code == 0 && i < walk->count && walk->by_parent[i]->parent == parent; i++)
			code = follow(walk, walk->by_parent[i]->tgid, walk->by_parent[i]->tid);
	}
	return code;
}

int descendants_enter(struct task_table *table, const struct pid_list *pids,
		      const struct capture_task *tasks, size_t count)
{
	struct walk walk = {
		.table = table,
		.by_parent = calloc(count + 1, sizeof(struct capture_task *)),
		.count = count,
		.queue = calloc(count + pids->count + 1, sizeof(int32_t)),
	};
	int code = walk.by_parent && walk.queue ? 0 : -ENOMEM;

	if (code == 0) {
		for (size_t i = 0; i < count; i++)
			walk.by_parent[i] = &tasks[i];
		qsort(walk.by_parent, count, sizeof(struct capture_task *), compare_parents);
		code = follow_all(&walk, pids);
	}
	free(walk.by_parent);
	free(walk.queue);
	return code;
}
