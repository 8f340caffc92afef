/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event as a list of named values, shared by the extended and JSON formats. Names and order
 * depend only on the event's type and on the options; docs/json.md documents them.
 */
#ifndef PXT_SINK_PROPERTIES_H
#define PXT_SINK_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "sink/sink.h"

enum value_kind {
	VALUE_UNKNOWN, /* or does not exist */
	VALUE_SIGNED,
	VALUE_UNSIGNED,
	VALUE_BOOL,
	VALUE_WORD, /* the tool's own: letters, digits, _ and + */
	VALUE_TEXT,
	VALUE_TIME,
	VALUE_CLONE_FLAGS,
	VALUE_STRINGS,
	VALUE_VARIABLES,    /* environment variables */
	VALUE_NO_VARIABLES, /* entries that no JSON object can hold (docs/json.md, "env_other") */
	VALUE_ANCESTRY,     /* of the event's facts */
	VALUE_KILLER,       /* JSON only */
	VALUE_HANDLED,      /* JSON only */
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
			uint64_t ns; /* events' clock */
			int64_t offset_ns;
		} time;
		uint64_t clone_flags; /* without the exit signal */
		const struct string_list *strings;
		const struct exit_status *killed;
		const struct handled_signal *handled;
	};
};

/* Bytes that can be copied from a key. */
#define PROPERTY_KEY_SIZE 32U

/* A name, a word of PROPERTY_KEY_SIZE - 4 bytes at most, as JSON has it. */
struct property_key {
	const char *json; /* ,"name": and NULs, PROPERTY_KEY_SIZE bytes at least */
	uint32_t name_length;
};

struct property {
	struct property_key key;
	struct value value;
};

enum properties_of {
	PROPERTIES_OF_JSON,
	PROPERTIES_OF_EXTENDED, /* without those that the pipe line shows */
};

#define PROPERTIES_MAX 40U

/* Texts and strings are borrowed from the event. */
struct properties {
	size_t count;
	struct property items[PROPERTIES_MAX];
	/* Number and total length, bytes, of the texts among the values, but for the ancestry. */
	size_t text_count, text_bytes;
};

/* Bytes that a property's key and a value without texts take at most. */
#define PROPERTY_ROOM (PROPERTY_KEY_SIZE + 32U)

/* Fill PROPERTIES from EVENT, whose type is below EVENT_SHOWN_TYPES. */
void properties_collect(struct properties *properties, enum properties_of which,
			const struct event *event, const struct sink_context *context);

#endif
