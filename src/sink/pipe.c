/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sink/escape.h"
#include "sink/sink.h"

/* The longest line without its texts: a word, separators and six numbers of 20 digits at most. */
#define LINE_ROOM 256U

/* A time as it is written; many events share one. */
struct time_text {
	uint64_t ms;
	size_t length; /* 0: none yet */
	char digits[24];
};

struct sink_pipe {
	struct sink sink;
	struct writer *writer;
	struct time_text time;
};

static char *put_string(char *out, const char *string)
{
	size_t length = strlen(string);

	memcpy(out, string, length);
	return out + length;
}

/* 00 to 99. */
static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

static size_t count_digits(uint64_t value)
{
	size_t count = 1;

	for (; value >= 10000; value /= 10000)
		count += 4;
	return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* Two digits at a time, from the last ones. */
static char *put_long_digits(char *out, uint64_t value)
{
	char *end = out + count_digits(value), *at = end;

	for (; value >= 10; value /= 100)
		at = memcpy(at - 2, pairs + 2 * (value % 100), 2);
	if (at > out)
		*out = (char)('0' + value);
	return end;
}

/* Most numbers are pids and priorities: a few digits. */
static char *put_digits(char *out, uint64_t value)
{
	uint32_t small = (uint32_t)value;

	if (value >= 10000)
		return put_long_digits(out, value);
	if (small < 10) {
		*out = (char)('0' + small);
		return out + 1;
	}
	if (small < 100) {
		memcpy(out, pairs + 2 * small, 2);
		return out + 2;
	}
	if (small < 1000) {
		*out = (char)('0' + small / 100);
		memcpy(out + 1, pairs + 2 * (small % 100), 2);
		return out + 3;
	}
	memcpy(out, pairs + 2 * (small / 100), 2);
	memcpy(out + 2, pairs + 2 * (small % 100), 2);
	return out + 4;
}

static char *put_unsigned(char *out, uint64_t value)
{
	*out++ = '|';
	return put_digits(out, value);
}

/* More is copied than it has digits: a size that the compiler knows; LINE_ROOM has room for it. */
static char *put_time(char *out, struct time_text *time, uint64_t time_ns)
{
	uint64_t ms = time_ns / NS_PER_MS;

	if (time->ms != ms || time->length == 0) {
		time->ms = ms;
		time->length = (size_t)(put_unsigned(time->digits, ms) - time->digits);
	}
	memcpy(out, time->digits, sizeof(time->digits));
	return out + time->length;
}

static char *put_signed(char *out, int32_t value)
{
	if (value >= 0)
		return put_unsigned(out, (uint64_t)value);
	/* The minus goes where put_unsigned() leaves the separator. */
	char *end = put_unsigned(out + 1, (uint64_t) - (int64_t)value);
	out[0] = '|';
	out[1] = '-';
	return end;
}

static char *put_text(char *out, struct text text)
{
	*out++ = '|';
	return escape_text(out, text);
}

static char *put_fork(char *out, const struct event *event)
{
	out = put_signed(out, event->fork.parent_pid);
	out = put_text(out, event->fork.parent_comm);
	out = put_signed(out, event->fork.child_pid);
	return put_text(out, event->fork.child_comm);
}

static char *put_exec(char *out, const struct event *event)
{
	out = put_signed(out, event->exec.pid);
	out = put_text(out, event->exec.comm);
	return put_text(out, event->exec.filename);
}

static char *put_exit(char *out, const struct event *event)
{
	out = put_signed(out, event->exit.pid);
	out = put_text(out, event->exit.comm);
	return put_signed(out, event->exit.prio);
}

static char *put_lost(char *out, const struct event *event)
{
	out = put_unsigned(out, event->cpu);
	return put_unsigned(out, event->lost.count);
}

static char *put_truncated(char *out, const struct event *event)
{
	*out++ = '|';
	out = put_string(out, event->truncated.reason);
	return put_unsigned(out, event->truncated.limit);
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

static const struct line {
	char word[16]; /* copied as a whole: LINE_ROOM has room for it */
	size_t length;
	char *(*put)(char *out, const struct event *event);
} lines[EVENT_SHOWN_TYPES] = {
	[EVENT_FORK] = LINE("FORK", put_fork),
	[EVENT_EXEC] = LINE("EXEC", put_exec),
	[EVENT_EXIT] = LINE("EXIT", put_exit),
	[EVENT_LOST] = LINE("LOST", put_lost),
	[EVENT_TRUNCATED] = LINE("TRUNCATED", put_truncated),
};

static int pipe_event(struct sink *sink, const struct event *event)
{
	struct sink_pipe *pipe = (struct sink_pipe *)sink;
	struct writer *writer = pipe->writer;
	if (event->type >= EVENT_SHOWN_TYPES)
		return 0;

	const struct line *line = &lines[event->type];
	char *out = writer_reserve(writer, LINE_ROOM + ESCAPE_GROWTH * text_room(event));
	if (!out)
		return writer_error(writer);
	memcpy(out, line->word, sizeof(line->word));
	out += line->length;
	out = put_time(out, &pipe->time, event->time_ns);
	out = line->put(out, event);
	*out++ = '\n';
	writer_commit(writer, out);
	return 0;
}

static void pipe_free(struct sink *sink)
{
	free(sink);
}

static const struct sink_ops pipe_ops = {.event = pipe_event, .free = pipe_free};

struct sink *sink_pipe_new(const struct sink_context *context)
{
	struct sink_pipe *sink = malloc(sizeof(*sink));

	if (!sink)
		return NULL;
	*sink = (struct sink_pipe){.sink = {.ops = &pipe_ops}, .writer = context->writer};
	return &sink->sink;
}
