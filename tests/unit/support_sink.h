/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of several formats need: a sink that writes to where one can look, and events with
 * all there is to be shown.
 */
#ifndef PXT_TESTS_SUPPORT_SINK_H
#define PXT_TESTS_SUPPORT_SINK_H

#include "sink/sink.h"
#include "support.h"

/* A text with its length, so that it may hold NULs. */
#define TEXT(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

typedef struct sink *sink_maker(const struct sink_context *context);

struct output {
	int fd;
	struct out_buffer *buffer;
	struct sink *sink;
};

/* A sink that writes to FD, which becomes the output's. CONTEXT's buffer is left out of account. */
struct output output_to(int fd, sink_maker *new, const struct sink_context *context);
struct output output_to_memory(sink_maker *new, const struct sink_context *context);
void output_close(struct output *output);

/* What was written, with a NUL behind it; the caller frees. */
char *output_flushed(struct output *output, size_t *length);

/* Show COUNT events, and fail unless that gives what is in the file at PATH. */
void assert_golden(sink_maker *new, const struct sink_context *context, const struct event *events,
		   size_t count, const char *path);

/* Show one event; the caller frees its line. */
char *line_of(sink_maker *new, const struct sink_context *context, const struct event *event);

/* Fail unless a full disk is reported, also when it has been before. */
void assert_full_disk_reported(sink_maker *new, const struct event *event);

/* Host, boot id, wall clock and environment asked for. */
extern const struct sink_context full_context;

/* Every type, with nothing known, with everything known, and with awkward bytes in every text. */
extern const struct event shown_events[];
extern const size_t shown_event_count;

#endif
