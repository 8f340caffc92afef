/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source yields records in time order, from the live rings or from a capture.
 */
#ifndef PXT_SOURCE_SOURCE_H
#define PXT_SOURCE_SOURCE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/record.h"

struct source;

struct source_stats {
	uint64_t lost; /* events that the kernel had no room for, all in all */
	uint64_t late; /* records given out after a younger one */
};

struct source_ops {
	/*
	 * 1 with the next record; 0 where none is ready now: wait(), then ask again; -ENODATA at
	 * the end; another negative errno with ERR filled where the source broke.
	 */
	int (*next)(struct source *source, struct record *record, struct error *err);

	/*
	 * Sleep until records are worth reading, WAKE_FD is readable, or TIMEOUT_MS (-1: none) has
	 * passed. May return early. Returns 0, or a negative errno with ERR filled.
	 */
	int (*wait)(struct source *source, int wake_fd, int timeout_ms, struct error *err);

	/* Let nothing new in: next() gives out what is left, then -ENODATA. */
	void (*stop)(struct source *source);

	void (*stats)(struct source *source, struct source_stats *stats);

	void (*free)(struct source *source);
};

/* The first member of every source. */
struct source {
	const struct source_ops *ops;
};

static inline MUST_CHECK int source_next(struct source *source, struct record *record,
					 struct error *err)
{
	return source->ops->next(source, record, err);
}

static inline MUST_CHECK int source_wait(struct source *source, int wake_fd, int timeout_ms,
					 struct error *err)
{
	return source->ops->wait(source, wake_fd, timeout_ms, err);
}

static inline void source_stop(struct source *source)
{
	source->ops->stop(source);
}

static inline void source_stats(struct source *source, struct source_stats *stats)
{
	source->ops->stats(source, stats);
}

static inline void source_free(struct source *source)
{
	if (source)
		source->ops->free(source);
}

#endif
