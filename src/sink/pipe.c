/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/pipe_line.h"

#include <string.h>

#include "base/clock.h"
#include "base/put.h"
#include "event/event.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "sink/text/escape.h"

/* The longest line without its texts: a word, separators and six numbers of 20 digits at most. */
#define PIPE_LINE_ROOM 256U

struct sink_pipe {
	struct sink sink;
	struct pipe_time time;
};

static char *put_count(char *out, uint64_t value)
{
	*out++ = '|';
	return put_unsigned(out, value);
}

/* More is copied than it has digits: a size that the compiler knows; PIPE_LINE_ROOM has room for
 * it. */
static char *put_time(char *out, struct pipe_time *time, uint64_t time_ns)
{
	uint64_t ms = time_ns / NS_PER_MS;

	if (time_ns == EVENT_NO_TIME)
		return put_string(out, "|?");
	if (time->ms != ms || time->length == 0) {
		time->ms = ms;
		time->length = (size_t)(put_count(time->digits, ms) - time->digits);
	}
	memcpy(out, time->digits, sizeof(time->digits));
	return out + time->length;
}

static char *put_number(char *out, int32_t value)
{
	*out++ = '|';
	return put_signed(out, value);
}

static char *put_text(char *out, struct text text)
{
	if (!text.bytes)
		return put_string(out, "|?");
	*out++ = '|';
	return escape_text(out, text);
}

static char *put_fork(char *out, const struct event *event)
{
	out = put_number(out, event->fork.parent_tid);
	out = put_text(out, event->fork.parent_comm);
	out = put_number(out, event->fork.child_tid);
	return put_text(out, event->fork.child_comm);
}

static char *put_exec(char *out, const struct event *event)
{
	out = put_number(out, event->exec.pid);
	out = put_text(out, event->exec.comm);
	return put_text(out, event->exec.filename);
}

static char *put_exit(char *out, const struct event *event)
{
	out = put_number(out, event->exit.pid);
	out = put_text(out, event->exit.comm);
	return event->exit.prio != EVENT_NO_PRIO ? put_number(out, event->exit.prio)
						 : put_string(out, "|?");
}

static char *put_lost(char *out, const struct event *event)
{
	out = event->cpu != EVENT_NO_CPU ? put_count(out, event->cpu) : put_string(out, "|?");
	return put_count(out, event->lost.count);
}

static char *put_truncated(char *out, const struct event *event)
{
	*out++ = '|';
	out = put_string(out, event->truncated.reason);
	return put_count(out, event->truncated.limit);
}

static size_t text_room(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.parent_comm.length + event->fork.child_comm.length;
	case EVENT_EXEC:
		return event->exec.comm.length + event->exec.filename.length;
	case EVENT_EXIT:
		return event->exit.comm.length;
	default:
		return 0;
	}
}

#define LINE(word, put)                      \
	{                                    \
		word, sizeof(word) - 1, put, \
	}

static const struct line_type {
	char word[16]; /* copied as a whole: PIPE_LINE_ROOM has room for it */
	size_t length;
	char *(*put)(char *out, const struct event *event);
} lines[EVENT_SHOWN_TYPES] = {
	[EVENT_FORK] = LINE("FORK", put_fork),
	[EVENT_EXEC] = LINE("EXEC", put_exec),
	[EVENT_EXIT] = LINE("EXIT", put_exit),
	[EVENT_LOST] = LINE("LOST", put_lost),
	[EVENT_TRUNCATED] = LINE("TRUNCATED", put_truncated),
};

/* Inlined where every event passes. */
static inline size_t room_of(const struct event *event)
{
	return PIPE_LINE_ROOM + ESCAPE_GROWTH * text_room(event);
}

static inline char *put_line(char *out, struct pipe_time *time, const struct event *event)
{
	const struct line_type *line = &lines[event->type];

	memcpy(out, line->word, sizeof(line->word));
	out += line->length;
	out = put_time(out, time, event->time_ns);
	return line->put(out, event);
}

size_t pipe_line_room(const struct event *event)
{
	return room_of(event);
}

char *pipe_line_put(char *out, struct pipe_time *time, const struct event *event)
{
	return put_line(out, time, event);
}

static int pipe_event(struct sink *sink, const struct event *event)
{
	struct sink_pipe *pipe = (struct sink_pipe *)sink;
	struct out_buffer *buffer = sink->context.output;
	char *out = out_buffer_reserve(buffer, room_of(event));
	if (!out)
		return out_buffer_error(buffer);
	out = put_line(out, &pipe->time, event);
	*out++ = '\n';
	out_buffer_commit(buffer, out);
	return 0;
}

static const struct sink_ops pipe_ops = {.event = pipe_event};

struct sink *sink_pipe_new(const struct sink_context *context)
{
	return sink_new(&pipe_ops, context, sizeof(struct sink_pipe));
}
