/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the state that facts are made of: processes, parents, programs, signals and cgroups. The
 * task table passes every event on, after it has found or added the task that it happened to.
 */
#ifndef PXT_TASK_KEEPER_H
#define PXT_TASK_KEEPER_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "task/live_tasks.h"
#include "task/task.h"
#include "task/task_table.h"
#include "task/unfinished_execs.h"

struct keeper;

/* TASKS, those of the task table, are borrowed. Returns NULL without memory. */
struct keeper *keeper_new(struct live_tasks *tasks);
void keeper_free(struct keeper *keeper);

/* Apply EVENT, a FORK of CHILD or an EXEC of TASK. They return 0 or -ENOMEM. */
int keeper_fork(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;
int keeper_exec(struct keeper *keeper, const struct event *event, struct task *task) MUST_CHECK;

/* Apply EVENT, an EXIT of TASK in the middle of UNFINISHED (NULL: of no exec). As above. */
int keeper_exit(struct keeper *keeper, const struct event *event, struct task *task,
		const struct unfinished_exec *unfinished) MUST_CHECK;

/* From now on EXECs are recorded: a missing one proves that the exec failed. */
void keeper_expect_execs(struct keeper *keeper);

/* Returns how often events have been lost until now. */
uint64_t keeper_losses(const struct keeper *keeper);

/* Apply EVENT, a NEW_TASK or CHILD: if CHILD is a thread, it joins its process. As above. */
int keeper_new_task(struct keeper *keeper, const struct event *event,
		    struct task *child) MUST_CHECK;
int keeper_child(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;

/* Apply EVENT, a COMM that is not of an exec. */
void keeper_comm(struct keeper *keeper, const struct event *event);

/* Apply an EVENT of any other type. Returns 0 or -ENOMEM. */
int keeper_other(struct keeper *keeper, const struct event *event) MUST_CHECK;

/* Free the processes that have no threads left, though no EXIT of theirs was the last one. */
void keeper_forget_ended(struct keeper *keeper);

/* The work behind the functions of these names in task_table.h. TASK is that of OLD. */
int keeper_add_old(struct keeper *keeper, struct task *task, const struct old_task *old) MUST_CHECK;
void keeper_link_old(struct keeper *keeper);
int keeper_name_cgroup(struct keeper *keeper, uint64_t id, struct text path) MUST_CHECK;
void keeper_prove_root_cgroup(struct keeper *keeper);
void keeper_describe(struct keeper *keeper, const struct event *event, struct facts *facts);

#endif
