/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/json_writer.h"

#include <inttypes.h>
#include <string.h>

#include "sink/text/json_text.h"

/* Of a string at a time, so that no string is too long; cut between characters. */
#define PIECE 256U

/* The length of TEXT, or of its first characters in a piece. */
static size_t piece_of(struct text text)
{
	if (text.length <= PIECE)
		return text.length;
	for (size_t length = PIECE; length > PIECE - 4; length--) {
		if ((text.bytes[length] & 0xc0) != 0x80)
			return length;
	}
	return PIECE;
}

static void put_name(struct json_writer *json, const char *name)
{
	if (json->needs_comma)
		fputc(',', json->out);
	if (name)
		fprintf(json->out, "\"%s\":", name);
	json->needs_comma = true;
}

static void begin(struct json_writer *json, const char *name, char bracket)
{
	put_name(json, name);
	fputc(bracket, json->out);
	json->needs_comma = false;
}

static void end(struct json_writer *json, char bracket)
{
	fputc(bracket, json->out);
	json->needs_comma = true;
}

void json_begin_object(struct json_writer *json, const char *name)
{
	begin(json, name, '{');
}

void json_end_object(struct json_writer *json)
{
	end(json, '}');
}

void json_begin_array(struct json_writer *json, const char *name)
{
	begin(json, name, '[');
}

void json_end_array(struct json_writer *json)
{
	end(json, ']');
}

void json_null(struct json_writer *json, const char *name)
{
	put_name(json, name);
	fputs("null", json->out);
}

void json_text(struct json_writer *json, const char *name, struct text text)
{
	char quoted[JSON_TEXT_ROOM(PIECE)];

	put_name(json, name);
	fputc('"', json->out);
	while (text.length > 0) {
		const size_t length = piece_of(text);
		const char *stop = json_put_string(quoted, (struct text){text.bytes, length});

		fwrite(quoted + 1, 1, (size_t)(stop - quoted) - 2, json->out);
		text = (struct text){text.bytes + length, text.length - length};
	}
	fputc('"', json->out);
}

void json_string(struct json_writer *json, const char *name, const char *string)
{
	if (string)
		json_text(json, name, (struct text){string, strlen(string)});
	else
		json_null(json, name);
}

void json_number(struct json_writer *json, const char *name, int64_t number)
{
	put_name(json, name);
	fprintf(json->out, "%" PRId64, number);
}

void json_bool(struct json_writer *json, const char *name, bool value)
{
	put_name(json, name);
	fputs(value ? "true" : "false", json->out);
}
