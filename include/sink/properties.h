/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event as a list of named values: what the formats that show everything have in common. Which
 * properties there are, in which order, depends on nothing but the event's type and on what was
 * asked for; docs/json.md says what they mean.
 */
#ifndef PXT_SINK_PROPERTIES_H
#define PXT_SINK_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "sink/sink.h"

enum value_kind {
	VALUE_UNKNOWN, /* or there is none */
	VALUE_SIGNED,
	VALUE_UNSIGNED,
	VALUE_BOOL,
	VALUE_WORD, /* of ours: lower or upper case letters, digits, _ and + */
	VALUE_TEXT,
	VALUE_TIME,
	VALUE_CLONE_FLAGS,
	VALUE_STRINGS,
	VALUE_VARIABLES,    /* of the environment */
	VALUE_NO_VARIABLES, /* what of the environment no object can hold (docs/json.md, "env") */
	VALUE_ANCESTRY,
	VALUE_TASK,
	VALUE_HANDLED, /* JSON's alone */
};

struct value {
	enum value_kind kind;
	union {
		int64_t number;
		uint64_t count;
		bool truth;
		const char *word;
		struct text text;
		struct {
			uint64_t ns; /* of the events' clock */
			int64_t offset_ns;
		} time;
		uint64_t clone_flags; /* nothing but flags */
		struct string_list strings;
		struct {
			const struct ancestor *items;
			size_t count;
			bool complete;
		} ancestry;
		struct {
			int32_t pid;
			struct text comm;
			int32_t tid; /* of the thread */
			struct text thread_comm;
		} task;
		struct handled_signal handled;
	};
};

struct property {
	struct text name; /* a word */
	struct value value;
};

enum properties_of {
	PROPERTIES_OF_JSON,
	PROPERTIES_OF_EXTENDED, /* without what the pipe lines show */
};

#define PROPERTIES_MAX 40U

/* Texts and strings are borrowed from the event. */
struct properties {
	size_t count;
	struct property items[PROPERTIES_MAX];
	/* To know how much room they take: all texts among the values, the longest of all flags. */
	size_t text_count, text_bytes;
};

/* Room for a property's name and a value that is no text. */
#define PROPERTY_ROOM 64U
/* The properties of EVENT, whose type is below EVENT_SHOWN_TYPES, to FIELDS. */
void properties_collect(struct properties *properties, enum properties_of which,
			const struct event *event, const struct sink_context *context);

#endif
