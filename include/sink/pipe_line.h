/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The five lines of the pipe format, for the formats that begin with them.
 */
#ifndef PXT_SINK_PIPE_LINE_H
#define PXT_SINK_PIPE_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

/* A time as it is written; many events share one. Begins as all 0. */
struct pipe_time {
	uint64_t ms;
	size_t length; /* 0: none yet */
	char digits[24];
};

/* How many bytes of room pipe_line_put() needs for EVENT, whose type is below EVENT_SHOWN_TYPES. */
size_t pipe_line_room(const struct event *event);

/* Write EVENT's line, without a newline, to OUT and return the end. */
char *pipe_line_put(char *out, struct pipe_time *time, const struct event *event);

#endif
