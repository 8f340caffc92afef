/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/put.h"
#include "base/string_list.h"
#include "event/event.h"
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

static char *put_ancestry(char *out, const struct ancestor *ancestors, size_t count, bool complete)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			out = put_char(out, '>');
		out = put_ancestor(out, &ancestors[i]);
	}
	return complete ? out : put_unknown(put_char(out, '>'));
}

static char *put_value(char *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_SIGNED:
		return put_signed(out, value->number);
	case VALUE_UNSIGNED:
		return put_unsigned(out, value->count);
	case VALUE_BOOL:
		return put_string(out, value->truth ? "true" : "false");
	case VALUE_WORD:
		return put_string(out, value->word);
	case VALUE_TEXT:
		return put_text(out, value->text, NULL);
	case VALUE_TIME:
		return wall_time_put(out, value->time.ns, value->time.offset_ns);
	case VALUE_CLONE_FLAGS:
		return clone_flags_put(out, value->clone_flags, ",");
	case VALUE_STRINGS:
	case VALUE_VARIABLES:
		return put_strings(out, value->strings);
	case VALUE_ANCESTRY:
		return put_ancestry(out, value->ancestry.items, value->ancestry.count,
				    value->ancestry.complete);
	case VALUE_TASK:
	case VALUE_HANDLED:
	case VALUE_NO_VARIABLES: /* JSON's alone */
	case VALUE_UNKNOWN:
		break;
	}
	return put_unknown(out);
}

/* ---- lines ---- */

static char *put_properties(char *out, const struct properties *properties)
{
	for (size_t i = 0; i < properties->count; i++) {
		out = put_char(out, '|');
		out = put_bytes(out, properties->items[i].name);
		out = put_char(out, '=');
		out = put_value(out, &properties->items[i].value);
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

	properties_collect(&properties, PROPERTIES_OF_EXTENDED, event, &sink->context);
	char *out =
		out_buffer_reserve(buffer, pipe_line_room(event) + properties_room(&properties));
	if (!out)
		return out_buffer_error(buffer);
	out = pipe_line_put(out, &extended->time, event);
	out = put_properties(out, &properties);
	out_buffer_commit(buffer, put_char(out, '\n'));
	return 0;
}

static const struct sink_ops extended_ops = {.event = extended_event};

struct sink *sink_extended_new(const struct sink_context *context)
{
	return sink_new(&extended_ops, context, sizeof(struct sink_extended));
}
