/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "base/put.h"
#include "base/string_list.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/ancestry_cache.h"
#include "sink/out_buffer.h"
#include "sink/pipe_line.h"
#include "sink/properties.h"
#include "sink/sink.h"
#include "sink/text/escape.h"
#include "sink/text/names.h"
#include "sink/text/wall_time.h"

/* Bytes beside each text: an ancestor's has a pid and marks before it. */
#define TEXT_ROOM 16U

/* In a list, what would be taken for the marks between its items. */
#define MARKS_OF_STRINGS " '"
#define MARKS_OF_ANCESTRY ">"

struct sink_extended {
	struct sink sink;
	struct pipe_time time;
	struct ancestry_cache *ancestries;
	struct text ancestry; /* of the event */
	struct clone_flags_text clone_flags;
};

/* ---- values ---- */

static char *put_unknown(char *out)
{
	return put_char(out, '?');
}

/* MARKS are escaped too; NULL: none. A text that would look unknown is escaped as well. */
static char *put_text(char *out, struct text text, const char *marks)
{
	if (!text.bytes)
		return put_unknown(out);
	if (text.length == 1 && text.bytes[0] == '?')
		marks = "?";
	return marks ? escape_text_and(out, text, marks) : escape_text(out, text);
}

static char *put_strings(char *out, struct string_list strings)
{
	char *start = out;
	struct text string;

	while (string_list_next(&strings, &string)) {
		if (out > start)
			out = put_char(out, ' ');
		out = string.length > 0 ? put_text(out, string, MARKS_OF_STRINGS)
					: put_string(out, "''");
	}
	return out;
}

static char *put_ancestor(char *out, const struct ancestor *ancestor)
{
	out = ancestor->pid >= 0 ? put_signed(out, ancestor->pid) : put_unknown(out);
	if (ancestor->from_proc)
		out = put_char(out, '*');
	out = put_char(out, ':');
	return put_text(out, ancestor->comm, MARKS_OF_ANCESTRY);
}

static char *put_ancestry(char *out, const struct facts *facts)
{
	for (size_t i = 0; i < facts->ancestor_count; i++) {
		if (i > 0)
			out = put_char(out, '>');
		out = put_ancestor(out, &facts->ancestry[i]);
	}
	return facts->ancestry_complete ? out : put_unknown(put_char(out, '>'));
}

static size_t ancestor_room(size_t length)
{
	return TEXT_ROOM + ESCAPE_GROWTH * length;
}

static const struct ancestry_format ancestry_format = {put_ancestry, ancestor_room};

static char *put_value(char *out, const struct value *value, struct sink_extended *extended)
{
	switch (value->kind) {
	case VALUE_SIGNED:
		return put_signed(out, value->number);
	case VALUE_UNSIGNED:
		return put_unsigned(out, value->count);
	case VALUE_BOOL:
		return value->truth ? put_string(out, "true") : put_string(out, "false");
	case VALUE_WORD:
		return put_string(out, value->word);
	case VALUE_TEXT:
		return put_text(out, value->text, NULL);
	case VALUE_TIME:
		return wall_time_put(out, value->time.ns, value->time.offset_ns);
	case VALUE_CLONE_FLAGS:
		return clone_flags_put_again(out, &extended->clone_flags, value->clone_flags, ",");
	case VALUE_STRINGS:
	case VALUE_VARIABLES:
		return put_strings(out, *value->strings);
	case VALUE_ANCESTRY:
		return put_bytes(out, extended->ancestry);
	case VALUE_KILLER:
	case VALUE_HANDLED:
	case VALUE_NO_VARIABLES: /* JSON's alone */
	case VALUE_UNKNOWN:
		break;
	}
	return put_unknown(out);
}

/* ---- lines ---- */

/* The key as JSON has it, between other marks. Copied whole: the compiler knows how much. */
static char *put_key(char *out, struct property_key key)
{
	*out++ = '|';
	memcpy(out, key.json + strlen(",\""), PROPERTY_KEY_SIZE - strlen(",\""));
	return put_char(out + key.name_length, '=');
}

static char *put_properties(char *out, const struct properties *properties,
			    struct sink_extended *extended)
{
	for (size_t i = 0; i < properties->count; i++) {
		const struct property *property = &properties->items[i];

		out = put_value(put_key(out, property->key), &property->value, extended);
	}
	return out;
}

static size_t properties_room(const struct properties *properties)
{
	return CLONE_FLAGS_ROOM + PROPERTY_ROOM * properties->count +
	       TEXT_ROOM * properties->text_count + ESCAPE_GROWTH * properties->text_bytes;
}

static int extended_event(struct sink *sink, const struct event *event)
{
	struct sink_extended *extended = (struct sink_extended *)sink;
	struct out_buffer *buffer = sink->context.output;
	struct properties properties;
	int code =
		ancestry_cache_find(extended->ancestries, event_facts(event), &extended->ancestry);

	if (code < 0)
		return code;
	properties_collect(&properties, PROPERTIES_OF_EXTENDED, event, &sink->context);
	char *out =
		out_buffer_reserve(buffer, pipe_line_room(event) + properties_room(&properties) +
						   extended->ancestry.length);
	if (!out)
		return out_buffer_error(buffer);
	out = pipe_line_put(out, &extended->time, event);
	out = put_properties(out, &properties, extended);
	out_buffer_commit(buffer, put_char(out, '\n'));
	return 0;
}

static void extended_done(struct sink *sink)
{
	ancestry_cache_free(((struct sink_extended *)sink)->ancestries);
}

static const struct sink_ops extended_ops = {.event = extended_event, .done = extended_done};

struct sink *sink_extended_new(const struct sink_context *context)
{
	struct sink *sink = sink_new(&extended_ops, context, sizeof(struct sink_extended));
	struct sink_extended *extended = (struct sink_extended *)sink;

	if (!extended)
		return NULL;
	extended->ancestries = ancestry_cache_new(&ancestry_format);
	if (extended->ancestries)
		return sink;
	sink_free(sink);
	return NULL;
}
