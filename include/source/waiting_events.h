/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in their order, of which some wait for what another stream tells of them: those behind
 * wait with them.
 */
#ifndef PXT_SOURCE_WAITING_EVENTS_H
#define PXT_SOURCE_WAITING_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/facts.h"
#include "source/message_queue.h"

struct waiting_event {
	struct event event;           /* its texts are ours */
	bool is_waiting;              /* for a message */
	uint64_t deadline_ns;         /* by perf's clock: it waits no longer than that */
	struct exec_image image;      /* of an EXEC; borrowed from `shown` */
	struct queued_message *shown; /* ours; NULL: none */
	struct waiting_event *next;
	char texts[]; /* the event's */
};

/* All zero is an empty one. */
struct waiting_events {
	struct waiting_event *first, *last;
};

/* Append a copy of EVENT. Borrowed until it is taken; NULL without memory. */
struct waiting_event *waiting_events_add(struct waiting_events *events, const struct event *event);

/* The first event, unless it waits at NOW_NS; NULL: none. The caller frees it. */
struct waiting_event *waiting_events_take(struct waiting_events *events, uint64_t now_ns);

void waiting_event_free(struct waiting_event *event);

/* Free all of them. */
void waiting_events_done(struct waiting_events *events);

#endif
