/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches the wall clock while tracing: its offset from the events' clock is taken in every round
 * of reading, and a change of a millisecond or more is a step. A capture has each step as a note:
 * one string, the offset in ns in decimal; the note's time is when it began to hold.
 */
#ifndef PXT_RUN_WALL_WATCH_H
#define PXT_RUN_WALL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "event/event.h"
#include "sink/text/wall_steps.h"

struct wall_watch {
	bool known;
	int64_t offset_ns; /* as of the last step */
};

/*
 * Look at the clocks. True where the offset is another than at the last step: it is
 * WATCH->offset_ns from *FROM_NS on, by the clock of the events.
 */
bool wall_watch_look(struct wall_watch *watch, uint64_t *from_ns);

/* Append the note of a step. Returns 0 or a negative errno. */
int wall_notes_write(struct capture_writer *writer, uint64_t from_ns, int64_t offset_ns) MUST_CHECK;

/* Add to STEPS what NOTE, an EVENT_NOTE, says; nothing, if of another kind. */
void wall_notes_take(const struct event *note, struct wall_steps *steps);

#endif
