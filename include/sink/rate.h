/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts events per second over a trace of any length, in constant memory and time.
 */
#ifndef PXT_SINK_RATE_H
#define PXT_SINK_RATE_H

#include <stddef.h>
#include <stdint.h>

#define RATE_BUCKETS 60U

/* What rate_sparkline() writes at most, its NUL included: three bytes of UTF-8 a column. */
#define RATE_SPARKLINE_SIZE (3 * RATE_BUCKETS + 1)

/*
 * All 0 at first. Seconds are whole ones since the beginning of the trace; one that is not over yet
 * is in none of the figures.
 */
struct rate {
	uint64_t over;               /* how many seconds are over */
	uint64_t total, least, most; /* in all of them, and in one; 0 where none is over */

	uint64_t in_second;      /* rate.c's, as what follows */
	uint64_t bucket_seconds; /* that one bucket stands for; 0: none is used yet */
	uint64_t buckets[RATE_BUCKETS];
};

/* One more, in SECOND; one that comes late counts where the last one did. */
void rate_count(struct rate *rate, uint64_t second);

/* The seconds before SECOND are over. */
void rate_advance(struct rate *rate, uint64_t second);

/* How many seconds a column of the sparkline stands for. */
uint64_t rate_column_seconds(const struct rate *rate);

/* U+2581 … U+2588: nothing is the lowest, the most the highest. */
void rate_sparkline(const struct rate *rate, char out[RATE_SPARKLINE_SIZE]);

#endif
