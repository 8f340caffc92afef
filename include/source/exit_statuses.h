/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit statuses that the kernel itself told, kept until the record of their exit comes. They come
 * from a listener (source/exit_authority.h), or from the notes of a capture.
 *
 * Statuses that carry no time of their own were told before the record was made, and are joined by
 * tid and order. Those that carry one were told up to EXIT_STATUS_LATE_NS after it.
 *
 * A status whose record does not come must not be taken for the next exit with that tid. So a fork
 * drops what was told of its tid before, and a loss of records or of statuses drops all: exits
 * older than that have no status.
 */
#ifndef PXT_SOURCE_EXIT_STATUSES_H
#define PXT_SOURCE_EXIT_STATUSES_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/usage.h"

/* The longest time from an exit's record to its status, for statuses that carry a time. */
#define EXIT_STATUS_LATE_NS 80000000ULL

/* As bits; captures have them. */
enum told_flag {
	TOLD_LAST = 1,    /* of its process; not all kernels tell */
	TOLD_LEADER = 2,  /* the status counts for the first thread of a process only */
	TOLD_HAS_TIME = 4 /* `time_ns` is when it was told, else when it was read */
};

struct told_exit {
	int32_t tid, tgid; /* pids of the initial namespace; tgid 0: not told */
	uint64_t time_ns;  /* perf's clock */
	uint32_t status;   /* of this task, as wait(2) has it, 0x80 for a core dump */
	unsigned int flags;
	struct task_usage usage;
};

struct exit_statuses;

/* Returns NULL if out of memory. */
struct exit_statuses *exit_statuses_new(void) MUST_CHECK;

void exit_statuses_free(struct exit_statuses *statuses);

/* Keep TOLD for its record. Without memory all are dropped. */
void exit_statuses_add(struct exit_statuses *statuses, const struct told_exit *told);

/* Add USAGE to what was told of TID: to the first of its exits that has none. */
void exit_statuses_add_usage(struct exit_statuses *statuses, int32_t tid,
			     const struct task_usage *usage);

/* Drop all: statuses of exits up to TIME_NS may be missing. */
void exit_statuses_drop(struct exit_statuses *statuses, uint64_t time_ns);

/*
 * Give EVENT, the next one in time order, its status and usage, if it is an EXIT. The usage is
 * borrowed until the next call.
 */
void exit_statuses_apply(struct exit_statuses *statuses, struct event *event);

#endif
