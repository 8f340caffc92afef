/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter selects the events to show.
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
	bool followed_only;                /* only events of tasks that the table follows */
	const struct filter_options *more; /* NULL: none is set, events need no facts; borrowed */
};

/*
 * Returns whether EVENT, whose subject is TASK (NULL: none), passes. LOST and TRUNCATED always
 * pass; events that only feed the task table never do. An unknown fact does not pass a filter on
 * it; an event without facts does not pass where `more` is set.
 */
bool filter_passes(const struct filter *filter, const struct event *event, const struct task *task);

#endif
