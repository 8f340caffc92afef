/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/filter.h"

static bool takes_part(const struct pid_list *pids, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return pid_list_has(pids, event->fork.parent_pid) ||
		       pid_list_has(pids, event->fork.child_pid);
	case EVENT_EXEC:
		return pid_list_has(pids, event->exec.pid);
	case EVENT_EXIT:
		return pid_list_has(pids, event->exit.pid);
	default:
		return true;
	}
}

bool filter_passes(const struct filter *filter, const struct event *event, const struct task *task)
{
	switch (event->type) {
	case EVENT_FORK:
	case EVENT_EXEC:
	case EVENT_EXIT:
		break;
	case EVENT_COMM:
		return false;
	default:
		return true;
	}
	if (!(filter->events & EVENT_BIT(event->type)))
		return false;
	if (filter->followed_only)
		return task && task->followed;
	return !filter->pids || takes_part(filter->pids, event);
}
