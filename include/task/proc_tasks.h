/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates a task table from /proc.
 */
#ifndef PXT_TASK_PROC_TASKS_H
#define PXT_TASK_PROC_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "task/task_table.h"

/*
 * Add all tasks under PROC_FD (a directory fd of /proc) to TABLE and follow the threads of followed
 * processes, with DESCENDANTS also all processes that descend from them. Tasks that start or end
 * meanwhile may be missed: start the trace first. Returns 0 or a negative errno.
 */
int proc_tasks_enter(int proc_fd, struct task_table *table, bool descendants) MUST_CHECK;

/* task_table_sweep() with the tasks that are alive by /proc. */
bool proc_tasks_sweep(int proc_fd, struct task_table *table, size_t max);

/* task_table_prune() with the tasks that are alive by /proc. */
void proc_tasks_forget_dead(int proc_fd, struct task_table *table);

#endif
