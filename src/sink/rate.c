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

/* The second that it counts in is over. */
static void close_second(struct rate *rate)
{
	if (rate->over == 0 || rate->in_second < rate->least)
		rate->least = rate->in_second;
	if (rate->in_second > rate->most)
		rate->most = rate->in_second;
	make_room(rate, rate->over);
	rate->buckets[rate->over / rate->bucket_seconds] += rate->in_second;
	rate->total += rate->in_second;
	rate->in_second = 0;
}

void rate_advance(struct rate *rate, uint64_t second)
{
	if (second <= rate->over)
		return;
	close_second(rate);
	/* In all the ones between nothing happened. */
	if (second > rate->over + 1)
		rate->least = 0;
	rate->over = second;
	make_room(rate, second - 1);
}

void rate_count(struct rate *rate, uint64_t second)
{
	rate_advance(rate, second);
	rate->in_second++;
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
	return count == 0 ? 0 : 1 + (count * (LEVELS - 2) + most / 2) / most;
}

void rate_sparkline(const struct rate *rate, char out[RATE_SPARKLINE_SIZE])
{
	uint64_t seconds = rate_column_seconds(rate);
	uint64_t columns = (rate->over + seconds - 1) / seconds;
	uint64_t most = highest(rate);

	for (uint64_t i = 0; i < columns; i++) {
		uint64_t level = level_of(rate->buckets[i], most);

		/* U+2581 is e2 96 81. */
		*out++ = '\xe2';
		*out++ = '\x96';
		*out++ = (char)(0x81 + level);
	}
	*out = '\0';
}
