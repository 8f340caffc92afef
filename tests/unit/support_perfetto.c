/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_perfetto.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "support.h"

enum message {
	TRACE,
	PACKET,
	SNAPSHOT,
	CLOCK,
	INTERNED,
	CATEGORY,
	EVENT_NAME,
	ANNOTATION_NAME,
	DESCRIPTOR,
	COUNTER,
	EVENT,
	ANNOTATION,
	ARRAY,
	NO_MESSAGE
};

enum wire { VARINT = 0, FIXED64 = 1, LENGTH = 2 };

/* The fields that we write. CHILD: its message; of a number, what it is the number of a name of. */
static const struct proto_field {
	enum message message;
	uint64_t number;
	enum wire wire;
	const char *name;
	enum message child;
} fields[] = {
	{TRACE, 1, LENGTH, "packet", PACKET},
	{PACKET, 6, LENGTH, "clock_snapshot", SNAPSHOT},
	{PACKET, 8, VARINT, "timestamp", NO_MESSAGE},
	{PACKET, 10, VARINT, "trusted_packet_sequence_id", NO_MESSAGE},
	{PACKET, 11, LENGTH, "track_event", EVENT},
	{PACKET, 12, LENGTH, "interned_data", INTERNED},
	{PACKET, 13, VARINT, "sequence_flags", NO_MESSAGE},
	{PACKET, 60, LENGTH, "track_descriptor", DESCRIPTOR},
	{PACKET, 87, VARINT, "first_packet_on_sequence", NO_MESSAGE},
	{SNAPSHOT, 1, LENGTH, "clocks", CLOCK},
	{SNAPSHOT, 2, VARINT, "primary_trace_clock", NO_MESSAGE},
	{CLOCK, 1, VARINT, "clock_id", NO_MESSAGE},
	{CLOCK, 2, VARINT, "timestamp", NO_MESSAGE},
	{INTERNED, 1, LENGTH, "event_categories", CATEGORY},
	{INTERNED, 2, LENGTH, "event_names", EVENT_NAME},
	{INTERNED, 3, LENGTH, "debug_annotation_names", ANNOTATION_NAME},
	{CATEGORY, 1, VARINT, "iid", NO_MESSAGE},
	{CATEGORY, 2, LENGTH, "name", NO_MESSAGE},
	{EVENT_NAME, 1, VARINT, "iid", NO_MESSAGE},
	{EVENT_NAME, 2, LENGTH, "name", NO_MESSAGE},
	{ANNOTATION_NAME, 1, VARINT, "iid", NO_MESSAGE},
	{ANNOTATION_NAME, 2, LENGTH, "name", NO_MESSAGE},
	{DESCRIPTOR, 1, VARINT, "uuid", NO_MESSAGE},
	{DESCRIPTOR, 2, LENGTH, "name", NO_MESSAGE},
	{DESCRIPTOR, 8, LENGTH, "counter", COUNTER},
	{DESCRIPTOR, 15, VARINT, "sibling_merge_behavior", NO_MESSAGE},
	{EVENT, 3, VARINT, "category_iids", CATEGORY},
	{EVENT, 4, LENGTH, "debug_annotations", ANNOTATION},
	{EVENT, 9, VARINT, "type", NO_MESSAGE},
	{EVENT, 10, VARINT, "name_iid", EVENT_NAME},
	{EVENT, 11, VARINT, "track_uuid", NO_MESSAGE},
	{EVENT, 23, LENGTH, "name", NO_MESSAGE},
	{EVENT, 30, VARINT, "counter_value", NO_MESSAGE},
	{EVENT, 47, FIXED64, "flow_ids", NO_MESSAGE},
	{ANNOTATION, 1, VARINT, "name_iid", ANNOTATION_NAME},
	{ANNOTATION, 2, VARINT, "bool_value", NO_MESSAGE},
	{ANNOTATION, 4, VARINT, "int_value", NO_MESSAGE},
	{ANNOTATION, 6, LENGTH, "string_value", NO_MESSAGE},
	{ANNOTATION, 12, LENGTH, "array_values", ARRAY},
	{ARRAY, 6, LENGTH, "string_value", NO_MESSAGE},
};

#define NAMES 8192

struct reader {
	char *text;
	size_t size, capacity;
	struct name {
		enum message kind;
		uint64_t iid;
		struct text name;
	} names[NAMES];
	size_t count;
	struct name last; /* that is being read */
};

