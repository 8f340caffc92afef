/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/wall_time.h"

#include <time.h>

#include "base/clock.h"
#include "base/put.h"
#include "base/text.h"

#define SECOND ((int64_t)NS_PER_S)

static void set_second(struct wall_second *last, int64_t second)
{
	time_t time = (time_t)second;
	struct tm tm = {0};
	char *out = last->text;

	gmtime_r(&time, &tm);
	out = put_char(put_four(out, (uint32_t)tm.tm_year + 1900), '-');
	out = put_char(put_two(out, (uint32_t)tm.tm_mon + 1), '-');
	out = put_char(put_two(out, (uint32_t)tm.tm_mday), 'T');
	out = put_char(put_two(out, (uint32_t)tm.tm_hour), ':');
	out = put_char(put_two(out, (uint32_t)tm.tm_min), ':');
	put_char(put_two(out, (uint32_t)tm.tm_sec), '.');
	last->second = second;
	last->is_known = true;
}

char *wall_time_put(char *out, struct wall_second *last, uint64_t time_ns, int64_t offset_ns)
{
	/* Their sum may be more than 64 bits hold; seconds and the rest of them are not. */
	int64_t second = (int64_t)(time_ns / NS_PER_S) + offset_ns / SECOND;
	int64_t ns = (int64_t)(time_ns % NS_PER_S) + offset_ns % SECOND;

	if (ns < 0) {
		ns += SECOND;
		second--;
	} else if (ns >= SECOND) {
		ns -= SECOND;
		second++;
	}
	if (!last->is_known || last->second != second)
		set_second(last, second);
	out = put_bytes(out, (struct text){last->text, sizeof(last->text)});
	out = put_char(out, (char)('0' + ns / 100000000));
	return put_char(put_eight(out, (uint32_t)(ns % 100000000)), 'Z');
}
