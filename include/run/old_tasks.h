/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enters what is older than the trace into the task table: tasks from /proc, cgroups from cgroupfs.
 */
#ifndef PXT_RUN_OLD_TASKS_H
#define PXT_RUN_OLD_TASKS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "task/task_table.h"

/*
 * Enter all tasks that PROC_FD (a directory fd of /proc) shows into TABLE, which keeps facts, with
 * their names and parents, WITH_PROGRAMS also with who they are and what they execute. Returns 0 or
 * a negative errno.
 */
int old_tasks_enter(int proc_fd, struct task_table *table, bool with_programs) MUST_CHECK;

/* Enter the paths of all cgroups. Where cgroup2 is not mounted there are none. 0 or -ENOMEM. */
int old_cgroups_enter(struct task_table *table) MUST_CHECK;

#endif
