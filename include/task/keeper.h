/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps what facts are made of: processes, parents, programs, signals and cgroups. The task table
 * tells it of every event, once the entry that it happened to is there.
 */
#ifndef PXT_TASK_KEEPER_H
#define PXT_TASK_KEEPER_H

#include <stdint.h>

#include "compiler.h"
#include "event.h"
#include "facts.h"
#include "task/entries.h"
#include "task/task_table.h"

struct keeper;

/* ENTRIES, those of the table, are borrowed. Returns NULL without memory. */
struct keeper *keeper_new(struct entries *entries);
void keeper_free(struct keeper *keeper);

/* EVENT, of the type that the name says, happened to ENTRY. They return 0 or -ENOMEM. */
int keeper_fork(struct keeper *keeper, const struct event *event, struct entry *child) MUST_CHECK;
int keeper_exec(struct keeper *keeper, const struct event *event, struct entry *entry) MUST_CHECK;
int keeper_exit(struct keeper *keeper, const struct event *event, struct entry *entry) MUST_CHECK;

/* EVENT is a COMM, and not of an exec. */
void keeper_comm(struct keeper *keeper, const struct event *event);

/* EVENT is one that nothing but facts are made of. Returns 0 or -ENOMEM. */
int keeper_other(struct keeper *keeper, const struct event *event) MUST_CHECK;

/* See task_table.h. ENTRY is that of TASK. */
int keeper_add_old(struct keeper *keeper, struct entry *entry,
		   const struct old_task *task) MUST_CHECK;
void keeper_link_old(struct keeper *keeper);
int keeper_name_cgroup(struct keeper *keeper, uint64_t id, struct text path) MUST_CHECK;
void keeper_prove_root_cgroup(struct keeper *keeper);
void keeper_describe(struct keeper *keeper, const struct event *event, struct facts *facts);

#endif
