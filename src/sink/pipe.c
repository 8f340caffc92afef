/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/pipe_line.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/put.h"
#include "event/event.h"
#include "event/texts.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "sink/text/escape.h"
#include "sink/text/pid_texts.h"

/* The longest line without its texts: a word, separators and six numbers of 20 digits at most. */
#define PIPE_LINE_ROOM 256U

struct sink_pipe {
	struct sink sink;
	struct pipe_texts texts;
};

static char *put_count(char *out, uint64_t value)
{
	*out++ = '|';
	return put_unsigned(out, value);
}

/* More is copied than it has digits: a size that the compiler knows; PIPE_LINE_ROOM has room for
 * it. */
static ALWAYS_INLINE char *put_time(char *out, struct pipe_texts *texts, uint64_t time_ns)
{
	uint64_t ms = time_ns / NS_PER_MS;

	if (time_ns == EVENT_NO_TIME)
		return put_string(out, "|?");
	if (texts->ms != ms || texts->length == 0) {
		texts->ms = ms;
		texts->length = (size_t)(put_count(texts->digits, ms) - texts->digits);
	}
	memcpy(out, texts->digits, sizeof(texts->digits));
	return out + texts->length;
}

/* Or another number that comes again and again. */
static inline char *put_pid(char *out, struct pipe_texts *texts, int32_t pid)
{
	*out++ = '|';
	return pid_put(out, &texts->pids, pid);
}

static char *put_text(char *out, struct text text)
{
	if (!text.bytes)
		return put_string(out, "|?");
	*out++ = '|';
	return escape_text(out, text);
}

static inline char *put_fork(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "FORK"), texts, event->time_ns);
	out = put_pid(out, texts, event->fork.parent_tid);
	out = put_text(out, event->fork.parent_comm);
	out = put_pid(out, texts, event->fork.child_tid);
	return put_text(out, event->fork.child_comm);
}

static inline char *put_exec(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "EXEC"), texts, event->time_ns);
	out = put_pid(out, texts, event->exec.pid);
	out = put_text(out, event->exec.comm);
	return put_text(out, event->exec.filename);
}

static inline char *put_exit(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "EXIT"), texts, event->time_ns);
	out = put_pid(out, texts, event->exit.pid);
	out = put_text(out, event->exit.comm);
	return event->exit.prio != EVENT_NO_PRIO ? put_pid(out, texts, event->exit.prio)
						 : put_string(out, "|?");
}

/* Of the extended format alone. */
static char *put_exec_failed(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "EXEC_FAILED"), texts, event->time_ns);
	out = put_pid(out, texts, event->exec_failed.pid);
	out = put_text(out, event->exec_failed.comm);
	return put_text(out, event->exec_failed.path);
}

static inline char *put_lost(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "LOST"), texts, event->time_ns);
	out = event->cpu != EVENT_NO_CPU ? put_count(out, event->cpu) : put_string(out, "|?");
	return put_count(out, event->lost.count);
}

static inline char *put_truncated(char *out, struct pipe_texts *texts, const struct event *event)
{
	out = put_time(put_string(out, "TRUNCATED"), texts, event->time_ns);
	*out++ = '|';
	out = put_string(out, event->truncated.reason);
	return put_count(out, event->truncated.limit);
}

size_t pipe_line_room(const struct event *event)
{
	return PIPE_LINE_ROOM + ESCAPE_GROWTH * event_text_bytes(event);
}

char *pipe_line_put(char *out, struct pipe_texts *texts, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return put_fork(out, texts, event);
	case EVENT_EXEC:
		return put_exec(out, texts, event);
	case EVENT_EXIT:
		return put_exit(out, texts, event);
	case EVENT_EXEC_FAILED:
		return put_exec_failed(out, texts, event);
	case EVENT_LOST:
		return put_lost(out, texts, event);
	default:
		return put_truncated(out, texts, event);
	}
}

static int pipe_event(struct sink *sink, const struct event *event)
{
	struct sink_pipe *pipe = (struct sink_pipe *)sink;
	struct out_buffer *buffer = sink->context.output;
	char *out = out_buffer_reserve(buffer, pipe_line_room(event));
	if (!out)
		return out_buffer_error(buffer);
	out = pipe_line_put(out, &pipe->texts, event);
	*out++ = '\n';
	out_buffer_commit(buffer, out);
	return 0;
}

static const struct sink_ops pipe_ops = {.event = pipe_event};

struct sink *sink_pipe_new(const struct sink_context *context)
{
	return sink_new(&pipe_ops, context, sizeof(struct sink_pipe));
}