__attribute__((format(printf, 2, 3))) static void say(struct reader *reader, const char *format,
						      ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (reader->size + (size_t)length >= reader->capacity) {
		reader->capacity = 2 * (reader->size + (size_t)length) + 4096;
		reader->text = realloc(reader->text, reader->capacity);
		assert_non_null(reader->text);
	}
	va_start(arguments, format);
	vsnprintf(reader->text + reader->size, (size_t)length + 1, format, arguments);
	va_end(arguments);
	reader->size += (size_t)length;
}

static uint64_t take_varint(struct text *bytes)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	unsigned char byte;

	do {
		assert_true(bytes->length > 0 && shift < 64);
		byte = (unsigned char)*bytes->bytes;
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		bytes->bytes++;
		bytes->length--;
	} while (byte & 0x80);
	/* As short as it can be. */
	assert_true(byte != 0 || shift == 7);
	return value;
}

static uint64_t take_fixed64(struct text *bytes)
{
	uint64_t value = 0;

	assert_true(bytes->length >= 8);
	for (unsigned int i = 0; i < 8; i++)
		value |= (uint64_t)(unsigned char)bytes->bytes[i] << 8 * i;
	bytes->bytes += 8;
	bytes->length -= 8;
	return value;
}

static struct text take_bytes(struct text *bytes)
{
	const uint64_t length = take_varint(bytes);
	const struct text taken = {bytes->bytes, (size_t)length};

	assert_true(length <= bytes->length);
	bytes->bytes += length;
	bytes->length -= (size_t)length;
	return taken;
}

static const struct proto_field *find_field(enum message message, uint64_t tag)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].message == message && (fields[i].number << 3 | fields[i].wire) == tag)
			return &fields[i];
	}
	print_error("tag %" PRIu64 " in message %d\n", tag, (int)message);
	fail();
	return NULL;
}

static void check_characters(struct text text)
{
	size_t size;

	for (size_t i = 0; i < text.length; i += size) {
		uint32_t point;

		size = utf8_next((const unsigned char *)text.bytes + i, text.length - i, &point);
		assert_true(point != UTF8_BAD && !utf8_is_harmful(point));
	}
}

static const struct name *find_name(const struct reader *reader, enum message kind, uint64_t iid)
{
	for (size_t i = 0; i < reader->count; i++) {
		if (reader->names[i].kind == kind && reader->names[i].iid == iid)
			return &reader->names[i];
	}
	return NULL;
}

static void say_number(struct reader *reader, const struct proto_field *field, uint64_t value)
{
	if (field->child == NO_MESSAGE) {
		say(reader, "%s %" PRId64, field->name, (int64_t)value);
		return;
	}
	const struct name *name = find_name(reader, field->child, value);
	assert_non_null(name);
	say(reader, "%s \"%.*s\"", field->name, (int)name->name.length, name->name.bytes);
}

static void read_message(struct reader *reader, enum message message, struct text bytes);

static void say_bytes(struct reader *reader, const struct proto_field *field, struct text bytes)
{
	if (field->child == NO_MESSAGE) {
		check_characters(bytes);
		reader->last.name = bytes;
		say(reader, "%s \"%.*s\"", field->name, (int)bytes.length, bytes.bytes);
		return;
	}
	say(reader, "%s {", field->name);
	read_message(reader, field->child, bytes);
	say(reader, field->message == TRACE ? "}\n" : "}");
}

static void keep_name(struct reader *reader, enum message kind)
{
	reader->last.kind = kind;
	assert_null(find_name(reader, kind, reader->last.iid));
	assert_true(reader->count < NAMES);
	reader->names[reader->count++] = reader->last;
}

static void read_field(struct reader *reader, const struct proto_field *field, struct text *bytes)
{
	if (field->wire == LENGTH) {
		say_bytes(reader, field, take_bytes(bytes));
		return;
	}
	const uint64_t value = field->wire == VARINT ? take_varint(bytes) : take_fixed64(bytes);
	if (strcmp(field->name, "iid") == 0)
		reader->last.iid = value;
	say_number(reader, field, value);
}

static void read_message(struct reader *reader, enum message message, struct text bytes)
{
	const char *between = "";

	while (bytes.length > 0) {
		say(reader, "%s", between);
		read_field(reader, find_field(message, take_varint(&bytes)), &bytes);
		between = message == TRACE ? "" : " ";
	}
	if (message == CATEGORY || message == EVENT_NAME || message == ANNOTATION_NAME)
		keep_name(reader, message);
}

char *perfetto_text(const char *bytes, size_t length)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	assert_non_null(reader);
	say(reader, "%s", "");
	read_message(reader, TRACE, (struct text){bytes, length});
	char *text = reader->text;
	free(reader);
	return text;
}
