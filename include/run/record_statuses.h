/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the exit statuses that the kernel tells of a recording into the capture, as notes.
 *
 * A note has to reach the replay before the exit that it belongs to, whose time the recorder does
 * not know. A reader gives out a record once the round after the next has begun, so that notes of
 * this round may have any time after that of the newest record of the last round but one.
 *
 * The functions that write return 0 or the writer's negative errno.
 */
#ifndef PXT_RUN_RECORD_STATUSES_H
#define PXT_RUN_RECORD_STATUSES_H

#include <stdint.h>

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "source/exit_authority.h"

/* Without an authority, which this owns, nothing is written. */
struct record_statuses {
	struct exit_authority *authority; /* NULL: nobody tells us */
	uint64_t newest_ns, floor_ns; /* newest record as of the last round, and the one before */
};

void record_statuses_done(struct record_statuses *statuses);

/* Note that statuses are told from now on, and drop those told before. */
int record_statuses_begin(struct record_statuses *statuses,
			  struct capture_writer *writer) MUST_CHECK;

/* Write what has been told. The records of the rings have been written before. */
int record_statuses_write(struct record_statuses *statuses,
			  struct capture_writer *writer) MUST_CHECK;

/* The same at the end: wait for what may come late. */
int record_statuses_write_last(struct record_statuses *statuses,
			       struct capture_writer *writer) MUST_CHECK;

/* A round has ended; NEWEST_NS is the time of the newest record or note in the capture. */
void record_statuses_end_round(struct record_statuses *statuses, uint64_t newest_ns);

/* Returns the number of exits that were not told. */
uint64_t record_statuses_lost(const struct record_statuses *statuses);

#endif
