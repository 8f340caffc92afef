/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an event happened, as calendars and clocks on walls have it.
 */
#ifndef PXT_SINK_TEXT_WALL_TIME_H
#define PXT_SINK_TEXT_WALL_TIME_H

#include <stdint.h>

#define WALL_TIME_ROOM 40U

/*
 * Write TIME_NS of a clock that CLOCK_REALTIME is OFFSET_NS ahead of to OUT, as RFC 3339 has it, in
 * UTC and with nine decimals: 2026-11-22T23:59:59.123456789Z. Returns the end.
 */
char *wall_time_put(char *out, uint64_t time_ns, int64_t offset_ns);

#endif
