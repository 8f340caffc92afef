/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_pidfds.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash_table.h"
#include "host/limits.h"
#include "host/perf_clock.h"
#include "host/pidfd.h"
#include "perf/perf_event.h"
#include "perf/record.h"

/* Open at once at most, and what is left to others of this process. */
#define PIDFDS_MAX 4096
#define RESERVE 64

/* An id is not given to another task as soon as that: all others have their turn before. */
#define REUSE_NS NS_PER_MS

struct exit_pidfd {
	int32_t tid;
	int fd;
	uint64_t born_ns, opened_ns; /* perf's clock */
	UT_hash_handle hh;
};

struct exit_pidfds {
	struct exit_pidfd *by_tid;
	size_t max;
	struct record_layout layout;
};

static struct exit_pidfd *find(const struct exit_pidfds *pidfds, int32_t tid)
{
	struct exit_pidfd *found;

	HASH_FIND_INT(pidfds->by_tid, &tid, found);
	return found;
}

static void remove_one(struct exit_pidfds *pidfds, struct exit_pidfd *one)
{
	HASH_DEL(pidfds->by_tid, one);
	close(one->fd);
	free(one);
}

void exit_pidfds_close(struct exit_pidfds *pidfds, int32_t tid)
{
	struct exit_pidfd *one = find(pidfds, tid);

	if (one)
		remove_one(pidfds, one);
}

bool exit_pidfds_has(const struct exit_pidfds *pidfds, int32_t tid)
{
	return find(pidfds, tid) != NULL;
}

/* Returns whether there was memory for it. */
static bool keep(struct exit_pidfds *pidfds, const struct exit_pidfd *opened)
{
	struct exit_pidfd *one = malloc(sizeof(*one));

	if (!one)
		return false;
	*one = *opened;
	HASH_ADD_INT(pidfds->by_tid, tid, one);
	if (one->hh.tbl)
		return true;
	free(one);
	return false;
}

void exit_pidfds_add(struct exit_pidfds *pidfds, int32_t tid, bool is_thread, uint64_t born_ns)
{
	/* Of an earlier task, which was reaped before its id was used again. */
	exit_pidfds_close(pidfds, tid);
	if (HASH_COUNT(pidfds->by_tid) >= pidfds->max)
		return;
	struct exit_pidfd opened = {
		.tid = tid,
		.fd = pidfd_open_task(tid, is_thread),
		.born_ns = born_ns,
	};
	opened.opened_ns = perf_clock_now_ns();
	if (opened.fd >= 0 && !keep(pidfds, &opened))
		close(opened.fd);
}

void exit_pidfds_preview(void *context, const struct perf_event_header *header)
{
	struct exit_pidfds *pidfds = context;
	struct record record;
	struct record_fork body;

	if (header->type != PERF_RECORD_FORK ||
	    record_parse(header, &pidfds->layout, &record) < 0 ||
	    record.body_size < RECORD_FORK_IDS)
		return;
	memcpy(&body, record.body, RECORD_FORK_IDS);
	exit_pidfds_add(pidfds, (int32_t)body.tid, body.tid != body.pid, record.time_ns);
}

/* What was opened long after the end may be another task, which got the same id. */
static bool is_of(const struct exit_pidfd *one, uint64_t exit_ns)
{
	return one->born_ns <= exit_ns && one->opened_ns <= exit_ns + REUSE_NS;
}

int exit_pidfds_take(struct exit_pidfds *pidfds, int32_t tid, uint64_t exit_ns, uint32_t *status)
{
	struct exit_pidfd *one = find(pidfds, tid);

	if (!one || one->born_ns > exit_ns)
		return -ESRCH;
	int code = is_of(one, exit_ns) ? pidfd_exit_status(one->fd, status) : -ESRCH;
	if (code == 0)
		return 0;
	remove_one(pidfds, one);
	return code > 0 ? 1 : -ESRCH;
}

/* ---- all of them ---- */

static size_t most_of_limit(void)
{
	size_t max = PIDFDS_MAX;

	while (max > 0 && limits_want_files(max + RESERVE) < 0)
		max /= 2;
	return max;
}

int exit_pidfds_open(struct exit_pidfds **opened)
{
	int code = pidfd_probe();

	if (code < 0)
		return code;
	const size_t max = most_of_limit();
	if (max == 0)
		return -EMFILE;
	struct exit_pidfds *pidfds = calloc(1, sizeof(*pidfds));
	if (!pidfds)
		return -ENOMEM;
	pidfds->max = max;
	record_layout_init(&pidfds->layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	*opened = pidfds;
	return 0;
}

void exit_pidfds_free(struct exit_pidfds *pidfds)
{
	struct exit_pidfd *one, *next;

	if (!pidfds)
		return;
	HASH_ITER (hh, pidfds->by_tid, one, next) {
		remove_one(pidfds, one);
	}
	free(pidfds);
}
