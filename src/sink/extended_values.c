/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/extended_values.h"

#include <stddef.h>

#include "base/put.h"
#include "event/facts.h"
#include "sink/text/escape.h"

/* Bytes of an ancestor beside its name: a pid, and marks. */
#define MARKS_ROOM 32U

/* In a list, what would be taken for the marks between its items. */
#define MARKS_OF_STRINGS " '"
#define MARKS_OF_ANCESTRY ">"

static bool looks_unknown(struct text text)
{
	return text.length == 1 && text.bytes[0] == '?';
}

char *extended_put_text(char *out, struct text text)
{
	return looks_unknown(text) ? escape_text_and(out, text, "?") : escape_text(out, text);
}

/* MARKS are escaped too. */
static char *put_item(char *out, struct text text, const char *marks)
{
	return escape_text_and(out, text, looks_unknown(text) ? "?" : marks);
}

char *extended_put_strings(char *out, struct string_list strings)
{
	char *start = out;
	struct text string;

	while (string_list_next(&strings, &string)) {
		if (out > start)
			out = put_char(out, ' ');
		out = string.length > 0 ? put_item(out, string, MARKS_OF_STRINGS)
					: put_string(out, "''");
	}
	return out;
}

static char *put_ancestor(char *out, const struct ancestor *ancestor)
{
	out = ancestor->pid >= 0 ? put_signed(out, ancestor->pid) : put_char(out, '?');
	if (ancestor->from_proc)
		out = put_char(out, '*');
	out = put_char(out, ':');
	return ancestor->comm.bytes ? put_item(out, ancestor->comm, MARKS_OF_ANCESTRY)
				    : put_char(out, '?');
}

static char *put_ancestry(char *out, const struct facts *facts)
{
	for (size_t i = 0; i < facts->ancestor_count; i++) {
		if (i > 0)
			out = put_char(out, '>');
		out = put_ancestor(out, &facts->ancestry[i]);
	}
	return facts->ancestry_complete ? out : put_string(out, ">?");
}

static size_t ancestor_room(size_t length)
{
	return MARKS_ROOM + ESCAPE_GROWTH * length;
}

const struct ancestry_format extended_ancestry_format = {put_ancestry, ancestor_room};
