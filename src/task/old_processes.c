/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/old_processes.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/array.h"
#include "event/facts.h"
#include "task/describe.h"
#include "task/live_tasks.h"
#include "task/process.h"
#include "task/program.h"
#include "task/shared_comm.h"
#include "task/task.h"
#include "task/task_pages.h"
#include "task/thread.h"

/* Links between them are indices, NOBODY where there is none. */
#define NOBODY SIZE_MAX

/* A process, found through one of its threads. */
struct found {
	int32_t pid;
	const struct task *task;
	size_t parent, child,
		sibling; /* child: the first one; sibling: the next child of `parent` */
};

struct old_processes {
	struct found *found; /* by pid, each once */
	size_t count, capacity;
	size_t first; /* of those without a parent among them; they are siblings */
};

/* ---- finding them ---- */

static int find_all(struct old_processes *old, const struct live_tasks *tasks)
{
	const struct task *task = NULL;

	while ((task = task_pages_next(&tasks->pages, task))) {
		const struct process *process = task->thread.process;

		if (!task->followed || !process || !process->from_proc || process->pid <= 0)
			continue;
		if (ARRAY_GROW(old->found, old->count, old->capacity) < 0)
			return -ENOMEM;
		old->found[old->count++] = (struct found){
			.pid = process->pid,
			.task = task,
			.parent = NOBODY,
			.child = NOBODY,
			.sibling = NOBODY,
		};
	}
	return 0;
}

static bool is_leader(const struct found *found)
{
	return found->task->tid == found->pid;
}

/* Of one process the leader comes first, if it is alive. */
static int compare(const void *a, const void *b)
{
	const struct found *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (is_leader(left) != is_leader(right))
		return is_leader(left) ? -1 : 1;
	return (left->task->tid > right->task->tid) - (left->task->tid < right->task->tid);
}

/* Without a leader each thread may have a struct process of its own: what counts is the pid. */
static void keep_each_once(struct old_processes *old)
{
	size_t kept = 0;

	if (old->count > 0)
		qsort(old->found, old->count, sizeof(*old->found), compare);
	for (size_t i = 0; i < old->count; i++) {
		if (kept == 0 || old->found[kept - 1].pid != old->found[i].pid)
			old->found[kept++] = old->found[i];
	}
	old->count = kept;
}

/* ---- their order ---- */

static int compare_pid(const void *key, const void *element)
{
	const int32_t pid = *(const int32_t *)key;
	const struct found *found = element;

	return (pid > found->pid) - (pid < found->pid);
}

static size_t find_parent(const struct old_processes *old, const struct found *child)
{
	const struct process *parent = child->task->thread.process->parent;
	const struct found *found = parent ? bsearch(&parent->pid, old->found, old->count,
						     sizeof(*old->found), compare_pid)
					   : NULL;

	return found ? (size_t)(found - old->found) : NOBODY;
}

/* From the last one, so that siblings are in the order of their pids. */
static void link_all(struct old_processes *old)
{
	old->first = NOBODY;
	for (size_t i = old->count; i-- > 0;) {
		struct found *found = &old->found[i];

		found->parent = find_parent(old, found);
		size_t *first =
			found->parent == NOBODY ? &old->first : &old->found[found->parent].child;
		found->sibling = *first;
		*first = i;
	}
}

/* The one after that at INDEX, depth first. */
static size_t next(const struct old_processes *old, size_t index)
{
	const struct found *found = old->found;

	if (found[index].child != NOBODY)
		return found[index].child;
	while (index != NOBODY && found[index].sibling == NOBODY)
		index = found[index].parent;
	return index == NOBODY ? NOBODY : found[index].sibling;
}

/* ---- giving them out ---- */

static struct event make_event(const struct found *found, uint64_t time_ns)
{
	const struct process *process = found->task->thread.process;
	const struct program *program = process_program_at(process, UINT64_MAX);
	const struct shared_comm *comm = process->comm ? process->comm : found->task->thread.comm;

	return (struct event){
		.type = EVENT_EXEC,
		.cpu = EVENT_NO_CPU,
		.time_ns = time_ns,
		.exec =
			{
				.pid = found->pid,
				.old_pid = found->pid,
				.comm = shared_comm_text(comm),
				.filename = program ? program->filename : (struct text){0},
			},
	};
}

int old_processes_visit(struct keeper *keeper, uint64_t time_ns,
			int (*visit)(void *context, const struct event *event), void *context)
{
	struct old_processes old = {0};
	int code = find_all(&old, keeper->tasks);

	keep_each_once(&old);
	link_all(&old);
	for (size_t i = old.first; i != NOBODY && code == 0; i = next(&old, i)) {
		struct event event = make_event(&old.found[i], time_ns);
		const struct subject subject = {
			.thread = &old.found[i].task->thread,
			.tid = old.found[i].task->tid,
		};
		struct facts facts;

		describe(&subject, &event, &keeper->cgroups, &keeper->ancestries, &facts);
		event.facts = &facts;
		code = visit(context, &event);
	}
	free(old.found);
	return code;
}
