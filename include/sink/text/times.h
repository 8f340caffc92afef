/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times for people: when an event happened, and durations.
 */
#ifndef PXT_SINK_TEXT_TIMES_H
#define PXT_SINK_TEXT_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/sink.h"

#define TIMES_TEXT_SIZE 32U /* bytes, NUL included, for any of the texts below */

/* Columns of times_when() up to 9999 s, right-aligned. */
#define TIMES_WHEN_COLUMNS 12U

/* The time that others are shown relative to. All 0 at first. */
struct times {
	bool is_started;
	uint64_t first_ns; /* of the first event */

	/* Private to times.c: the second of the clock that was written last. */
	bool has_second;
	int64_t second;      /* UTC */
	size_t clock_length; /* 0: there is no such time */
	char clock[9];       /* "23:59:59." */
};

/* Note an event at TIME_NS; the first that is not EVENT_NO_TIME becomes time 0. */
void times_note(struct times *times, uint64_t time_ns);

/*
 * Write TIME_NS to OUT: seconds since the first noted time ("12.345678", "-0.000002" for a late
 * one), or with CONTEXT's wall_clock the local time of day ("23:59:59.999"). "?" for EVENT_NO_TIME.
 * Returns its length.
 */
size_t times_when(struct times *times, const struct sink_context *context, uint64_t time_ns,
		  char out[TIMES_TEXT_SIZE]);

/*
 * Write a duration of NS to OUT, rounded down to about three digits: "412ns", "412us", "3.2ms",
 * "1.5s", "2m03s", "5h07m", "3d04h". "?" for a negative one, which is not known. Returns
 * its length.
 */
size_t times_span(int64_t ns, char out[TIMES_TEXT_SIZE]);

#endif
