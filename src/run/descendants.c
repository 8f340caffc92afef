/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/descendants.h"

#include <errno.h>
#include <stdlib.h>

#include "task/task.h"

/* A walk from parents to children, each task once: captures may hold any number of them. */
struct family {
	struct task_table *table;
	const struct capture_task **by_parent; /* sorted */
	size_t count;
	int32_t *queue; /* followed, their children not entered yet */
	size_t queued;
	bool processes; /* not only threads */
};

static int compare_parents(const void *a, const void *b)
{
	const struct capture_task *const *x = a, *const *y = b;

	return ((*x)->parent > (*y)->parent) - ((*x)->parent < (*y)->parent);
}

/* The first task in by_parent whose parent is not below PARENT. */
static size_t find_children(const struct family *family, int32_t parent)
{
	size_t low = 0, high = family->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (family->by_parent[middle]->parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* TGID 0: not known. */
static int follow(struct family *family, int32_t tgid, int32_t tid)
{
	const struct task *known = task_table_find(family->table, tid);

	if (known && known->followed)
		return 0;
	family->queue[family->queued++] = tid;
	return task_table_add_thread(family->table, tgid, tid, true);
}

static int follow_child(struct family *family, const struct capture_task *child)
{
	return family->processes || child->tgid == child->parent
		       ? follow(family, child->tgid, child->tid)
		       : 0;
}

static int follow_all(struct family *family, const struct pid_list *pids)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < pids->count; i++)
		code = follow(family, 0, pids->pids[i]);
	while (code == 0 && family->queued > 0) {
		int32_t parent = family->queue[--family->queued];

		for (size_t i = find_children(family, parent);
		     code == 0 && i < family->count && family->by_parent[i]->parent == parent; i++)
			code = follow_child(family, family->by_parent[i]);
	}
	return code;
}

int descendants_enter(struct task_table *table, const struct pid_list *pids,
		      const struct capture_task *tasks, size_t count, bool processes)
{
	struct family family = {
		.table = table,
		.by_parent = calloc(count + 1, sizeof(struct capture_task *)),
		.count = count,
		.processes = processes,
		.queue = calloc(count + pids->count + 1, sizeof(int32_t)),
	};
	int code = family.by_parent && family.queue ? 0 : -ENOMEM;

	if (code == 0) {
		for (size_t i = 0; i < count; i++)
			family.by_parent[i] = &tasks[i];
		qsort(family.by_parent, count, sizeof(struct capture_task *), compare_parents);
		code = follow_all(&family, pids);
	}
	free(family.by_parent);
	free(family.queue);
	return code;
}
