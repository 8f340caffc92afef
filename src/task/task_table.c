/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/task_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/comm.h"
#include "task/entries.h"
#include "task/keeper.h"
#include "task/program.h"
#include "task/thread.h"

/* What COMM said at an exec, until its EXEC comes. Keyed by sample tid, not by payload pid. */
struct new_name {
	int32_t sample_tid;
	uint32_t length;
	char comm[TASK_COMM_SIZE];
	uint64_t losses; /* how often events were lost until then, where facts are kept */
	UT_hash_handle hh;
};

struct task_table {
	struct entries entries;
	struct new_name *names;
	struct new_name *name; /* removed, but an event borrows its comm */
	struct keeper *keeper; /* NULL: facts are not kept */
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

int task_table_keep_facts(struct task_table *table)
{
	table->keeper = keeper_new(&table->entries);
	return table->keeper ? 0 : -ENOMEM;
}

void task_table_expect_execs(struct task_table *table)
{
	keeper_expect_execs(table->keeper);
}

void task_table_free(struct task_table *table)
{
	struct new_name *name, *next;

	if (!table)
		return;
	HASH_ITER (hh, table->names, name, next) {
		HASH_DEL(table->names, name);
		free(name);
	}
	free(table->name);
	entries_done(&table->entries);
	keeper_free(table->keeper);
	free(table);
}

/* ---- events ---- */

/*
 * The entry of TID, which is being born, where KNOWN is there already. Unless that IS_SAME its EXIT
 * was lost: the id names another task now.
 */
static struct entry *newborn(struct task_table *table, int32_t tid, struct entry *known,
			     bool is_same)
{
	if (known && is_same)
		return known;
	if (known)
		entries_retire(&table->entries, known);
	return entries_insert(&table->entries, &(struct task){.tid = tid});
}

/* CHILD is born to PARENT_TID, to which EVENT happened. */
static int join_parents_group(struct task_table *table, const struct event *event,
			      int32_t parent_tid, struct entry *child)
{
	/* In another pid namespace than ours samples have other ids. */
	if (event->sample_tid != parent_tid ||
	    thread_is_of_parent(&child->thread, child->task.tid) != KNOWN_YES)
		return 0;
	return entries_join_group(&table->entries, child, event->sample_pid);
}

static int apply_fork(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *child = entries_find(&table->entries, event->fork.child_pid);
	bool is_same = child && thread_is_born_to(&child->thread, event->fork.parent_pid);
	bool followed = entries_is_followed(&table->entries, event->fork.parent_pid) ||
			entries_is_followed(&table->entries, event->sample_pid);

	child = newborn(table, event->fork.child_pid, child, is_same);
	if (!child)
		return -ENOMEM;
	entries_follow(&table->entries, child, followed);
	*task = &child->task;
	int code = join_parents_group(table, event, event->fork.parent_pid, child);
	if (code == 0 && table->keeper)
		code = keeper_fork(table->keeper, event, child);
	child->thread.birth.announced = false;
	return code;
}

/* Threads that the kernel makes for a process (io_uring, vhost) have no other birth than this. */
static int apply_new_task(struct task_table *table, const struct event *event)
{
	const int32_t tid = event->new_task.pid;
	struct entry *child = entries_find(&table->entries, tid);
	bool is_same = child && child->thread.birth.announced && !child->thread.birth.has_flags;
	bool followed = entries_is_followed(&table->entries, event->current_tid) ||
			entries_is_followed(&table->entries, event->sample_pid);

	/* A CPU's idle task. */
	if (tid <= 0)
		return 0;
	child = newborn(table, tid, child, is_same);
	if (!child)
		return -ENOMEM;
	entries_follow(&table->entries, child, followed);
	thread_announce(&child->thread, event);
	int code = join_parents_group(table, event, event->current_tid, child);
	return code == 0 && table->keeper ? keeper_new_task(table->keeper, event, child) : code;
}

/* Without task_newtask that is where such threads are told of. */
static int apply_child(struct task_table *table, const struct event *event)
{
	const int32_t tid = event->child.tid;
	struct entry *child = entries_find(&table->entries, tid);
	bool is_same = child && child->thread.birth.announced && child->thread.birth.tgid == 0;

	if (tid <= 0)
		return 0;
	child = newborn(table, tid, child, is_same);
	if (!child)
		return -ENOMEM;
	entries_follow(&table->entries, child,
		       event->child.pid != tid &&
			       entries_is_followed(&table->entries, event->child.pid));
	child->thread.birth.announced = true;
	child->thread.birth.tgid = event->child.pid;
	int code = entries_join_group(&table->entries, child, event->child.pid);
	return code == 0 && table->keeper ? keeper_child(table->keeper, event, child) : code;
}

/*
 * A thread that execs has its leader's id by the time that it gets its new name (de_thread(),
 * fs/exec.c), and is the only one left. Not left to its EXEC: that may never come.
 */
static int inherit_leader(struct task_table *table, const struct event *event)
{
	int32_t pid = event->comm.tid;
	struct entry *thread = event->sample_pid == pid && !entries_find(&table->entries, pid)
				       ? entries_find_thread(&table->entries, pid)
				       : NULL;

	if (!thread)
		return 0;
	struct entry *entry = entries_insert(
		&table->entries, &(struct task){.tid = pid, .followed = thread->task.followed});
	if (!entry)
		return -ENOMEM;
	if (thread->thread.process)
		thread_join(&entry->thread, thread->thread.process);
	entries_retire(&table->entries, thread);
	return 0;
}

/* PERF_RECORD_COMM with the exec bit: the name for the EXEC that follows. */
static int apply_comm(struct task_table *table, const struct event *event)
{
	if (table->keeper && !event->comm.is_exec)
		keeper_comm(table->keeper, event);
	if (!event->comm.is_exec)
		return 0;
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
	if (table->keeper)
		name->losses = keeper_losses(table->keeper);
	return inherit_leader(table, event);
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
	struct entry *thread = entries_find(&table->entries, event->exec.old_pid);

	if (!thread || event->exec.old_pid == event->exec.pid)
		return;
	entries_follow(&table->entries, entry, thread->task.followed);
	if (!entry->thread.process && thread->thread.process)
		thread_join(&entry->thread, thread->thread.process);
	entries_retire(&table->entries, thread);
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

/*
 * As the source has it, or the COMM before it. Where none came, because it was lost, the kernel's
 * rule gives the name.
 */
static struct text new_comm(struct task_table *table, const struct event *event)
{
	const struct new_name *name = take_name(table, event->sample_tid);

	if (event->exec.comm.bytes)
		return event->exec.comm;
	return name ? (struct text){name->comm, name->length}
		    : comm_of_filename(event->exec.filename);
}

static int apply_exec(struct task_table *table, struct event *event, const struct task **task)
{
	struct entry *entry = entries_find_or_add(&table->entries, event->exec.pid, event);

	if (!entry)
		return -ENOMEM;
	take_over_leader(table, entry, event);
	event->exec.comm = new_comm(table, event);
	*task = &entry->task;
	return table->keeper ? keeper_exec(table->keeper, event, entry) : 0;
}

static int apply_exit(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *entry = entries_find_or_add(&table->entries, event->exit.pid, event);
	/* One whose EXEC did not come must not name the next task with this id. */
	const struct new_name *name = take_name(table, event->sample_tid);
	struct unfinished_exec unfinished = {0};

	if (name)
		unfinished = (struct unfinished_exec){{name->comm, name->length}, name->losses};
	if (!entry || (table->keeper &&
		       keeper_exit(table->keeper, event, entry, name ? &unfinished : NULL) < 0))
		return -ENOMEM;
	entries_retire(&table->entries, entry);
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
	case EVENT_NEW_TASK:
		return apply_new_task(table, event);
	case EVENT_CHILD:
		return apply_child(table, event);
	default:
		return table->keeper ? keeper_other(table->keeper, event) : 0;
	}
}

const struct task *task_table_find(const struct task_table *table, int32_t tid)
{
	const struct entry *entry = entries_find(&table->entries, tid);

	return entry ? &entry->task : NULL;
}

int task_table_add_thread(struct task_table *table, int32_t tgid, int32_t tid, bool followed)
{
	struct entry *entry = entries_find(&table->entries, tid);

	if (!entry)
		entry = entries_insert(&table->entries, &(struct task){.tid = tid});
	if (!entry)
		return -ENOMEM;
	entries_follow(&table->entries, entry, followed);
	return entries_join_group(&table->entries, entry, tgid);
}

int task_table_add(struct task_table *table, int32_t tid, bool followed)
{
	return task_table_add_thread(table, 0, tid, followed);
}

int task_table_add_old(struct task_table *table, const struct old_task *task)
{
	int code = task_table_add_thread(table, task->tgid, task->tid, false);

	if (code < 0 || !table->keeper)
		return code;
	return keeper_add_old(table->keeper, entries_find(&table->entries, task->tid), task);
}

void task_table_link_old(struct task_table *table)
{
	if (table->keeper)
		keeper_link_old(table->keeper);
}

/* NULL where PID is not known, or younger than the trace. */
static struct process *find_old(const struct task_table *table, int32_t pid)
{
	const struct entry *entry = entries_find(&table->entries, pid);
	struct process *process = entry ? entry->thread.process : NULL;

