/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps of the wall clock: what it is ahead of the events' clock changes when it is set, in
 * suspend, and slowly where NTP slews it. Each event has the offset of its own time.
 */
#ifndef PXT_SINK_TEXT_WALL_STEPS_H
#define PXT_SINK_TEXT_WALL_STEPS_H

#include <stddef.h>
#include <stdint.h>

/* As many are kept: events are never older than the last rounds. */
#define WALL_STEPS_MAX 64

/* A smaller change is none yet. */
#define WALL_STEP_NS 1000000

struct wall_steps {
	struct {
		uint64_t from_ns; /* by the clock of the events */
		int64_t offset_ns;
	} list[WALL_STEPS_MAX]; /* the oldest first */
	size_t count;
	int64_t before_ns; /* the offset ahead of the list; only where some were dropped */
	size_t dropped;
};

/* From FROM_NS on, not before the last one, the offset is OFFSET_NS. */
void wall_steps_add(struct wall_steps *steps, uint64_t from_ns, int64_t offset_ns);

/* The offset at TIME_NS, FIRST_NS before all steps. */
int64_t wall_steps_at(const struct wall_steps *steps, uint64_t time_ns, int64_t first_ns);

#endif
