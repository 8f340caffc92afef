/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/raw.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"
#include "decode/field.h"
#include "sink/text/escape.h"

#define DUMP_WIDTH 16U

/* Beyond this an array's bytes are left to the dump, so that a record's text stays in proportion.
 */
#define HEX_MAX 64U

/* A line without names and texts: words, numbers, 64 bytes in hex. */
#define RAW_LINE_ROOM 320U

struct raw {
	struct out_buffer *buffer;
	size_t count;
	const struct format *formats[];
};

struct raw *raw_new(struct out_buffer *buffer, const struct format *const formats[], size_t count)
{
	struct raw *raw = malloc(sizeof(*raw) + count * sizeof(*raw->formats));

	if (!raw)
		return NULL;
	raw->buffer = buffer;
	raw->count = count;
	for (size_t i = 0; i < count; i++)
		raw->formats[i] = formats[i];
	return raw;
}

void raw_free(struct raw *raw)
{
	free(raw);
}

/* Formats agree on where common_type is only within one machine: each is asked by its own. */
static const struct format *find_format(const struct raw *raw, const struct record *record)
{
	for (size_t i = 0; i < raw->count; i++) {
		const struct format *format = raw->formats[i];
		const struct format_field *type =
			format ? format_find(format, "common_type") : NULL;
		int64_t id;

		if (type && field_number(&type->at, record->raw, record->raw_size, &id) == 0 &&
		    id == format->id)
			return format;
	}
	return NULL;
}

/* ---- the record's head ---- */

static const char *type_name(uint32_t type)
{
	switch (type) {
	case PERF_RECORD_SAMPLE:
		return "PERF_RECORD_SAMPLE";
	case PERF_RECORD_LOST:
		return "PERF_RECORD_LOST";
	default:
		return "PERF_RECORD";
	}
}

static char *put_known(char *out, uint64_t number, bool is_known)
{
	return is_known ? put_unsigned(out, number) : put_string(out, "?");
}

static int put_head(const struct raw *raw, const struct record *record, const struct format *format,
		    uint32_t size)
{
	size_t names = format ? strlen(format->system) + strlen(format->name) : 0;
	char *out = out_buffer_reserve(raw->buffer, RAW_LINE_ROOM + names);

	if (!out)
		return out_buffer_error(raw->buffer);
	out = put_string(out, "  ");
	out = put_string(out, format ? format->system : type_name(record->type));
	if (format) {
		out = put_char(out, ':');
		out = put_string(out, format->name);
	}
	out = put_known(put_string(out, " cpu="), record->cpu, record->cpu != RECORD_NO_CPU);
	out = put_known(put_string(out, " time_ns="), record->time_ns, record->time_ns != 0);
	out += sprintf(out, " pid=%" PRId32 " tid=%" PRId32 " size=%" PRIu32 "\n", record->pid,
		       record->tid, size);
	out_buffer_commit(raw->buffer, out);
	return 0;
}

/* ---- its fields ---- */

static bool is_pointer(const struct format_field *field)
{
	return strchr(field->declaration, '*') != NULL;
}

static bool is_char_array(const struct format_field *field)
{
	static const char *const beginnings[] = {
		[FIELD_ARRAY] = "char[",
		[FIELD_DATA_LOC] = "__data_loc char[",
		[FIELD_REL_LOC] = "__rel_loc char[",
	};
	const char *beginning = beginnings[field->at.kind];

	return beginning && strncmp(field->type, beginning, strlen(beginning)) == 0;
}

static char *put_number(char *out, const struct format_field *field, int64_t value)
{
	if (is_pointer(field))
		return out + sprintf(out, "0x%" PRIx64, (uint64_t)value);
	if (field->at.is_signed)
		return out + sprintf(out, "%" PRId64, value);
	return out + sprintf(out, "%" PRIu64, (uint64_t)value);
}

/* The quotes around it mean something: one inside is escaped as well. */
static char *put_quoted(char *out, struct text text)
{
	out = put_char(out, '"');
	out = escape_text_and(out, text, "\"");
	return put_char(out, '"');
}