	return process && process->from_proc ? process : NULL;
}

void task_table_identify_old(struct task_table *table, int32_t pid, const struct credentials *ids)
{
	struct process *process = find_old(table, pid);

	if (process)
		process->credentials = *ids;
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
	program_release(process->program);
	process->program = program;
	return 0;
}

void task_table_date_old(struct task_table *table, int32_t pid, uint64_t time_ns)
{
	struct process *process = find_old(table, pid);

	if (!process)
		return;
	process->start_ns = time_ns;
	process->from_proc = false;
}

int task_table_name_cgroup(struct task_table *table, uint64_t id, struct text path)
{
	return keeper_name_cgroup(table->keeper, id, path);
}

void task_table_prove_root_cgroup(struct task_table *table)
{
	keeper_prove_root_cgroup(table->keeper);
}

void task_table_describe(struct task_table *table, const struct event *event, struct facts *facts)
{
	keeper_describe(table->keeper, event, facts);
}

void task_table_prune(struct task_table *table, bool (*is_alive)(void *context, int32_t tid),
		      void *context)
{
	struct entry *entry, *next;

	HASH_ITER (hh, table->entries.by_tid, entry, next) {
		if (!is_alive(context, entry->task.tid))
			entries_retire(&table->entries, entry);
	}
}

/* Its EXIT will not come. */
static void forget(struct task_table *table, struct entry *entry)
{
	take_name(table, entry->task.tid);
	entries_retire(&table->entries, entry);
}

bool task_table_sweep(struct task_table *table, size_t max,
		      bool (*is_alive)(void *context, int32_t tid), void *context)
{
	struct entries *entries = &table->entries;

	if (!entries->next)
		entries->next = entries->by_tid;
	for (; entries->next && max > 0; max--) {
		struct entry *entry = entries->next;
		bool was_missing = entry->missing;

		entries->next = entry->hh.next;
		entry->missing = !is_alive(context, entry->task.tid);
		if (entry->missing && was_missing)
			forget(table, entry);
	}
	if (!entries->next && table->keeper)
		keeper_forget_ended(table->keeper);
	return !entries->next;
}

size_t task_table_followed(const struct task_table *table)
{
	return table->entries.followed;
}
