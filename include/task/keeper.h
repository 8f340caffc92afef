/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the state that facts are made of: processes, parents, programs, signals and cgroups. The
 * task table passes every event on, after it has found or added the task that it happened to.
 */
#ifndef PXT_TASK_KEEPER_H
#define PXT_TASK_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "task/ancestries.h"
#include "task/cgroup_names.h"
#include "task/describe.h"
#include "task/leaderless.h"
#include "task/live_tasks.h"
#include "task/process.h"
#include "task/task.h"
#include "task/task_table.h"
#include "task/unfinished_execs.h"

/* The parent, by its pid, of the leader of an old process. */
struct old_parent {
	int32_t pid, ppid;
};

struct keeper {
	struct live_tasks *tasks; /* of the task table */
	struct process_pool pool;
	struct cgroup_names cgroups;
	struct leaderless leaderless;
	uint64_t losses;        /* how often events have been lost until now */
	bool expects_execs;     /* EXECs are recorded: a missing one proves that the exec failed */
	bool has_execs;         /* one came */
	struct subject subject; /* of the last event */
	struct old_parent *old_parents;
	size_t old_count, old_capacity;
	struct ancestries ancestries;
};

/* TASKS, those of the task table, are borrowed. Returns NULL without memory. */
struct keeper *keeper_new(struct live_tasks *tasks);

/* No thread of TASKS may hold a process any more. */
void keeper_free(struct keeper *keeper);

/* Apply EVENT, a FORK of CHILD or an EXEC of TASK. They return 0 or -ENOMEM. */
int keeper_fork(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;
int keeper_exec(struct keeper *keeper, const struct event *event, struct task *task) MUST_CHECK;

/* Apply EVENT, an EXIT of TASK in the middle of UNFINISHED (NULL: of no exec). As above. */
int keeper_exit(struct keeper *keeper, const struct event *event, struct task *task,
		const struct unfinished_exec *unfinished) MUST_CHECK;

/* Apply EVENT, an EXEC_FAILED of TASK, and set its name. As above. */
int keeper_exec_failed(struct keeper *keeper, struct event *event, struct task *task) MUST_CHECK;

/* Apply EVENT, a NEW_TASK or CHILD: if CHILD is a thread, it joins its process. As above. */
int keeper_new_task(struct keeper *keeper, const struct event *event,
		    struct task *child) MUST_CHECK;
int keeper_child(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;

/* Apply EVENT, a COMM that is not of an exec. As above. */
int keeper_comm(struct keeper *keeper, const struct event *event) MUST_CHECK;

/* Apply an EVENT of any other type. Returns 0 or -ENOMEM. */
int keeper_other(struct keeper *keeper, const struct event *event) MUST_CHECK;

/* The work behind the functions of these names in task_table.h. TASK is that of OLD. */
int keeper_add_old(struct keeper *keeper, struct task *task, const struct old_task *old) MUST_CHECK;
void keeper_link_old(struct keeper *keeper);

#endif
