/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The task table holds every live task that has been seen, by tid. The events keep it up to date in
 * time order, before any filter: otherwise ancestry breaks.
 *
 * A tid names a task only while that lives: an EXIT ends it, a FORK of the same tid is another
 * task. Memory is bounded by the number of tids (pid_max), whatever gets lost.
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

/* Keep what facts are made of, too, from now on. Returns 0 or -ENOMEM. */
int task_table_keep_facts(struct task_table *table) MUST_CHECK;

/* Of tables that keep facts: see keeper_expect_execs(). */
void task_table_expect_execs(struct task_table *table);

/*
 * The facts of EVENT, which was the last to be applied and is a FORK, EXEC or EXIT. Only where
 * facts are kept. FACTS borrows from TABLE and EVENT until the next event.
 */
void task_table_describe(struct task_table *table, const struct event *event, struct facts *facts);

/* A task that is older than the trace. */
struct old_task {
	int32_t tid, tgid;
	int32_t ppid; /* of its process; 0: it has no parent; -1: not known */
	struct text comm;
	bool is_exiting; /* its EXIT may have come before the trace */
};

/*
 * Enter TASK as one that was there before, as task_table_add() does. Its parent is looked up by
 * task_table_link_old(), once all are entered: ids may name others later. Returns 0 or -ENOMEM.
 */
int task_table_add_old(struct task_table *table, const struct old_task *task) MUST_CHECK;
void task_table_link_old(struct task_table *table);

/* Process PID, one that is older, is known to be this one. Nothing happens where PID is not known.
 */
void task_table_identify_old(struct task_table *table, int32_t pid, const struct credentials *ids);

/*
 * That one executes this program, as /proc showed it at TIME_NS; events before that do not show it.
 * FILENAME and ARGUMENTS are copied. Returns 0 or -ENOMEM.
 */
int task_table_set_old_program(struct task_table *table, int32_t pid, struct text filename,
			       const struct arguments *arguments, uint64_t time_ns) MUST_CHECK;

/*
 * The fork of that one, which no event told of, was at TIME_NS and is known as one of the trace's.
 * Nothing more may be set of it then.
 */
void task_table_date_old(struct task_table *table, int32_t pid, uint64_t time_ns);

/* CGROUP events do the same. Returns 0 or -ENOMEM. */
int task_table_name_cgroup(struct task_table *table, uint64_t id, struct text path) MUST_CHECK;

/* Facts are kept: the root's id in samples is of tasks in the root (task/cgroup_names.h). */
void task_table_prove_root_cgroup(struct task_table *table);

/*
 * Bring the table up to date with EVENT, and EVENT up to date with the table: EXEC gets its comm.
 *
 * *TASK is the event's subject (FORK: the child, EXEC and EXIT: the task itself; NULL for other
 * events), borrowed until the next call. A task that exits is forgotten then. Returns 0 or -ENOMEM.
 */
int task_table_apply(struct task_table *table, struct event *event,
		     const struct task **task) MUST_CHECK;

/* The task with this tid; NULL where none is known. Borrowed until the next apply or add. */
const struct task *task_table_find(const struct task_table *table, int32_t tid);

/*
 * Enter a task that was there before the trace, or whose FORK got lost. One that is known stays as
 * it is, but may become followed. Returns 0 or -ENOMEM.
 */
int task_table_add(struct task_table *table, int32_t tid, bool followed) MUST_CHECK;

/* The same, of one that is known to be of process TGID; 0: that is not known. */
int task_table_add_thread(struct task_table *table, int32_t tgid, int32_t tid,
			  bool followed) MUST_CHECK;

/* Forget the tasks for which IS_ALIVE says no. */
void task_table_prune(struct task_table *table, bool (*is_alive)(void *context, int32_t tid),
		      void *context);

/*
 * Look for up to MAX tasks, each of them once a round, and forget those for which IS_ALIVE has said
 * no in two rounds: their EXIT was lost, if all that happened up to the first of these was applied
 * before the second. Returns whether a round ended.
 */
bool task_table_sweep(struct task_table *table, size_t max,
		      bool (*is_alive)(void *context, int32_t tid), void *context);

/* How many live tasks are followed. */
size_t task_table_followed(const struct task_table *table);

#endif
