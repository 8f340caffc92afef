/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selects the events to show.
 */
#ifndef PXT_FILTER_FILTER_H
#define PXT_FILTER_FILTER_H

#include <stdbool.h>

#include "event/event.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"

struct task;

struct filter {
	unsigned int events;               /* EVENT_BIT()s of fork, exec, exit */
	const struct pid_list *pids;       /* NULL: any; borrowed */
	bool followed_only;                /* only events of followed tasks */
	const struct filter_options *more; /* NULL: none, and events need no facts; borrowed */
};

/*
 * Returns whether EVENT, whose subject by task_table_apply() is TASK (NULL: none), passes. LOST and
 * TRUNCATED always pass; events that only feed the task table never do. An unknown fact passes no
 * filter on it; an event without facts passes none of `more`.
 */
bool filter_passes(const struct filter *filter, const struct event *event, const struct task *task);

#endif
