/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps what facts are made of: processes, parents, programs, signals and cgroups. The task table
 * tells it of every event, once the task that it happened to is there.
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

/* TASKS, those of the table, are borrowed. Returns NULL without memory. */
struct keeper *keeper_new(struct live_tasks *tasks);
void keeper_free(struct keeper *keeper);

/* EVENT, of the type that the name says, happened to TASK. They return 0 or -ENOMEM. */
int keeper_fork(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;
int keeper_exec(struct keeper *keeper, const struct event *event, struct task *task) MUST_CHECK;

/* As above; UNFINISHED is an exec that the task was in, NULL: in none. */
int keeper_exit(struct keeper *keeper, const struct event *event, struct task *task,
		const struct unfinished_exec *unfinished) MUST_CHECK;

/* EXECs are among the events: one that does not come did not happen. */
void keeper_expect_execs(struct keeper *keeper);

/* How often events were lost until now. */
uint64_t keeper_losses(const struct keeper *keeper);

/* EVENT tells of the birth of CHILD: if it is a thread, it is counted with its process from now on.
 */
int keeper_new_task(struct keeper *keeper, const struct event *event,
		    struct task *child) MUST_CHECK;
int keeper_child(struct keeper *keeper, const struct event *event, struct task *child) MUST_CHECK;

/* EVENT is a COMM, and not of an exec. */
void keeper_comm(struct keeper *keeper, const struct event *event);

/* EVENT is one that nothing but facts are made of. Returns 0 or -ENOMEM. */
int keeper_other(struct keeper *keeper, const struct event *event) MUST_CHECK;

/* Let go of processes of which no thread is left, though no exit was told to be the last one. */
void keeper_forget_ended(struct keeper *keeper);

/* See task_table.h. */
int keeper_add_old(struct keeper *keeper, struct task *task, const struct old_task *old) MUST_CHECK;
void keeper_link_old(struct keeper *keeper);
int keeper_name_cgroup(struct keeper *keeper, uint64_t id, struct text path) MUST_CHECK;
void keeper_prove_root_cgroup(struct keeper *keeper);
void keeper_describe(struct keeper *keeper, const struct event *event, struct facts *facts);

#endif
