/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings a task table up to date with /proc.
 */
#ifndef PXT_TASK_PROC_TASKS_H
#define PXT_TASK_PROC_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "task/task_table.h"

/*
 * Enter all tasks under PROC_FD (a directory fd of /proc) into TABLE; descendants of followed
 * processes become followed. Tasks that come and go meanwhile may be missed: start the trace first.
 * Returns 0 or a negative errno.
 */
int proc_tasks_enter(int proc_fd, struct task_table *table) MUST_CHECK;

/* task_table_sweep() by what /proc shows. */
bool proc_tasks_sweep(int proc_fd, struct task_table *table, size_t max);

/* Forget the tasks of TABLE that are not alive any more. */
void proc_tasks_forget_dead(int proc_fd, struct task_table *table);

#endif
