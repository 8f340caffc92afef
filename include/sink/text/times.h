/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times for people: when something happened, and how long it took.
 */
#ifndef PXT_SINK_TEXT_TIMES_H
#define PXT_SINK_TEXT_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/sink.h"

#define TIMES_TEXT_SIZE 32U /* bytes, NUL included, for any of the texts below */

/* How wide times_when() is up to 9999 s. */
#define TIMES_WHEN_COLUMNS 12U

/* What times are shown against; all 0 at first. */
struct times {
	bool is_started;
	uint64_t first_ns; /* of the first event */
};

/* Something happened at TIME_NS (or EVENT_NO_TIME); the first call sets what all is shown against.
 */
void times_note(struct times *times, uint64_t time_ns);

/*
 * Write to OUT when TIME_NS was: seconds since the first time that was noted ("12.345678",
 * "-0.000002" where it came late), or with CONTEXT's wall_clock the local time of day
 * ("23:59:59.999"); "?" for EVENT_NO_TIME.
 */
void times_when(const struct times *times, const struct sink_context *context, uint64_t time_ns,
		char out[TIMES_TEXT_SIZE]);

/*
 * Write to OUT how long NS is, rounded down, in three digits or so: "412ns", "412us", "3.2ms",
 * "1.5s", "2m03s", "5h07m", "3d04h"; "?" where it is negative: not known.
 */
void times_span(int64_t ns, char out[TIMES_TEXT_SIZE]);

#endif
