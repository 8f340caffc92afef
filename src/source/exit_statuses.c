/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_statuses.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/keyed_hash.h"

/* A status waits for its record no longer than this: a task may have terabytes to free first. */
#define KEPT_NS (60 * NS_PER_S)

/* More than any receive buffer holds; what a damaged capture tells is not kept without an end. */
#define KEPT_MAX 262144U

#define BUCKETS_MIN 256U

/* One that was told. It is in the chain of its bucket and among all, both in the order of telling.
 */
struct exit {
	struct told_exit told;
	struct exit *next; /* of the bucket */
	struct exit *older, *newer;
};

struct bucket {
	struct exit *first, *last;
};

struct exit_statuses {
	struct bucket *buckets; /* by tid */
	size_t bucket_count;    /* a power of two */
	size_t count;
	struct exit *oldest, *newest;
	struct exit *spare;      /* by `next`: memory to use again */
	uint64_t newest_ns;      /* of what was told */
	uint64_t dropped_ns;     /* of exits up to here nothing is known */
	struct task_usage usage; /* of the last event */
};

struct exit_statuses *exit_statuses_new(void)
{
	struct exit_statuses *statuses = calloc(1, sizeof(*statuses));

	if (!statuses)
		return NULL;
	statuses->bucket_count = BUCKETS_MIN;
	statuses->buckets = calloc(BUCKETS_MIN, sizeof(*statuses->buckets));
	if (statuses->buckets)
		return statuses;
	free(statuses);
	return NULL;
}

static void free_chain(struct exit *exit)
{
	while (exit) {
		struct exit *next = exit->next;

		free(exit);
		exit = next;
	}
}

void exit_statuses_free(struct exit_statuses *statuses)
{
	if (!statuses)
		return;
	for (size_t i = 0; i < statuses->bucket_count; i++)
		free_chain(statuses->buckets[i].first);
	free_chain(statuses->spare);
	free(statuses->buckets);
	free(statuses);
}

static struct bucket *bucket_of(const struct exit_statuses *statuses, int32_t tid)
{
	return &statuses->buckets[keyed_hash_u64((uint32_t)tid) & (statuses->bucket_count - 1)];
}

static struct exit *first_of(const struct exit_statuses *statuses, int32_t tid)
{
	struct exit *exit = bucket_of(statuses, tid)->first;

	while (exit && exit->told.tid != tid)
		exit = exit->next;
	return exit;
}

/* Put EXIT behind the others of its bucket. */
static void append(struct exit_statuses *statuses, struct exit *exit)
{
	struct bucket *bucket = bucket_of(statuses, exit->told.tid);

	exit->next = NULL;
	if (bucket->last)
		bucket->last->next = exit;
	else
		bucket->first = exit;
	bucket->last = exit;
}

static void take_off(struct exit_statuses *statuses, const struct exit *exit)
{
	struct bucket *bucket = bucket_of(statuses, exit->told.tid);
	struct exit *before = NULL, *at = bucket->first;

	for (; at != exit; at = at->next)
		before = at;
	if (before)
		before->next = exit->next;
	else
		bucket->first = exit->next;
	if (bucket->last == exit)
		bucket->last = before;
}

static void remove_exit(struct exit_statuses *statuses, struct exit *exit)
{
	take_off(statuses, exit);
	*(exit->older ? &exit->older->newer : &statuses->oldest) = exit->newer;
	*(exit->newer ? &exit->newer->older : &statuses->newest) = exit->older;
	exit->next = statuses->spare;
	statuses->spare = exit;
	statuses->count--;
}

void exit_statuses_drop(struct exit_statuses *statuses, uint64_t time_ns)
{
	while (statuses->oldest)
		remove_exit(statuses, statuses->oldest);
	if (time_ns < statuses->newest_ns)
		time_ns = statuses->newest_ns;
	if (statuses->dropped_ns < time_ns)
		statuses->dropped_ns = time_ns;
}

/* ---- taking in ---- */

/* Have about as many buckets as exits. Without memory, chains are longer. */
static void grow(struct exit_statuses *statuses)
{
	struct bucket *buckets = calloc(2 * statuses->bucket_count, sizeof(*buckets));

	if (!buckets)
		return;
	free(statuses->buckets);
	statuses->buckets = buckets;
	statuses->bucket_count *= 2;
	for (struct exit *exit = statuses->oldest; exit; exit = exit->newer)
		append(statuses, exit);
}

static void forget_old(struct exit_statuses *statuses)
{
	while (statuses->oldest && statuses->oldest->told.time_ns + KEPT_NS < statuses->newest_ns)
		remove_exit(statuses, statuses->oldest);
}

/* NULL: there is no memory, or there are too many. */
static struct exit *new_exit(struct exit_statuses *statuses)
{
	struct exit *exit = statuses->spare;

	if (statuses->count >= KEPT_MAX)
		return NULL;
	if (!exit)
		return calloc(1, sizeof(*exit));
	statuses->spare = exit->next;
	return exit;
}

static void keep(struct exit_statuses *statuses, struct exit *exit, const struct told_exit *told)
{
	*exit = (struct exit){.told = *told, .older = statuses->newest};
	*(statuses->newest ? &statuses->newest->newer : &statuses->oldest) = exit;
	statuses->newest = exit;
	append(statuses, exit);
	if (++statuses->count > statuses->bucket_count)
		grow(statuses);
}

void exit_statuses_add(struct exit_statuses *statuses, const struct told_exit *told)
{
	struct exit *exit = new_exit(statuses);

	if (told->time_ns > statuses->newest_ns)
		statuses->newest_ns = told->time_ns;
	forget_old(statuses);
	if (exit)
		keep(statuses, exit, told);
	else
		exit_statuses_drop(statuses, 0);
}

void exit_statuses_add_usage(struct exit_statuses *statuses, int32_t tid,
			     const struct task_usage *usage)
{
	struct exit *exit = first_of(statuses, tid);

	while (exit && (exit->told.tid != tid || exit->told.usage.known))
		exit = exit->next;
	if (exit)
		exit->told.usage = *usage;
}

/* ---- giving out ---- */

/* Whatever was told of TID before TIME_NS is of an earlier task. */
static struct exit *forget_before(struct exit_statuses *statuses, int32_t tid, uint64_t time_ns)
{
	struct exit *first = first_of(statuses, tid);

	while (first && first->told.time_ns < time_ns) {
		remove_exit(statuses, first);
		first = first_of(statuses, tid);
	}
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
	if (exit->told.usage.known) {
		statuses->usage = exit->told.usage;
		event->exit.usage = &statuses->usage;
	}
	remove_exit(statuses, exit);
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
