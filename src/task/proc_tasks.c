/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/proc_tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "host/proc.h"
#include "task/task.h"

struct listed_task {
	int32_t pid, tid, ppid;
	bool followed; /* the process */
};

struct listing {
	struct listed_task *tasks;
	size_t count, capacity;
	int code; /* the first failure */
};

static void list_task(void *context, const struct proc_task *task)
{
	struct listing *listing = context;

	if (listing->code == 0)
		listing->code = ARRAY_GROW(listing->tasks, listing->count, listing->capacity);
	if (listing->code == 0)
		listing->tasks[listing->count++] = (struct listed_task){
			.pid = task->pid,
			.tid = task->tid,
			.ppid = task->ppid,
		};
}

static int compare_pids(const void *a, const void *b)
{
	const struct listed_task *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* Any task of process PID. */
static const struct listed_task *find_process(const struct listing *listing, int32_t pid)
{
	const struct listed_task wanted = {.pid = pid};

	return bsearch(&wanted, listing->tasks, listing->count, sizeof(wanted), compare_pids);
}

static bool is_followed(const struct task_table *table, int32_t tid)
{
	const struct task *task = task_table_find(table, tid);

	return task && task->followed;
}

static void mark_threads(struct listing *listing, const struct task_table *table)
{
	for (size_t i = 0; i < listing->count; i++)
		listing->tasks[i].followed = is_followed(table, listing->tasks[i].pid);
}

/* Pids wrap around, so a child may come before its parent: again, until nothing changes. */
static void mark_descendants(struct listing *listing)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < listing->count; i++) {
			struct listed_task *task = &listing->tasks[i];
			const struct listed_task *parent = find_process(listing, task->ppid);

			if (task->followed || !parent || !parent->followed)
				continue;
			task->followed = true;
			changed = true;
		}
	}
}

int proc_tasks_enter(int proc_fd, struct task_table *table, bool descendants)
{
	struct listing listing = {0};
	int code = proc_visit(proc_fd, list_task, &listing);

	if (code == 0)
		code = listing.code;
	if (listing.count > 0)
		qsort(listing.tasks, listing.count, sizeof(*listing.tasks), compare_pids);
	mark_threads(&listing, table);
	if (descendants)
		mark_descendants(&listing);
	for (size_t i = 0; code == 0 && i < listing.count; i++)
		code = task_table_add_thread(table, listing.tasks[i].pid, listing.tasks[i].tid,
					     listing.tasks[i].followed);
	free(listing.tasks);
	return code;
}

static bool is_alive(void *proc_fd, int32_t tid)
{
	return proc_is_alive(*(const int *)proc_fd, tid);
}

void proc_tasks_forget_dead(int proc_fd, struct task_table *table)
{
	task_table_prune(table, is_alive, &proc_fd);
}

bool proc_tasks_sweep(int proc_fd, struct task_table *table, size_t max)
{
	return task_table_sweep(table, max, is_alive, &proc_fd);
}
