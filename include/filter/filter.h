/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user asked to see.
 */
#ifndef PXT_FILTER_FILTER_H
#define PXT_FILTER_FILTER_H

#include <stdbool.h>

#include "event.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"
#include "task/task_table.h"

struct filter {
	unsigned int events;               /* EVENT_BIT()s of fork, exec, exit */
	const struct pid_list *pids;       /* NULL: any; borrowed */
	bool followed_only;                /* only events of tasks that the table follows */
	const struct filter_options *more; /* NULL: none is set, events need no facts; borrowed */
};

/*
 * Whether EVENT, whose subject is TASK (NULL: none), is to be shown. LOST and TRUNCATED always are,
 * what only feeds the task table never is. What is not known does not pass a filter that asks for
 * it; neither does an event without facts where `more` is set.
 */
bool filter_passes(const struct filter *filter, const struct event *event, const struct task *task);

#endif
