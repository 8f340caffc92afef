/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts events per second of a trace of any length, in constant memory.
 */
#ifndef PXT_SINK_RATE_H
#define PXT_SINK_RATE_H

#include <stddef.h>
#include <stdint.h>

#define RATE_BUCKETS 60U

/* Bytes that rate_sparkline() writes at most, NUL included: three of UTF-8 a column. */
#define RATE_SPARKLINE_SIZE (3 * RATE_BUCKETS + 1)

/*
 * All 0 at first. Seconds count from the beginning of the trace; the current one, which is not
 * over, is in none of the figures.
 */
struct rate {
	uint64_t over;               /* seconds that are over */
	uint64_t total, least, most; /* events in all of them, and in one of them */

	/* Private to rate.c. */
	uint64_t in_second;      /* events of the current second */
	uint64_t bucket_seconds; /* seconds per bucket; 0: none is used yet */
	uint64_t buckets[RATE_BUCKETS];
};

/* Count an event in SECOND; a late one counts in the current second. */
void rate_count(struct rate *rate, uint64_t second);

/* End all seconds before SECOND. */
void rate_advance(struct rate *rate, uint64_t second);

/* Returns the seconds per column of the sparkline. */
uint64_t rate_column_seconds(const struct rate *rate);

/* Write a column of U+2581 (no events) to U+2588 (the most) for each bucket. */
void rate_sparkline(const struct rate *rate, char out[RATE_SPARKLINE_SIZE]);

#endif
