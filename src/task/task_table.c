/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/task_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "task/cgroup_names.h"
#include "task/comm.h"
#include "task/describe.h"
#include "task/thread.h"

/* Out of memory leaves the table as it was; uthash clears hh.tbl of what it did not add. */
#define HASH_NONFATAL_OOM 1
/* All keys are ids that the kernel hands out one after the other: nothing spreads better. */
#define HASH_FUNCTION(key, length, hash) memcpy(&(hash), (key), sizeof(hash))
#include <uthash.h>

struct entry {
	struct task task; /* .tid is the key */
	UT_hash_handle hh;
	struct thread thread; /* all zero where no facts are kept */
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
	struct kept *kept; /* NULL: facts are not kept */
};

/* What facts take beyond the tasks. */
struct kept {
	struct cgroup_names *cgroups;
	struct leaderless *leaderless;
	uint64_t losses;
	struct subject subject; /* of the last event */
	struct old_parent *old_parents;
	size_t old_count, old_capacity;
	struct ancestor ancestry[ANCESTRY_MAX];
};

/* A process whose leader has ended and that lives on: signals still go to its pid. */
struct leaderless {
	int32_t pid;
	struct process *process; /* held */
	UT_hash_handle hh;
};

/* The parent, by its pid, of the leader of an old process. */
struct old_parent {
	int32_t pid, ppid;
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

static void forget_leaderless(struct kept *kept, struct leaderless *leaderless)
{
	HASH_DEL(kept->leaderless, leaderless);
	process_release(leaderless->process);
	free(leaderless);
}

static void free_kept(struct kept *kept)
{
	if (!kept)
		return;
	while (kept->leaderless)
		forget_leaderless(kept, kept->leaderless);
	cgroup_names_free(kept->cgroups);
	free(kept->old_parents);
	free(kept);
}

int task_table_keep_facts(struct task_table *table)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (kept)
		kept->cgroups = cgroup_names_new();
	if (!kept || !kept->cgroups) {
		free(kept);
		return -ENOMEM;
	}
	table->kept = kept;
	return 0;
}

