/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_statuses.h"

#include <stdlib.h>

#include "base/hash_table.h"
#include "netlink/exit_stats.h"
#include "netlink/socket.h"
#include "netlink/taskstats.h"

/* 8,000 exits between two looks, each as large as the last one of several threads is. */
#define BUFFER_SIZE (32U * 1024U * 1024U)

struct exit {
	uint32_t status;
	bool is_known;
	struct exit *next;
};

/* The exits of one tid, the oldest first. */
struct exits {
	int32_t tid;
	struct exit *first, **end;
	UT_hash_handle hh;
};

struct exit_statuses {
	struct taskstats_listener *listener;
	struct exits *by_tid;
	uint64_t overruns; /* as of the last look */
};

int exit_statuses_open(struct exit_statuses **opened, struct error *err)
{
	struct exit_statuses *statuses = calloc(1, sizeof(*statuses));

	if (!statuses)
		return error_no_memory(err);
	int code = taskstats_open(BUFFER_SIZE, &statuses->listener, err);
	if (code < 0) {
		free(statuses);
		return code;
	}
	*opened = statuses;
	return 0;
}

/* ---- the table ---- */

static void free_exits(struct exits *exits)
{
	while (exits->first) {
		struct exit *exit = exits->first;

		exits->first = exit->next;
		free(exit);
	}
	free(exits);
}

void exit_statuses_drop(struct exit_statuses *statuses)
{
	struct exits *exits, *next;

	HASH_ITER (hh, statuses->by_tid, exits, next) {
		HASH_DEL(statuses->by_tid, exits);
		free_exits(exits);
	}
}

void exit_statuses_close(struct exit_statuses *statuses)
{
	if (!statuses)
		return;
	exit_statuses_drop(statuses);
	taskstats_close(statuses->listener);
	free(statuses);
}

static struct exits *exits_of(const struct exit_statuses *statuses, int32_t tid)
{
	struct exits *exits;

	HASH_FIND_INT(statuses->by_tid, &tid, exits);
	return exits;
}

static struct exits *add_exits(struct exit_statuses *statuses, int32_t tid)
{
	struct exits *exits = calloc(1, sizeof(*exits));

	if (!exits)
		return NULL;
	exits->tid = tid;
	exits->end = &exits->first;
	HASH_ADD_INT(statuses->by_tid, tid, exits);
	if (exits->hh.tbl)
		return exits;
	free(exits);
	return NULL;
}

static bool add(struct exit_statuses *statuses, const struct exit_stats *stats)
{
	struct exits *exits = exits_of(statuses, stats->tid);
	struct exit *exit = calloc(1, sizeof(*exit));

	if (exit && !exits)
		exits = add_exits(statuses, stats->tid);
	if (!exit || !exits) {
		free(exit);
		return false;
	}
	exit->status = stats->status;
	exit->is_known = stats->version >= EXIT_STATS_STATUS_OF_THREADS;
	*exits->end = exit;
	exits->end = &exit->next;
	return true;
}

void exit_statuses_collect(struct exit_statuses *statuses)
{
	struct exit_stats stats;
	bool is_whole = true;

	while (taskstats_next(statuses->listener, &stats) > 0)
		is_whole = add(statuses, &stats) && is_whole;
	uint64_t overruns = taskstats_counts(statuses->listener).overruns;
	if (!is_whole || overruns != statuses->overruns)
		exit_statuses_drop(statuses);
	statuses->overruns = overruns;
}

bool exit_statuses_take(struct exit_statuses *statuses, int32_t tid, int32_t tgid, uint32_t *status)
{
	struct exits *exits = exits_of(statuses, tid);

	if (!exits)
		return false;
	const struct exit taken = *exits->first;
	free(exits->first);
	exits->first = taken.next;
	if (!exits->first) {
		HASH_DEL(statuses->by_tid, exits);
		free_exits(exits);
	}
	*status = taken.status;
	return taken.is_known || tid == tgid;
}

uint64_t exit_statuses_lost(struct exit_statuses *statuses)
{
	return taskstats_counts(statuses->listener).dropped;
}
