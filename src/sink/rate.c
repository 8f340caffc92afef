/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/rate.h"

#include <string.h>

#define LEVELS 8U

/* Twice as many seconds in half as many buckets. */
static void fold(struct rate *rate)
{
	for (size_t i = 0; i < RATE_BUCKETS / 2; i++)
		rate->buckets[i] = rate->buckets[2 * i] + rate->buckets[2 * i + 1];
	memset(rate->buckets + RATE_BUCKETS / 2, 0, sizeof(rate->buckets) / 2);
	rate->bucket_seconds *= 2;
}

/* A trace has 2^64 ns at most: few folds, however far it jumps. */
static void make_room(struct rate *rate, uint64_t second)
{
	if (rate->bucket_seconds == 0)
		rate->bucket_seconds = 1;
	while (second / rate->bucket_seconds >= RATE_BUCKETS)
		fold(rate);
}

/* COUNT in a second that is over. */
static void note_second(struct rate *rate, uint64_t count)
{
	if (rate->over == 0 || count < rate->least)
		rate->least = count;
	if (count > rate->most)
		rate->most = count;
}

void rate_advance(struct rate *rate, uint64_t second)
{
	if (second <= rate->over)
		return;
	note_second(rate, rate->in_second);
	rate->in_second = 0;
	/* In all the ones between nothing happened. */
	if (second > rate->over + 1)
		rate->least = 0;
	rate->over = second;
	make_room(rate, second);
}

void rate_count(struct rate *rate, uint64_t second)
{
	rate_advance(rate, second);
	make_room(rate, rate->over);
	rate->total++;
	rate->in_second++;
	rate->buckets[rate->over / rate->bucket_seconds]++;
}

uint64_t rate_column_seconds(const struct rate *rate)
{
	return rate->bucket_seconds > 0 ? rate->bucket_seconds : 1;
}

static uint64_t highest(const struct rate *rate)
{
	uint64_t most = 1;

	for (size_t i = 0; i < RATE_BUCKETS; i++) {
		if (rate->buckets[i] > most)
			most = rate->buckets[i];
	}
	return most;
}

/* 0 to LEVELS - 1; 0 is for nothing alone. COUNT and MOST are numbers of events: no overflow. */
static uint64_t level_of(uint64_t count, uint64_t most)
{
	return count == 0 ? 0 : 1 + count * (LEVELS - 2) / most;
}

void rate_sparkline(const struct rate *rate, char out[RATE_SPARKLINE_SIZE])
{
	uint64_t last = rate->over / rate_column_seconds(rate);
	uint64_t most = highest(rate);

	for (uint64_t i = 0; i <= last; i++) {
		uint64_t level = level_of(rate->buckets[i], most);

		/* U+2581 is e2 96 81. */
		*out++ = '\xe2';
		*out++ = '\x96';
		*out++ = (char)(0x81 + level);
	}
	*out = '\0';
}
