/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selects the events to show.
 */
#ifndef PXT_FILTER_FILTER_H
#define PXT_FILTER_FILTER_H

#include <stdbool.h>

#include "base/compiler.h"
#include "event/event.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"

struct filter {
	unsigned int events;         /* EVENT_BIT()s of fork, exec, exit, exec_failed */
	const struct pid_list *tids; /* only events in which one takes part; NULL: any; borrowed */
	const struct pid_list *born; /* their FORK passes, too; NULL: none; borrowed */
	bool followed_only;          /* only events of followed tasks */
	const struct filter_options *more; /* NULL: none, and events need no facts; borrowed */
};

/* filter_passes() for an event of a type that is asked for. */
int filter_selects(const struct filter *filter, const struct event *event,
		   bool is_followed) MUST_CHECK;

/*
 * Returns 1 if EVENT passes, 0 if it does not, -ENOMEM; IS_FOLLOWED: it happened to a followed task
 * (task_table_is_followed()). LOST and TRUNCATED always pass; events that only feed the task table
 * never do. An unknown fact passes no filter on it; an event without facts passes none of `more`.
 */
static inline MUST_CHECK int filter_passes(const struct filter *filter, const struct event *event,
					   bool is_followed)
{
	/* LOST and TRUNCATED always pass; what only feeds the task table never does. */
	if (event->type > EVENT_EXEC_FAILED)
		return event->type < EVENT_SHOWN_TYPES ? 1 : 0;
	if (!(filter->events & EVENT_BIT(event->type)))
		return 0;
	return filter->followed_only || filter->tids || filter->more
		       ? filter_selects(filter, event, is_followed)
		       : 1;
}

#endif
