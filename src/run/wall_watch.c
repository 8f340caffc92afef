/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/wall_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/note.h"
#include "host/perf_clock.h"

bool wall_watch_look(struct wall_watch *watch, uint64_t *from_ns)
{
	uint64_t now = perf_clock_now_ns();
	int64_t offset, change;

	if (!perf_clock_wall_offset(&offset) && watch->known)
		return false;
	bool same = watch->known && !__builtin_sub_overflow(offset, watch->offset_ns, &change) &&
		    change > -WALL_STEP_NS && change < WALL_STEP_NS;
	if (same)
		return false;
	*watch = (struct wall_watch){.known = true, .offset_ns = offset};
	*from_ns = now;
	return true;
}

int wall_notes_write(struct capture_writer *writer, uint64_t from_ns, int64_t offset_ns)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%" PRId64, offset_ns);
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_WALL_STEP,
		.time_ns = from_ns,
		.count = 1,
		.size = (uint32_t)length + 1,
		.bytes = text,
	};

	return capture_writer_append_note(writer, &note);
}

void wall_notes_take(const struct event *note, struct wall_steps *steps)
{
	const char *text = note->note.body;
	uint64_t size = note->note.size;
	int64_t offset;

	if (note->note.kind == CAPTURE_NOTE_WALL_STEP && size > 0 && text[size - 1] == '\0' &&
	    sscanf(text, "%" SCNd64, &offset) == 1)
		wall_steps_add(steps, note->time_ns, offset);
}
