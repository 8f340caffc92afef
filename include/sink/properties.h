/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes an event as named values, in the extended and JSON formats. Names and order depend only on
 * the event's type and on the options; docs/json.md documents them.
 */
#ifndef PXT_SINK_PROPERTIES_H
#define PXT_SINK_PROPERTIES_H

#include <stddef.h>

#include "base/text.h"
#include "event/event.h"
#include "sink/sink.h"
#include "sink/text/json_environment.h"
#include "sink/text/names.h"
#include "sink/text/pid_texts.h"
#include "sink/text/wall_time.h"

/* Texts that a sink keeps from one event to the next. All 0 at first. */
struct property_texts {
	struct text ancestry;                /* of the event, as the format has it */
	struct json_environment environment; /* of the event, where JSON is to show it */
	struct clone_flags_text clone_flags; /* written last */
	struct wall_second second;           /* likewise */
	struct pid_texts pids;
};

/* Returns the bytes that either format needs for the properties of EVENT, but for the ancestry. */
size_t properties_room(const struct event *event, const struct sink_context *context);

/*
 * Write the properties of EVENT, whose type is below EVENT_SHOWN_TYPES, to OUT, each with the mark
 * before it. Returns the end.
 */
char *properties_put_json(char *out, struct property_texts *texts, const struct event *event,
			  const struct sink_context *context);

/* The same without those that the pipe line shows. */
char *properties_put_extended(char *out, struct property_texts *texts, const struct event *event,
			      const struct sink_context *context);

#endif
