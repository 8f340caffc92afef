/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink that passes every event to another one, some of them with other facts.
 */
#ifndef PXT_SINK_FRONT_H
#define PXT_SINK_FRONT_H

#include "event/facts.h"
#include "sink/sink.h"

struct sink_front;

/*
 * Fill SHOWN with what to show instead of FACTS, valid until the next call. Returns 1, 0 where
 * FACTS are shown as they are, or a negative errno.
 */
typedef int change_facts(struct sink_front *front, const struct facts *facts, struct facts *shown);

/* The first member of such a sink. */
struct sink_front {
	struct sink sink;
	struct sink *next; /* borrowed, and finished by its owner */
	change_facts *change;
};

/*
 * Allocate one of SIZE bytes, 0 but for its first member, as sink_new().
 * Returns NULL without memory. Free with sink_free().
 */
struct sink_front *sink_front_new(const struct sink_ops *ops, struct sink *next,
				  change_facts *change, size_t size);

/* For its sink_ops. */
int sink_front_event(struct sink *sink, const struct event *event);
int sink_front_running(struct sink *sink, const struct event *event);
int sink_front_idle(struct sink *sink, uint64_t now_ns);

#endif
