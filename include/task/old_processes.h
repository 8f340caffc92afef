/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives out the followed processes that are older than the trace: the work behind
 * task_table_visit_old().
 */
#ifndef PXT_TASK_OLD_PROCESSES_H
#define PXT_TASK_OLD_PROCESSES_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "task/keeper.h"

/* As task_table_visit_old() in task_table.h. */
int old_processes_visit(struct keeper *keeper, uint64_t time_ns,
			int (*visit)(void *context, const struct event *event),
			void *context) MUST_CHECK;

#endif