void task_table_free(struct task_table *table)
{
	struct entry *entry, *next;

	if (!table)
		return;
	HASH_ITER (hh, table->by_tid, entry, next) {
		HASH_DEL(table->by_tid, entry);
		thread_done(&entry->thread);
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
	if (table->exited)
		thread_done(&table->exited->thread);
	free(table->exited);
	free(table->name);
	free_kept(table->kept);
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
	entry->thread = (struct thread){0};
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
	thread_leave(&entry->thread);
	if (table->exited) {
		thread_done(&table->exited->thread);
		give_spare(table, table->exited);
	}
	table->exited = entry;
}

static bool is_followed(const struct task_table *table, int32_t tid)
{
	const struct entry *entry = table->followed > 0 ? find(table, tid) : NULL;

	return entry && entry->task.followed;
}

static void follow(struct task_table *table, struct entry *entry, bool followed)
{
	if (!followed || entry->task.followed)
		return;
	entry->task.followed = true;
	table->followed++;
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

/* ---- facts ---- */

/* The process of ENTRY, of which no fork was seen; TGID <= 0: not known. Returns 0 or -ENOMEM. */
static int ensure_process(struct task_table *table, struct entry *entry, int32_t tgid)
{
	const struct entry *leader = tgid > 0 ? find(table, tgid) : NULL;

	if (entry->thread.process)
		return 0;
	if (leader && leader->thread.process) {
		thread_join(&entry->thread, leader->thread.process);
		return 0;
	}
	struct process *process = process_new_old(tgid > 0 ? tgid : -1);
	if (!process)
		return -ENOMEM;
	thread_join(&entry->thread, process);
	process_release(process);
	return 0;
}

static struct leaderless *find_leaderless(const struct kept *kept, int32_t pid)
{
	struct leaderless *leaderless;

	HASH_FIND_INT(kept->leaderless, &pid, leaderless);
	return leaderless;
}

/* The leader of PROCESS has ended, and others of its threads have not. Returns 0 or -ENOMEM. */
static int keep_leaderless(struct kept *kept, struct process *process)
{
	struct leaderless *leaderless = find_leaderless(kept, process->pid);

	if (leaderless)
		forget_leaderless(kept, leaderless);
	leaderless = malloc(sizeof(*leaderless));
	if (!leaderless)
		return -ENOMEM;
	*leaderless = (struct leaderless){.pid = process->pid, .process = process_hold(process)};
	HASH_ADD_INT(kept->leaderless, pid, leaderless);
	if (leaderless->hh.tbl)
		return 0;
	process_release(process);
	free(leaderless);
	return -ENOMEM;
}

/* Its last thread has ended, or execs, which makes that the leader; or the pid is another's now. */
static void end_leaderless(struct kept *kept, int32_t pid)
{
	struct leaderless *leaderless = kept->leaderless ? find_leaderless(kept, pid) : NULL;

	if (leaderless)
		forget_leaderless(kept, leaderless);
}

/* The process of the task, or of the leader that has ended, with this id; NULL: not known. */
static struct process *find_process(const struct task_table *table, int32_t pid)
{
	const struct entry *entry = find(table, pid);
	const struct leaderless *leaderless = entry ? NULL : find_leaderless(table->kept, pid);

	if (entry)
		return entry->thread.process;
	return leaderless ? leaderless->process : NULL;
}

static int keep_fork(struct task_table *table, const struct event *event, struct entry *child)
{
	struct entry *parent = find_or_add(table, event->fork.parent_pid, event);
	int code = parent ? ensure_process(table, parent, event->sample_pid) : -ENOMEM;

	end_leaderless(table->kept, event->fork.child_pid);
	/* No kernel says that a task forked itself; a capture may. */
	if (code == 0 && parent != child)
		code = thread_fork(&child->thread, child->task.tid, &parent->thread, event,
				   table->kept->losses);
	if (code < 0)
		return code;
	child->thread.birth.announced = false;
	table->kept->subject = (struct subject){
		.thread = &parent->thread,
		.tid = parent->task.tid,
		.child = &child->thread,
	};
	return 0;
}

static int keep_exec(struct task_table *table, const struct event *event, struct entry *entry)
{
	int code = ensure_process(table, entry, event->exec.pid);

	if (code < 0)
		return code;
	end_leaderless(table->kept, event->exec.pid);
	table->kept->subject = (struct subject){
		.thread = &entry->thread,
		.tid = entry->task.tid,
		.previous_exec_ns = entry->thread.process->exec_ns,
	};
	return thread_exec(&entry->thread, event, table->kept->losses);
}

static int keep_exit(struct task_table *table, const struct event *event, struct entry *entry)
{
	int code = ensure_process(table, entry, event->sample_pid);

	if (code < 0)
		return code;
	struct process *process = entry->thread.process;
	enum known last = thread_exit(&entry->thread, event, table->kept->losses);
	table->kept->subject = (struct subject){
		.thread = &entry->thread,
		.tid = entry->task.tid,
		.last = last,
		.losses = table->kept->losses,
		.previous_exec_ns = process->exec_ns,
	};
	if (last == KNOWN_NO && entry->task.tid == process->pid)
		return keep_leaderless(table->kept, process);
	if (last != KNOWN_NO)
		end_leaderless(table->kept, process->pid);
	return 0;
}

/* Whether ENTRY was only announced: its FORK is still to come. */
static bool is_unborn(const struct entry *entry)
{
	return entry->thread.birth.announced && !entry->thread.process;
}

/* The entry of a task that is about to be born. */
static struct entry *announce(struct task_table *table, int32_t tid)
{
	struct entry *entry = find(table, tid);

	if (entry && is_unborn(entry))
		return entry;
	/* Its EXIT was lost: the id names another task now. */
	if (entry)
		retire(table, entry);
	entry = insert(table, &(struct task){.tid = tid});
	if (entry)
		entry->thread.birth.announced = true;
	return entry;
}

static int keep_new_task(struct task_table *table, const struct event *event)
{
	struct entry *entry = announce(table, event->new_task.pid);

	if (!entry)
		return -ENOMEM;
	entry->thread.birth.has_flags = true;
	entry->thread.birth.clone_flags = event->new_task.clone_flags;
	return 0;
}

static int keep_child(struct task_table *table, const struct event *event)
{
	struct entry *entry = event->child.tid > 0 ? announce(table, event->child.tid) : NULL;

	if (entry)
		entry->thread.birth.tgid = event->child.pid;
	return entry || event->child.tid <= 0 ? 0 : -ENOMEM;
}

static void keep_signal_sent(struct task_table *table, const struct event *event)
{
	const struct entry *from = find(table, event->current_tid);
	struct process *process = find_process(table, event->signal_sent.pid);
	struct sender sender = {0};

	if (!process)
		return;
	if (from && from->thread.process)
		sender = (struct sender){
			.pid = from->thread.process->pid > 0 ? from->thread.process->pid : 0,
			.comm = comm_text(&from->thread.comm),
			.is_itself = from->thread.process == process,
		};
	exit_evidence_sent(&process->evidence, event, &sender,
			   process->losses == LOSSES_UNKNOWN ? LOSSES_UNKNOWN
							     : table->kept->losses);
}

static void keep_signal_taken(struct task_table *table, const struct event *event)
{
	struct entry *entry = find(table, event->current_tid);

	if (entry && exit_signal_is_fatal(event->signal_taken.signal))
		entry->thread.end.taken = event->signal_taken.signal;
}

static void keep_oom_victim(struct task_table *table, const struct event *event)
{
	struct process *victim = find_process(table, event->oom_victim.pid);

	if (victim)
		victim->evidence.oom = true;
}

static void keep_exit_call(struct task_table *table, const struct event *event)
{
	struct entry *entry = find(table, event->current_tid);

	/* It goes on: what it took did not end it. */
	if (entry)
		entry->thread.end = (struct thread_end){
			.call =
				{
					.known = true,
					.is_group = event->exit_call.is_group,
					.code = event->exit_call.code,
				},
		};
}

static void keep_comm(struct task_table *table, const struct event *event)
{
	struct entry *entry = find(table, event->comm.tid);

	if (entry)
		comm_set(&entry->thread.comm, event->comm.comm);
}

/* Events that nothing but facts are made of. */
static int keep_other(struct task_table *table, const struct event *event)
{
	switch (event->type) {
	case EVENT_NEW_TASK:
		return keep_new_task(table, event);
	case EVENT_CHILD:
		return keep_child(table, event);
	case EVENT_SIGNAL_SENT:
		keep_signal_sent(table, event);
		return 0;
	case EVENT_SIGNAL_TAKEN:
		keep_signal_taken(table, event);
		return 0;
	case EVENT_OOM_VICTIM:
		keep_oom_victim(table, event);
		return 0;
	case EVENT_EXIT_CALL:
		keep_exit_call(table, event);
		return 0;
	case EVENT_LOST:
		table->kept->losses++;
		return 0;
	case EVENT_CGROUP:
		return cgroup_names_set(table->kept->cgroups, event->cgroup.id, event->cgroup.path);
	default:
		return 0;
	}
}

void task_table_describe(struct task_table *table, const struct event *event, struct facts *facts)
{
	describe(&table->kept->subject, event, table->kept->cgroups, table->kept->ancestry, facts);
}

int task_table_name_cgroup(struct task_table *table, uint64_t id, struct text path)
{
	return cgroup_names_set(table->kept->cgroups, id, path);
}

/* ---- events ---- */

static int apply_fork(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *child = find(table, event->fork.child_pid);
	bool followed =
		is_followed(table, event->fork.parent_pid) || is_followed(table, event->sample_pid);

	/* Its EXIT was lost: the id names another task now. */
	if (child && !is_unborn(child)) {
		retire(table, child);
		child = NULL;
	}
	if (!child)
		child = insert(table, &(struct task){.tid = event->fork.child_pid});
	if (!child)
		return -ENOMEM;
	follow(table, child, followed);
	*task = &child->task;
	return table->kept ? keep_fork(table, event, child) : 0;
}

/* PERF_RECORD_COMM with the exec bit: the name for the EXEC that follows. */
static int apply_comm(struct task_table *table, const struct event *event)
{
	if (table->kept && !event->comm.is_exec)
		keep_comm(table, event);
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
	follow(table, entry, thread->task.followed);
	if (!entry->thread.process && thread->thread.process)
		thread_join(&entry->thread, thread->thread.process);
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
	return table->kept ? keep_exec(table, event, entry) : 0;
}

static int apply_exit(struct task_table *table, const struct event *event, const struct task **task)
{
	struct entry *entry = find_or_add(table, event->exit.pid, event);

	if (!entry || (table->kept && keep_exit(table, event, entry) < 0))
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
		return table->kept ? keep_other(table, event) : 0;
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
	follow(table, entry, followed);
	return 0;
}

/* ---- tasks that were there before ---- */

static int remember_parent(struct kept *kept, const struct old_task *task)
{
	if (kept->old_count == kept->old_capacity) {
		size_t capacity = kept->old_capacity ? 2 * kept->old_capacity : 256;
		struct old_parent *grown = realloc(kept->old_parents, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		kept->old_parents = grown;
		kept->old_capacity = capacity;
	}
	kept->old_parents[kept->old_count++] = (struct old_parent){task->tgid, task->ppid};
	return 0;
}

int task_table_add_old(struct task_table *table, const struct old_task *task)
{
	int code = task_table_add(table, task->tid, false);

	if (code < 0 || !table->kept)
		return code;
	struct entry *entry = find(table, task->tid);
	/* Its fork has been seen: that tells more. */
	if (entry->thread.process)
		return 0;
	code = ensure_process(table, entry, task->tgid);
	if (code < 0)
		return code;
	comm_set(&entry->thread.comm, task->comm);
	if (task->tid != task->tgid)
		return 0;
	entry->thread.process->losses = table->kept->losses;
	return remember_parent(table->kept, task);
}

void task_table_link_old(struct task_table *table)
{
	struct kept *kept = table->kept;

	for (size_t i = 0; kept && i < kept->old_count; i++) {
		const struct entry *child = find(table, kept->old_parents[i].pid);
		const struct entry *parent = find(table, kept->old_parents[i].ppid);
		bool known = parent && parent->thread.process;

		if (!child || !child->thread.process || !child->thread.process->from_proc)
			continue;
		if (known && parent->thread.process != child->thread.process)
			process_set_parent(child->thread.process, parent->thread.process,
					   comm_text(&parent->thread.comm));
		else if (kept->old_parents[i].ppid == 0)
			process_set_parent(child->thread.process, NULL, (struct text){0});
	}
	if (kept)
		kept->old_count = 0;
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
