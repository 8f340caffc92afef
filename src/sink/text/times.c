/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/times.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "event/event.h"

#define NS_PER_US 1000U

static void put_clock(int64_t wall_ns, char out[TIMES_TEXT_SIZE])
{
	int64_t within = wall_ns % (int64_t)NS_PER_S;
	time_t seconds = (time_t)(wall_ns / (int64_t)NS_PER_S);
	struct tm local;

	if (within < 0) {
		within += (int64_t)NS_PER_S;
		seconds--;
	}
	if (!localtime_r(&seconds, &local)) {
		snprintf(out, TIMES_TEXT_SIZE, "?");
		return;
	}
	snprintf(out, TIMES_TEXT_SIZE, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
		 local.tm_sec, (int)(within / (int64_t)NS_PER_MS));
}

static void put_since(uint64_t first_ns, uint64_t time_ns, char out[TIMES_TEXT_SIZE])
{
	bool is_before = time_ns < first_ns;
	uint64_t us = (is_before ? first_ns - time_ns : time_ns - first_ns) / NS_PER_US;

	snprintf(out, TIMES_TEXT_SIZE, "%s%" PRIu64 ".%06" PRIu64, is_before ? "-" : "",
		 us / 1000000, us % 1000000);
}

void times_note(struct times *times, uint64_t time_ns)
{
	if (!times->is_started && time_ns != EVENT_NO_TIME)
		*times = (struct times){true, time_ns};
}

void times_when(const struct times *times, const struct sink_context *context, uint64_t time_ns,
		char out[TIMES_TEXT_SIZE])
{
	/* As unsigned, so that no time overflows. */
	if (time_ns == EVENT_NO_TIME)
		snprintf(out, TIMES_TEXT_SIZE, "?");
	else if (context->wall_clock && context->wall_offset_known)
		put_clock((int64_t)(time_ns + (uint64_t)sink_wall_offset(context, time_ns)), out);
	else
		put_since(times->first_ns, time_ns, out);
}

/* VALUE in tenths of UNIT: with the tenth below 100. */
static void put_tenths(uint64_t tenths, const char *unit, char out[TIMES_TEXT_SIZE])
{
	if (tenths < 1000)
		snprintf(out, TIMES_TEXT_SIZE, "%" PRIu64 ".%" PRIu64 "%s", tenths / 10,
			 tenths % 10, unit);
	else
		snprintf(out, TIMES_TEXT_SIZE, "%" PRIu64 "%s", tenths / 10, unit);
}

static void put_two(uint64_t value, unsigned int ratio, const char *units,
		    char out[TIMES_TEXT_SIZE])
{
	snprintf(out, TIMES_TEXT_SIZE, "%" PRIu64 "%c%02" PRIu64 "%c", value / ratio, units[0],
		 value % ratio, units[1]);
}

void times_span(int64_t ns, char out[TIMES_TEXT_SIZE])
{
	uint64_t value = (uint64_t)ns;
	uint64_t seconds = value / NS_PER_S;

	if (ns < 0)
		snprintf(out, TIMES_TEXT_SIZE, "?");
	else if (value < NS_PER_US)
		snprintf(out, TIMES_TEXT_SIZE, "%" PRIu64 "ns", value);
	else if (value < NS_PER_MS)
		snprintf(out, TIMES_TEXT_SIZE, "%" PRIu64 "us", value / NS_PER_US);
	else if (value < NS_PER_S)
		put_tenths(value / (NS_PER_MS / 10), "ms", out);
	else if (seconds < 60)
		put_tenths(value / (NS_PER_S / 10), "s", out);
	else if (seconds < 3600)
		put_two(seconds, 60, "ms", out);
	else if (seconds < 86400)
		put_two(seconds / 60, 60, "hm", out);
	else
		put_two(seconds / 3600, 24, "dh", out);
}
