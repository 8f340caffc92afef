/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/wall_time.h"

#include <time.h>

#include "base/clock.h"
#include "base/put.h"

#define SECOND ((int64_t)NS_PER_S)

char *wall_time_put(char *out, uint64_t time_ns, int64_t offset_ns)
{
	/* Their sum may be more than 64 bits hold; seconds and the rest of them are not. */
	int64_t seconds = (int64_t)(time_ns / NS_PER_S) + offset_ns / SECOND;
	int64_t ns = (int64_t)(time_ns % NS_PER_S) + offset_ns % SECOND;
	struct tm tm = {0};

	if (ns < 0) {
		ns += SECOND;
		seconds--;
	} else if (ns >= SECOND) {
		ns -= SECOND;
		seconds++;
	}
	time_t time = (time_t)seconds;
	gmtime_r(&time, &tm);
	out = put_char(put_padded(out, (uint64_t)tm.tm_year + 1900, 4), '-');
	out = put_char(put_padded(out, (uint64_t)tm.tm_mon + 1, 2), '-');
	out = put_char(put_padded(out, (uint64_t)tm.tm_mday, 2), 'T');
	out = put_char(put_padded(out, (uint64_t)tm.tm_hour, 2), ':');
	out = put_char(put_padded(out, (uint64_t)tm.tm_min, 2), ':');
	out = put_char(put_padded(out, (uint64_t)tm.tm_sec, 2), '.');
	return put_char(put_padded(out, (uint64_t)ns, 9), 'Z');
}
