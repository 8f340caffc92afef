/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/times.h"

#include <time.h>

#include "base/clock.h"
#include "base/put.h"
#include "event/event.h"

#define NS_PER_US 1000U

/* Without a text where libc has none for it. */
static void set_second(struct times *times, int64_t second)
{
	time_t time = (time_t)second;
	struct tm local;
	char *out = times->clock;

	times->has_second = true;
	times->second = second;
	times->clock_length = 0;
	if (!localtime_r(&time, &local))
		return;
	out = put_char(put_two(out, (uint32_t)local.tm_hour), ':');
	out = put_char(put_two(out, (uint32_t)local.tm_min), ':');
	out = put_char(put_two(out, (uint32_t)local.tm_sec), '.');
	times->clock_length = (size_t)(out - times->clock);
}

static char *put_clock(char *out, struct times *times, int64_t wall_ns)
{
	int64_t within = wall_ns % (int64_t)NS_PER_S;
	int64_t second = wall_ns / (int64_t)NS_PER_S;

	if (within < 0) {
		within += (int64_t)NS_PER_S;
		second--;
	}
	if (!times->has_second || times->second != second)
		set_second(times, second);
	if (times->clock_length == 0)
		return put_char(out, '?');
	out = put_bytes(out, (struct text){times->clock, times->clock_length});
	return put_three(out, (uint32_t)((uint64_t)within / NS_PER_MS));
}

static char *put_since(char *out, uint64_t first_ns, uint64_t time_ns)
{
	bool is_before = time_ns < first_ns;
	uint64_t us = (is_before ? first_ns - time_ns : time_ns - first_ns) / NS_PER_US;
	uint32_t fraction = (uint32_t)(us % 1000000);

	if (is_before)
		out = put_char(out, '-');
	out = put_char(put_unsigned(out, us / 1000000), '.');
	return put_three(put_three(out, fraction / 1000), fraction % 1000);
}

void times_note(struct times *times, uint64_t time_ns)
{
	if (!times->is_started && time_ns != EVENT_NO_TIME)
		*times = (struct times){.is_started = true, .first_ns = time_ns};
}

size_t times_when(struct times *times, const struct sink_context *context, uint64_t time_ns,
		  char out[TIMES_TEXT_SIZE])
{
	const char *start = out;

	/* As unsigned, so that no time overflows. */
	if (time_ns == EVENT_NO_TIME)
		out = put_char(out, '?');
	else if (context->wall_clock && context->wall_offset_known)
		out = put_clock(out, times,
				(int64_t)(time_ns + (uint64_t)sink_wall_offset(context, time_ns)));
	else
		out = put_since(out, times->first_ns, time_ns);
	*out = '\0';
	return (size_t)(out - start);
}

static char *put_whole(char *out, uint64_t value, const char *unit)
{
	return put_string(put_unsigned(out, value), unit);
}

/* TENTHS of UNIT: with the tenth below 100. */
static char *put_tenths(char *out, uint64_t tenths, const char *unit)
{
	if (tenths >= 1000)
		return put_whole(out, tenths / 10, unit);
	return put_whole(put_char(put_unsigned(out, tenths / 10), '.'), tenths % 10, unit);
}

/* VALUE in the first of two UNITS and, of those RATIO in one, the second. */
static char *put_mixed(char *out, uint64_t value, unsigned int ratio, const char *units)
{
	out = put_char(put_unsigned(out, value / ratio), units[0]);
	return put_char(put_two(out, (uint32_t)(value % ratio)), units[1]);
}

static char *put_span(char *out, uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_S;

	if (ns < NS_PER_US)
		return put_whole(out, ns, "ns");
	if (ns < NS_PER_MS)
		return put_whole(out, ns / NS_PER_US, "us");
	if (ns < NS_PER_S)
		return put_tenths(out, ns / (NS_PER_MS / 10), "ms");
	if (seconds < 60)
		return put_tenths(out, ns / (NS_PER_S / 10), "s");
	if (seconds < 3600)
		return put_mixed(out, seconds, 60, "ms");
	if (seconds < 86400)
		return put_mixed(out, seconds / 60, 60, "hm");
	return put_mixed(out, seconds / 3600, 24, "dh");
}

size_t times_span(int64_t ns, char out[TIMES_TEXT_SIZE])
{
	char *end = ns < 0 ? put_char(out, '?') : put_span(out, (uint64_t)ns);

	*end = '\0';
	return (size_t)(end - out);
}
