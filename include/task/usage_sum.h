/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds up what the tasks of a process used, and makes the process's usage of it.
 */
#ifndef PXT_TASK_USAGE_SUM_H
#define PXT_TASK_USAGE_SUM_H

#include "event/facts.h"
#include "event/usage.h"

/* Add MORE, what one more task of the same process used, to SUM. All of SUM is 0 at first. */
void usage_sum_add(struct task_usage *sum, const struct task_usage *more);

/*
 * Returns SUM as the usage of a process. Where it is told how long the process ran, that is divided
 * into user and system time in proportion to their ticks, as getrusage(2) has it (cputime_adjust()
 * of kernel/sched/cputime.c): all of it is user time where there were no ticks of system time.
 */
struct usage usage_sum_of_process(const struct task_usage *sum);

#endif
