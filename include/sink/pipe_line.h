/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the lines of the pipe format, with which the extended format begins too.
 */
#ifndef PXT_SINK_PIPE_LINE_H
#define PXT_SINK_PIPE_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "sink/text/pid_texts.h"

/* Texts kept from one line to the next. All 0 at first. */
struct pipe_texts {
	struct pid_texts pids;

	/* The time that was written last, since many events share one. */
	uint64_t ms;
	size_t length; /* 0: nothing written yet */
	char digits[24];
};

/* Returns the bytes that pipe_line_put() needs for EVENT, whose type is below EVENT_SHOWN_TYPES. */
size_t pipe_line_room(const struct event *event);

/* Write EVENT's line without a newline to OUT. Returns the end. */
char *pipe_line_put(char *out, struct pipe_texts *texts, const struct event *event);

#endif
