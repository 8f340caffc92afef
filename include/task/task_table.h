/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of all live tasks that have been seen, by tid. Events are applied in time order and
 * before any filter, or ancestry would break.
 *
 * A tid names a task only while it lives: EXIT ends it, and a FORK of the same tid is another task.
 * Memory is bounded by the number of tids (pid_max), whatever gets lost.
 */
#ifndef PXT_TASK_TASK_TABLE_H
#define PXT_TASK_TASK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/event.h"
#include "event/facts.h"

struct task;
struct task_table;

/* Returns NULL without memory. */
struct task_table *task_table_new(void);
void task_table_free(struct task_table *table);

/* Keep the state that facts are made of; before there are any tasks. Returns 0 or -ENOMEM. */
int task_table_keep_facts(struct task_table *table) MUST_CHECK;

/* Follow no new process from now on, but new threads of followed processes. */
void task_table_follow_threads_only(struct task_table *table);

/*
 * Keep no tasks, only the names for EXECs to come: for whoever follows nobody, and wants no facts.
 * Events have no subject then.
 */
void task_table_keep_names_only(struct task_table *table);

/* Take a missing EXEC as proof of a failed exec. Only where facts are kept. */
void task_table_expect_execs(struct task_table *table);

/*
 * Fill FACTS for EVENT, the last event applied, which is a FORK, EXEC or EXIT. Only where facts are
 * kept. FACTS borrows from TABLE and EVENT until the next event.
 */
void task_table_describe(struct task_table *table, const struct event *event, struct facts *facts);

/* A task that is older than the trace. */
struct old_task {
	int32_t tid, tgid;
	int32_t ppid; /* of its process; 0: it has no parent; -1: not known */
	struct text comm;
	bool is_exiting; /* its EXIT may have been before the trace */
};

/* Add OLD as task_table_add() does. Returns 0 or -ENOMEM. */
int task_table_add_old(struct task_table *table, const struct old_task *old) MUST_CHECK;

/* Look up the parents of all old tasks added; before any event, since ids are reused. */
void task_table_link_old(struct task_table *table);

/*
 * Set the credentials of the old process PID. Does nothing if it is not known, or not old. Returns
 * 0 or -ENOMEM.
 */
int task_table_identify_old(struct task_table *table, int32_t pid,
			    const struct credentials *ids) MUST_CHECK;

/*
 * Set the program of the old process PID, unless an EXEC of it was seen: copies of FILENAME and
 * ARGUMENTS, as /proc showed them at TIME_NS. Events before that do not show it. Returns 0 or
 * -ENOMEM.
 */
int task_table_set_old_program(struct task_table *table, int32_t pid, struct text filename,
			       const struct arguments *arguments, uint64_t time_ns) MUST_CHECK;

/*
 * Date the fork of the old process PID to TIME_NS: it happened during the trace, without a FORK.
 * The process does not count as old any more, so set the rest before.
 */
void task_table_date_old(struct task_table *table, int32_t pid, uint64_t time_ns);

/*
 * Call VISIT for each followed process that is older than the trace, before any event: parents
 * before their children, depth first, siblings by pid. EVENT is an EXEC at TIME_NS of the program
 * that it runs, with its facts. Only where facts are kept. Returns 0, -ENOMEM, or what VISIT
 * returned, if not 0, which ends it.
 */
int task_table_visit_old(struct task_table *table, uint64_t time_ns,
			 int (*visit)(void *context, const struct event *event),
			 void *context) MUST_CHECK;

/* Set the path of cgroup ID, as a CGROUP event does. Only where facts are kept. Returns 0 or
 * -ENOMEM. */
int task_table_name_cgroup(struct task_table *table, uint64_t id, struct text path) MUST_CHECK;

/* Take the root's id in samples to be that of the root: task/cgroup_names.h. Only where facts are
 * kept. */
void task_table_prove_root_cgroup(struct task_table *table);

/*
 * Apply EVENT to the table; an EXEC gets its comm.
 *
 * *SUBJECT is the child of a FORK, the task of an EXEC or EXIT, NULL for other events; borrowed
 * until the next call. A task that exits is removed then. Returns 0 or -ENOMEM.
 */
int task_table_apply(struct task_table *table, struct event *event,
		     const struct task **subject) MUST_CHECK;

/*
 * Returns whether EVENT, the last one applied, happened to a followed task, or is the fork of one.
 * SUBJECT is what task_table_apply() gave.
 */
bool task_table_is_followed(const struct task_table *table, const struct event *event,
			    const struct task *subject);

/* Returns the task with this TID, borrowed until the next apply or add, or NULL. */
const struct task *task_table_find(const struct task_table *table, int32_t tid);

/*
 * Add a task that is older than the trace, or whose FORK was lost. A known one is kept, and
 * followed if FOLLOWED. Returns 0 or -ENOMEM.
 */
int task_table_add(struct task_table *table, int32_t tid, bool followed) MUST_CHECK;

/* The same for a task of process TGID; 0: not known. */
int task_table_add_thread(struct task_table *table, int32_t tgid, int32_t tid,
			  bool followed) MUST_CHECK;

/* Remove the tasks for which IS_ALIVE returns false. */
void task_table_prune(struct task_table *table, bool (*is_alive)(void *context, int32_t tid),
		      void *context);

/*
 * Check up to MAX tasks, each once a round, and remove those for which IS_ALIVE returned false in
 * two rounds: their EXIT was lost. Between the two rounds all events up to the first must have been
 * applied. Returns whether a round ended.
 */
bool task_table_sweep(struct task_table *table, size_t max,
		      bool (*is_alive)(void *context, int32_t tid), void *context);

/* Returns how many live tasks are followed. */
size_t task_table_followed(const struct task_table *table);

#endif
