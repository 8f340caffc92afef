/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wall-clock times in RFC 3339.
 */
#ifndef PXT_SINK_TEXT_WALL_TIME_H
#define PXT_SINK_TEXT_WALL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define WALL_TIME_ROOM 40U

/* The second that was written last, since many events share one. All 0 at first. */
struct wall_second {
	bool is_known;
	int64_t second; /* since 1970 */
	char text[20];  /* "2026-11-22T23:59:59." */
};

/*
 * Write TIME_NS, of a clock that is OFFSET_NS behind CLOCK_REALTIME, to OUT in UTC with nine
 * decimals: 2026-11-22T23:59:59.123456789Z. At most WALL_TIME_ROOM bytes. LAST is what was written
 * last. Returns the end.
 */
char *wall_time_put(char *out, struct wall_second *last, uint64_t time_ns, int64_t offset_ns);

#endif
