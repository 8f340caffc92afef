/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session is what live trace and replay share: a source, the pipeline, the output, and the
 * closing line.
 */
#ifndef PXT_RUN_SESSION_H
#define PXT_RUN_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "run/pipeline.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "source/request.h"
#include "source/source.h"
#include "task/task_table.h"

/*
 * Begins as SESSION_NEW; all parts are its own, but for `request` and `source`. A `sink` that is
 * there before session_make_pipeline() is used instead of that of the request's format.
 */
struct session {
	const struct request *request;
	struct source *source; /* ends with the last task that the filter waits for */
	struct task_table *tasks;
	struct out_buffer *output;
	struct sink *sink;
	struct out_buffer *summary_output; /* NULL: no summary beside the lines */
	struct sink *summary;
	struct sink *both;      /* of lines and summary; NULL without one */
	struct sink *shortened; /* passes all to `both` or `sink`; NULL without --max-arg-bytes */
	struct sink *redacted;  /* passes all to the ones above; NULL without --redact */
	struct raw *raw;        /* NULL without --raw */
	struct pipeline pipeline;
	struct wall_steps wall_steps; /* of the wall clock since the source's first offset */
	int output_fd;                /* -1: standard output */
	bool made_output;             /* the file was not there before, and is not kept yet */
	bool reader_gone;             /* nobody reads our output any more: end quietly */
};

#define SESSION_NEW(opts)                          \
	{                                          \
		.request = (opts), .output_fd = -1 \
	}

/* Free all that there is of it. */
void session_done(struct session *session);

/* Open what -o names, without touching what it holds. 0, or a negative errno with ERR filled. */
int session_open_output(struct session *session, struct error *err) MUST_CHECK;

/*
 * The trace begins: empty the output file, and keep it. Without this session_done() leaves
 * everything as it was found.
 */
void session_keep_output(struct session *session);

/*
 * Make the pipeline that the request asks for, between `source` and the output. Returns 0, or a
 * negative errno with ERR filled.
 */
int session_make_pipeline(struct session *session, struct error *err) MUST_CHECK;

/* Settle CODE, a failed write: returns 0 if only the reader is gone, else CODE with ERR filled. */
int session_output_failed(struct session *session, int code, struct error *err) MUST_CHECK;

/*
 * Show the followed processes that are there at TIME_NS, before any event. Returns 0 or a negative
 * errno with ERR filled.
 */
int session_show_running(struct session *session, uint64_t time_ns, struct error *err) MUST_CHECK;

/*
 * Put EVENT through. Returns 0, -ENODATA where the trace is over, another negative errno with ERR
 * filled.
 */
int session_feed(struct session *session, struct event *event, struct error *err) MUST_CHECK;

/*
 * Nothing is ready, and no event before NOW_NS is to come. Returns 1 where the sink waits for a
 * later time, 0, -ENODATA where the trace is over, another negative errno with ERR filled.
 */
int session_idle(struct session *session, uint64_t now_ns, struct error *err) MUST_CHECK;

/* Write out what is buffered. Returns 0, or a negative errno with ERR filled. */
int session_flush(struct session *session, struct error *err) MUST_CHECK;

/* Let the sinks show what they have left, flush and close the output. Returns 0, or a negative
 * errno with ERR filled. */
int session_finish_output(struct session *session, struct error *err) MUST_CHECK;

/* The closing line, for a trace that took SECONDS; negative: not known. */
void session_print_summary(const struct session *session, double seconds);

#endif
