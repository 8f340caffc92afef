/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/sentinel_proof.h"

#include <string.h>

enum {
	TOLD_FORK = 1U << 0,
	TOLD_EXEC = 1U << 1,
	TOLD_EXIT = 1U << 2,
	TOLD_PARENT_EXIT = 1U << 3,
	TOLD_NEW_TASK = 1U << 4,
	TOLD_ALL = (1U << 5) - 1U,
};

static bool is_text(struct text text, const char *expected)
{
	return text.bytes && text.length == strlen(expected) &&
	       memcmp(text.bytes, expected, text.length) == 0;
}

static bool is_fork_right(const struct sentinel *sentinel, const struct event *event)
{
	return event->fork.child_tid == sentinel->child &&
	       is_text(event->fork.parent_comm, sentinel->name) &&
	       is_text(event->fork.child_comm, sentinel->name);
}

bool sentinel_exec_is_right(const struct sentinel *sentinel, struct text comm, struct text filename)
{
	return is_text(comm, sentinel->new_name) && is_text(filename, sentinel->path);
}

static bool is_exit_right(const struct sentinel *sentinel, const struct event *event)
{
	const bool is_child = event->exit.pid == sentinel->child;

	return is_text(event->exit.comm, is_child ? sentinel->new_name : sentinel->name) &&
	       (sentinel->prio == EVENT_NO_PRIO || event->exit.prio == sentinel->prio);
}

/* What EVENT, of the sentinel, tells; 0: something wrong. */
static unsigned int told_by(const struct sentinel *sentinel, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return is_fork_right(sentinel, event) ? TOLD_FORK : 0;
	case EVENT_EXEC:
		return event->exec.old_pid == sentinel->child &&
				       sentinel_exec_is_right(sentinel, event->exec.comm,
							      event->exec.filename)
			       ? TOLD_EXEC
			       : 0;
	case EVENT_EXIT:
		if (!is_exit_right(sentinel, event))
			return 0;
		return event->exit.pid == sentinel->child ? TOLD_EXIT : TOLD_PARENT_EXIT;
	default:
		return event->new_task.pid == sentinel->child ? TOLD_NEW_TASK : 0;
	}
}

static bool is_of(const struct sentinel *sentinel, const struct event *event)
{
	if (sentinel->parent == 0 || event->type == EVENT_LOST)
		return false;
	if (event->type == EVENT_NEW_TASK)
		return event->current_tid == sentinel->parent;
	return event_task(event) == sentinel->parent || event_task(event) == sentinel->child;
}

void sentinel_prove(const struct sentinel *sentinel, const struct event *event,
		    struct sentinel_proof *proof)
{
	if (!is_of(sentinel, event))
		return;
	const unsigned int told = told_by(sentinel, event);
	const bool in_time =
		event->time_ns >= sentinel->before_ns && event->time_ns <= sentinel->after_ns;

	if (told == 0 || !in_time)
		proof->is_wrong = true;
	proof->told |= told;
}

bool sentinel_is_proven(const struct sentinel_proof *proof)
{
	return proof->told == TOLD_ALL && !proof->is_wrong;
}