static char *put_hex(char *out, struct text bytes)
{
	for (size_t i = 0; i < bytes.length && i < HEX_MAX; i++) {
		if (i > 0)
			*out++ = ' ';
		out = put_hex_byte(out, (unsigned char)bytes.bytes[i]);
	}
	if (bytes.length > HEX_MAX)
		out += sprintf(out, " ... (%zu bytes)", bytes.length);
	return out;
}

/* OUT has room for a line and for TEXT escaped. */
static char *put_value(char *out, const struct format_field *field, const struct record *record,
		       struct text text)
{
	int64_t number;

	if (field->at.kind == FIELD_NUMBER) {
		if (field_number(&field->at, record->raw, record->raw_size, &number) == 0)
			return put_number(out, field, number);
	} else if (text.bytes) {
		return is_char_array(field) ? put_quoted(out, text) : put_hex(out, text);
	}
	return put_string(out, "(outside of the record)");
}

static int put_field(const struct raw *raw, const struct record *record,
		     const struct format_field *field)
{
	struct text text = {0};
	int code = is_char_array(field)
			   ? field_text(&field->at, record->raw, record->raw_size, &text)
			   : field_bytes(&field->at, record->raw, record->raw_size, &text);

	if (code < 0)
		text = (struct text){0};
	char *out = out_buffer_reserve(raw->buffer, RAW_LINE_ROOM + strlen(field->name) +
							    ESCAPE_GROWTH * text.length);
	if (!out)
		return out_buffer_error(raw->buffer);
	out = put_string(out, "    ");
	out = put_string(out, field->name);
	out = put_string(out, " = ");
	out = put_value(out, field, record, text);
	out_buffer_commit(raw->buffer, put_char(out, '\n'));
	return 0;
}

static int put_fields(const struct raw *raw, const struct record *record,
		      const struct format *format)
{
	for (size_t i = 0; i < format->field_count; i++) {
		int code = put_field(raw, record, &format->fields[i]);

		if (code < 0)
			return code;
	}
	return 0;
}

/* ---- its bytes ---- */

static char *put_dump_line(char *out, const unsigned char *bytes, uint32_t offset, uint32_t length)
{
	out += sprintf(out, "    %04" PRIx32 " ", offset);
	for (uint32_t i = 0; i < DUMP_WIDTH; i++) {
		out = put_string(out, i == DUMP_WIDTH / 2 ? "  " : " ");
		out = i < length ? put_hex_byte(out, bytes[offset + i]) : put_string(out, "  ");
	}
	out = put_string(out, "  |");
	for (uint32_t i = 0; i < length; i++) {
		unsigned char c = bytes[offset + i];

		*out++ = c >= ' ' && c < 0x7f ? (char)c : '.';
	}
	return put_string(out, "|\n");
}

static int put_dump(const struct raw *raw, const void *bytes, uint32_t size)
{
	for (uint32_t offset = 0; offset < size; offset += DUMP_WIDTH) {
		uint32_t left = size - offset;
		char *out = out_buffer_reserve(raw->buffer, RAW_LINE_ROOM);

		if (!out)
			return out_buffer_error(raw->buffer);
		out = put_dump_line(out, bytes, offset, left < DUMP_WIDTH ? left : DUMP_WIDTH);
		out_buffer_commit(raw->buffer, out);
	}
	return 0;
}

int raw_show(const struct raw *raw, const struct record *record)
{
	bool is_sample = record->type == PERF_RECORD_SAMPLE;
	const void *bytes = is_sample ? record->raw : record->body;
	uint32_t size = is_sample ? record->raw_size : record->body_size;
	const struct format *format = is_sample ? find_format(raw, record) : NULL;
	int code = put_head(raw, record, format, size);

	if (code == 0 && format)
		code = put_fields(raw, record, format);
	return code < 0 ? code : put_dump(raw, bytes, size);
}
