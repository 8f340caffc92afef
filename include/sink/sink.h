/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink shows events in one format. All sinks write to an out_buffer.
 */
#ifndef PXT_SINK_SINK_H
#define PXT_SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "sink/out_buffer.h"
#include "sink/text/wall_steps.h"

struct sink;

struct sink_ops {
	/* Show EVENT. Returns 0 or a negative errno of the buffer. */
	int (*event)(struct sink *sink, const struct event *event);
	/*
	 * The trace is over: show what only the end can tell. NULL: nothing. Returns 0 or a
	 * negative errno of the buffer.
	 */
	int (*finish)(struct sink *sink);
	void (*free)(struct sink *sink);
};

/* The first member of every sink. */
struct sink {
	const struct sink_ops *ops;
};

static inline MUST_CHECK int sink_event(struct sink *sink, const struct event *event)
{
	return sink->ops->event(sink, event);
}

static inline MUST_CHECK int sink_finish(struct sink *sink)
{
	return sink->ops->finish ? sink->ops->finish(sink) : 0;
}

static inline void sink_free(struct sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

/* What sinks may want to know of the trace and of their output. Texts are borrowed for their life.
 */
struct sink_context {
	struct out_buffer *output;
	const char *host;    /* name of the traced host; NULL: not known */
	const char *boot_id; /* of its boot, as /proc/sys/kernel/random/boot_id has it; NULL */
	bool wall_clock;     /* -T: show it; only where `wall_offset_known` */
	bool wall_offset_known;
	int64_t wall_offset_ns; /* CLOCK_REALTIME (UTC) minus the clock of the events */
	const struct wall_steps *wall_steps; /* since then; NULL: none */
	bool environment;                    /* --env: show it */
	unsigned int width; /* columns of the terminal; 0: it is none, lines are not cut */
	bool color;         /* the terminal may be driven in colours */
};

/* CLOCK_REALTIME minus the clock of the events, ns, as it was at TIME_NS of that. */
static inline int64_t sink_wall_offset(const struct sink_context *context, uint64_t time_ns)
{
	return context->wall_steps
		       ? wall_steps_at(context->wall_steps, time_ns, context->wall_offset_ns)
		       : context->wall_offset_ns;
}

/*
 * One for each format; CONTEXT is copied, all that it refers to is borrowed. They return NULL
 * without memory.
 *
 * pipe: the five pipe-delimited lines (README, "Lines"). extended: the same with |key=value behind.
 * json: one object a line. table: columns for a person. tree: processes as they unfold, indented by
 * parentage. summary: nothing until the end, then totals. All but `pipe` need events with facts.
 */
struct sink *sink_pipe_new(const struct sink_context *context);
struct sink *sink_extended_new(const struct sink_context *context);
struct sink *sink_json_new(const struct sink_context *context);
struct sink *sink_table_new(const struct sink_context *context);
struct sink *sink_tree_new(const struct sink_context *context);
struct sink *sink_summary_new(const struct sink_context *context);

/* Gives every event to both (borrowed), which are finished by themselves. NULL without memory. */
struct sink *sink_tee_new(struct sink *first, struct sink *second);

#endif
