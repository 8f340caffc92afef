/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds what is known of a process to the events of a Perfetto trace.
 */
#ifndef PXT_SINK_PERFETTO_ANNOTATIONS_H
#define PXT_SINK_PERFETTO_ANNOTATIONS_H

#include <stddef.h>

#include "event/event.h"
#include "sink/lives.h"
#include "sink/perfetto/packets.h"
#include "sink/sink.h"

/* Returns the bytes that annotate_exec() needs for EVENT at most. */
size_t exec_room(const struct event *event);

/* Adds the facts of the program of EVENT, an EXEC. */
void annotate_exec(struct packet *packet, const struct event *event,
		   const struct sink_context *context);

/* Returns the bytes that annotate_life() needs for END at most. */
size_t life_room(const struct end *end);

/* Adds the facts of LIFE and its END; NULL: the trace ended before. */
void annotate_life(struct packet *packet, const struct life *life, const struct end *end,
		   const struct sink_context *context);

#endif
