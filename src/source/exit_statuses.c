/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_statuses.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash_table.h"

/* A status waits for its record no longer than this: a task may have terabytes to free first. */
#define KEPT_NS (60 * NS_PER_S)

/* More than any receive buffer holds; what a damaged capture tells is not kept without an end. */
#define KEPT_MAX 262144U

struct exit {
	int32_t tid;
	struct told_exit told;
	struct exit *next; /* the next exit with this tid */
	UT_hash_handle hh; /* of the first one */
};

struct exit_statuses {
	struct exit *by_tid;
	uint64_t newest_ns;  /* of what was told */
	uint64_t dropped_ns; /* of exits up to here nothing is known */
	size_t count;
};

struct exit_statuses *exit_statuses_new(void)
{
	return calloc(1, sizeof(struct exit_statuses));
}

void exit_statuses_free(struct exit_statuses *statuses)
{
	if (!statuses)
		return;
	exit_statuses_drop(statuses, 0);
	free(statuses);
}

static struct exit *first_of(const struct exit_statuses *statuses, int32_t tid)
{
	struct exit *exit;

	HASH_FIND_INT(statuses->by_tid, &tid, exit);
	return exit;
}

static bool enter(struct exit_statuses *statuses, struct exit *exit)
{
	HASH_ADD_INT(statuses->by_tid, tid, exit);
	return exit->hh.tbl != NULL;
}

static void free_chain(struct exit_statuses *statuses, struct exit *exit)
{
	while (exit) {
		struct exit *next = exit->next;

		free(exit);
		statuses->count--;
		exit = next;
	}
}

/* FIRST is the first of its tid: the next one takes its place. */
static void remove_first(struct exit_statuses *statuses, struct exit *first)
{
	struct exit *next = first->next;

	HASH_DEL(statuses->by_tid, first);
	free(first);
	statuses->count--;
	if (!next || enter(statuses, next))
		return;
	free_chain(statuses, next);
	exit_statuses_drop(statuses, 0);
}

void exit_statuses_drop(struct exit_statuses *statuses, uint64_t time_ns)
{
	struct exit *exit, *next;

	HASH_ITER (hh, statuses->by_tid, exit, next) {
		HASH_DEL(statuses->by_tid, exit);
		free_chain(statuses, exit);
	}
	if (time_ns < statuses->newest_ns)
		time_ns = statuses->newest_ns;
	if (statuses->dropped_ns < time_ns)
		statuses->dropped_ns = time_ns;
}

/* ---- taking in ---- */

static bool append(struct exit_statuses *statuses, struct exit *exit)
{
	struct exit *last = first_of(statuses, exit->tid);

	if (!last)
		return enter(statuses, exit);
	while (last->next)
		last = last->next;
	last->next = exit;
	return true;
}

static void forget_old(struct exit_statuses *statuses)
{
	/* uthash keeps the order of insertion. */
	while (statuses->by_tid && statuses->by_tid->told.time_ns + KEPT_NS < statuses->newest_ns)
		remove_first(statuses, statuses->by_tid);
}

void exit_statuses_add(struct exit_statuses *statuses, const struct told_exit *told)
{
	struct exit *exit = statuses->count < KEPT_MAX ? calloc(1, sizeof(*exit)) : NULL;

	if (told->time_ns > statuses->newest_ns)
		statuses->newest_ns = told->time_ns;
	forget_old(statuses);
	if (exit) {
		exit->tid = told->tid;
		exit->told = *told;
	}
	if (exit && append(statuses, exit)) {
		statuses->count++;
		return;
	}
	free(exit);
	exit_statuses_drop(statuses, 0);
}

/* ---- giving out ---- */

/* Whatever was told of TID before TIME_NS is of an earlier task. */
static struct exit *forget_before(struct exit_statuses *statuses, int32_t tid, uint64_t time_ns)
{
	struct exit *first;

	while ((first = first_of(statuses, tid)) && first->told.time_ns < time_ns)
		remove_first(statuses, first);
	return first;
}

static struct exit *find(struct exit_statuses *statuses, const struct event *event)
{
	struct exit *first = first_of(statuses, event->exit.pid);

	if (!first || event->time_ns <= statuses->dropped_ns)
		return NULL;
	if (!(first->told.flags & TOLD_HAS_TIME))
		return first;
	first = forget_before(statuses, event->exit.pid, event->time_ns);
	return first && first->told.time_ns - event->time_ns <= EXIT_STATUS_LATE_NS ? first : NULL;
}

static void take(struct exit_statuses *statuses, struct event *event)
{
	struct exit *exit = find(statuses, event);

	if (!exit)
		return;
	event->exit.status = exit->told.status;
	event->exit.told_last = (exit->told.flags & TOLD_LAST) != 0;
	event->exit.has_status =
		!(exit->told.flags & TOLD_LEADER) || event->exit.pid == event->sample_pid;
	remove_first(statuses, exit);
}

void exit_statuses_apply(struct exit_statuses *statuses, struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		forget_before(statuses, event->fork.child_tid, event->time_ns);
		break;
	case EVENT_NEW_TASK:
		forget_before(statuses, event->new_task.pid, event->time_ns);
		break;
	case EVENT_EXIT:
		take(statuses, event);
		break;
	case EVENT_LOST:
		exit_statuses_drop(statuses, 0);
		break;
	default:
		break;
	}
}
