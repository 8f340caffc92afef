/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the descendants of followed processes among the tasks that a capture lists.
 */
#ifndef PXT_RUN_DESCENDANTS_H
#define PXT_RUN_DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "capture/read/capture.h"
#include "filter/pid_list.h"
#include "task/task_table.h"

/*
 * Enter PIDS into TABLE as followed, with all threads that they have among the COUNT TASKS, and
 * with PROCESSES all processes that descend from them, in whatever order those come: a child may
 * come before its parent. 0 or -ENOMEM.
 */
int descendants_enter(struct task_table *table, const struct pid_list *pids,
		      const struct capture_task *tasks, size_t count, bool processes) MUST_CHECK;

#endif
