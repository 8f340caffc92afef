/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/task_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Out of memory leaves the table as it was; uthash clears hh.tbl of what it did not add. */
#define HASH_NONFATAL_OOM 1
/* All keys are ids that the kernel hands out one after the other: nothing spreads better. */
#define HASH_FUNCTION(key, length, hash) memcpy(&(hash), (key), sizeof(hash))
#include <uthash.h>

struct entry {
	struct task task; /* .tid is the key */
	UT_hash_handle hh;
};

/* What COMM said at an exec, until its EXEC comes. Keyed by sample tid, not by payload pid. */
struct new_name {
	int32_t sample_tid;
	uint32_t length;
	char comm[TASK_COMM_SIZE];
	UT_hash_handle hh;
};

struct task_table {
	struct entry *by_tid;
	struct entry *exited; /* removed, but still borrowed by the caller */
	struct entry *spare;  /* removed, to be used again; linked by hh.next */
	struct new_name *names;
	struct new_name *name; /* removed, but an event borrows its comm */
	size_t followed;
};

static struct new_name *find_or_add_name(struct task_table *table, int32_t sample_tid)
{
	struct new_name *name;

	HASH_FIND_INT(table->names, &sample_tid, name);
	if (name)
		return name;
	/* Not calloc(): glibc serves that from no cache. */
	name = malloc(sizeof(*name));
	if (!name)
		return NULL;
	*name = (struct new_name){.sample_tid = sample_tid};
	HASH_ADD_INT(table->names, sample_tid, name);
	if (!name->hh.tbl) {
		free(name);
		return NULL;
	}
	return name;
}

/* Never the name of a task: with it the table does not run empty, or uthash would free its buckets
 * and make new ones at each exec. */
#define NO_TASK INT32_MIN

struct task_table *task_table_new(void)
{
	struct task_table *table = calloc(1, sizeof(*table));

	if (table && !find_or_add_name(table, NO_TASK)) {
		free(table);
		return NULL;
	}
	return table;
}

void task_table_free(struct task_table *table)
{
	struct entry *entry, *next;

	if (!table)
		return;
	HASH_ITER (hh, table->by_tid, entry, next) {
		HASH_DEL(table->by_tid, entry);
		free(entry);
	}
	struct new_name *name, *next_name;
	HASH_ITER (hh, table->names, name, next_name) {
		HASH_DEL(table->names, name);
		free(name);
	}
	while (table->spare) {
		entry = table->spare;
		table->spare = entry->hh.next;
		free(entry);
	}
	free(table->exited);
	free(table->name);
	free(table);
}

static struct entry *find(const struct task_table *table, int32_t tid)
{
	struct entry *entry;

	HASH_FIND_INT(table->by_tid, &tid, entry);
	return entry;
}

static struct entry *take_spare(struct task_table *table)
{
	struct entry *entry = table->spare;

	if (!entry)
		return malloc(sizeof(*entry));
	table->spare = entry->hh.next;
	return entry;
}

static void give_spare(struct task_table *table, struct entry *entry)
{
	entry->hh.next = table->spare;
	table->spare = entry;
}

static struct entry *insert(struct task_table *table, const struct task *task)
{
	struct entry *entry = take_spare(table);

	if (!entry)
		return NULL;
	entry->task = *task;
	HASH_ADD_INT(table->by_tid, task.tid, entry);
	if (!entry->hh.tbl) {
		give_spare(table, entry);
		return NULL;
	}
	table->followed += task->followed;
	return entry;
}

/* Take ENTRY out; it stays readable until the next event. */
static void retire(struct task_table *table, struct entry *entry)
{
	HASH_DEL(table->by_tid, entry);
	table->followed -= entry->task.followed;
	if (table->exited)
		give_spare(table, table->exited);
	table->exited = entry;
}

static bool is_followed(const struct task_table *table, int32_t tid)
{
	const struct entry *entry = table->followed > 0 ? find(table, tid) : NULL;

	return entry && entry->task.followed;
}

/* The task that EVENT happened to; one that was never seen is a thread of the sample's process. */
static struct entry *find_or_add(struct task_table *table, int32_t tid, const struct event *event)
{
	struct entry *entry = find(table, tid);

	if (entry)
		return entry;
	return insert(table, &(struct task){
				     .tid = tid,
				     .followed = is_followed(table, event->sample_pid),
			     });
}

