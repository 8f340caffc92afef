/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "sink/escape.h"
#include "sink/sink.h"

/* The longest line without its texts: a word, separators and six numbers of 20 digits at most. */
#define LINE_ROOM 256U
#define NS_PER_MS 1000000U

struct sink_pipe {
	struct sink sink;
	struct writer *writer;
};

static char *put_string(char *out, const char *string)
{
	size_t length = strlen(string);

	memcpy(out, string, length);
	return out + length;
}

static char *put_unsigned(char *out, uint64_t value)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	*out++ = '|';
	while (count > 0)
		*out++ = digits[--count];
	return out;
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

static const struct line {
	const char *word;
	char *(*put)(char *out, const struct event *event);
} lines[EVENT_TYPES] = {
	[EVENT_FORK] = {"FORK", put_fork},
	[EVENT_EXEC] = {"EXEC", put_exec},
	[EVENT_EXIT] = {"EXIT", put_exit},
	[EVENT_LOST] = {"LOST", put_lost},
	[EVENT_TRUNCATED] = {"TRUNCATED", put_truncated},
};

static int pipe_event(struct sink *sink, const struct event *event)
{
	struct writer *writer = ((struct sink_pipe *)sink)->writer;
	const struct line *line = &lines[event->type];

	if (!line->put)
		return 0;
	char *out = writer_reserve(writer, LINE_ROOM + ESCAPE_GROWTH * text_room(event));
	if (!out)
		return writer_error(writer);
	out = put_string(out, line->word);
	out = put_unsigned(out, event->time_ns / NS_PER_MS);
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

struct sink *sink_pipe_new(struct writer *writer)
{
	struct sink_pipe *sink = malloc(sizeof(*sink));

	if (!sink)
		return NULL;
	*sink = (struct sink_pipe){.sink = {.ops = &pipe_ops}, .writer = writer};
	return &sink->sink;
}
