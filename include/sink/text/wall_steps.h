/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * History of the offset between the wall clock and the events' clock. It changes when the clock is
 * set, in suspend and at a leap second; each event is shown with the offset of its own time.
 */
#ifndef PXT_SINK_TEXT_WALL_STEPS_H
#define PXT_SINK_TEXT_WALL_STEPS_H

#include <stddef.h>
#include <stdint.h>

/* Steps that are kept: events are never older than the last rounds. */
#define WALL_STEPS_MAX 64

/* Smaller changes of the offset are not a step. */
#define WALL_STEP_NS 1000000

struct wall_steps {
	struct {
		uint64_t from_ns; /* events' clock */
		int64_t offset_ns;
	} list[WALL_STEPS_MAX]; /* the oldest first */
	size_t count;
	int64_t before_ns; /* offset before the list; only if `dropped` */
	size_t dropped;
};

/* Add a step: from FROM_NS on, not before the last step, the offset is OFFSET_NS. */
void wall_steps_add(struct wall_steps *steps, uint64_t from_ns, int64_t offset_ns);

/* Returns the offset at TIME_NS; before all steps it is FIRST_NS. */
int64_t wall_steps_at(const struct wall_steps *steps, uint64_t time_ns, int64_t first_ns);

#endif
