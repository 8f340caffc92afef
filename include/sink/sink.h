/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where events end up: one implementation a format, all writing through a writer.
 */
#ifndef PXT_SINK_SINK_H
#define PXT_SINK_SINK_H

#include "compiler.h"
#include "event.h"
#include "sink/writer.h"

struct sink;

struct sink_ops {
	/* Show EVENT. Returns 0 or a negative errno of the writer. */
	int (*event)(struct sink *sink, const struct event *event);
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

static inline void sink_free(struct sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

/*
 * The five pipe-delimited lines (README, "Lines"). WRITER is borrowed for the life of the sink.
 * Returns NULL without memory.
 */
struct sink *sink_pipe_new(struct writer *writer);

#endif
