/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a JSON document to a stream, member by member, with the commas between them.
 */
#ifndef PXT_SINK_TEXT_JSON_WRITER_H
#define PXT_SINK_TEXT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

struct json_writer {
	FILE *out;
	bool needs_comma; /* something stands before in the same object or array */
};

/* NAME is the member's, ASCII without " and \; NULL in an array and for the whole document. */
void json_begin_object(struct json_writer *json, const char *name);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json, const char *name);
void json_end_array(struct json_writer *json);

/* TEXT is written with U+FFFD for bytes that are not UTF-8. */
void json_text(struct json_writer *json, const char *name, struct text text);

/* The same of a STRING; NULL is null. */
void json_string(struct json_writer *json, const char *name, const char *string);
void json_number(struct json_writer *json, const char *name, int64_t number);
void json_bool(struct json_writer *json, const char *name, bool value);
void json_null(struct json_writer *json, const char *name);

#endif