static int apply_fork(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *stale = find(table, event->fork.child_pid);

	/* Its EXIT was lost: the id names another task now. */
	if (stale)
		retire(table, stale);
	bool followed =
		is_followed(table, event->fork.parent_pid) || is_followed(table, event->sample_pid);
	struct entry *child =
		insert(table, &(struct task){.tid = event->fork.child_pid, .followed = followed});
	if (!child)
		return -ENOMEM;
	*task = &child->task;
	return 0;
}

/* PERF_RECORD_COMM with the exec bit: the name for the EXEC that follows. */
static int apply_comm(struct task_table *table, const struct event *event)
{
	/* All tasks outside of our pid namespace would share the 0. */
	if (event->comm.tid == 0)
		return 0;

	struct new_name *name = find_or_add_name(table, event->comm.tid);
	size_t length = event->comm.comm.length;
	if (!name)
		return -ENOMEM;
	if (length > sizeof(name->comm))
		length = sizeof(name->comm);
	memcpy(name->comm, event->comm.comm.bytes, length);
	name->length = (uint32_t)length;
	return 0;
}

/* begin_new_exec() names a task so, and cuts the name at TASK_COMM_LEN (fs/exec.c). */
static struct text comm_of_filename(struct text filename)
{
	const char *slash = memrchr(filename.bytes, '/', filename.length);

	if (slash) {
		filename.length -= (size_t)(slash + 1 - filename.bytes);
		filename.bytes = slash + 1;
	}
	if (filename.length > TASK_COMM_SIZE - 1)
		filename.length = TASK_COMM_SIZE - 1;
	return filename;
}

/* A thread that execs takes its leader's id; the old leader's EXIT came before. */
static void take_over_leader(struct task_table *table, struct entry *entry,
			     const struct event *event)
{
	struct entry *thread = find(table, event->exec.old_pid);

	if (!thread || event->exec.old_pid == event->exec.pid)
		return;
	if (thread->task.followed && !entry->task.followed) {
		entry->task.followed = true;
		table->followed++;
	}
	retire(table, thread);
}

/* Take the name of SAMPLE_TID out; it stays readable until the next one is taken. NULL: none. */
static const struct new_name *take_name(struct task_table *table, int32_t sample_tid)
{
	struct new_name *name;

	HASH_FIND_INT(table->names, &sample_tid, name);
	if (!name)
		return NULL;
	HASH_DEL(table->names, name);
	free(table->name);
	table->name = name;
	return name;
}

/* Where no COMM came, because it was lost, the kernel's rule gives the name. */
static struct text new_comm(struct task_table *table, const struct event *event)
{
	const struct new_name *name = take_name(table, event->sample_tid);

	return name ? (struct text){name->comm, name->length}
		    : comm_of_filename(event->exec.filename);
}

static int apply_exec(struct task_table *table, struct event *event, const struct task **task)
{
	struct entry *entry = find_or_add(table, event->exec.pid, event);

	if (!entry)
		return -ENOMEM;
	take_over_leader(table, entry, event);
	event->exec.comm = new_comm(table, event);
	*task = &entry->task;
	return 0;
}

static int apply_exit(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *entry = find_or_add(table, event->exit.pid, event);

	if (!entry)
		return -ENOMEM;
	retire(table, entry);
	/* One whose EXEC got lost must not name the next task with this id. */
	take_name(table, event->sample_tid);
	*task = &entry->task;
	return 0;
}

int task_table_apply(struct task_table *table, struct event *event, const struct task **task)
{
	*task = NULL;
	switch (event->type) {
	case EVENT_FORK:
		return apply_fork(table, event, task);
	case EVENT_EXEC:
		return apply_exec(table, event, task);
	case EVENT_EXIT:
		return apply_exit(table, event, task);
	case EVENT_COMM:
		return apply_comm(table, event);
	default:
		return 0;
	}
}

const struct task *task_table_find(const struct task_table *table, int32_t tid)
{
	const struct entry *entry = find(table, tid);

	return entry ? &entry->task : NULL;
}

int task_table_add(struct task_table *table, int32_t tid, bool followed)
{
	struct entry *entry = find(table, tid);

	if (!entry)
		return insert(table, &(struct task){.tid = tid, .followed = followed}) ? 0
										       : -ENOMEM;
	if (followed && !entry->task.followed) {
		entry->task.followed = true;
		table->followed++;
	}
	return 0;
}

void task_table_prune(struct task_table *table, bool (*is_alive)(void *context, int32_t tid),
		      void *context)
{
	struct entry *entry, *next;

	HASH_ITER (hh, table->by_tid, entry, next) {
		if (!is_alive(context, entry->task.tid))
			retire(table, entry);
	}
}

size_t task_table_followed(const struct task_table *table)
{
	return table->followed;
}
