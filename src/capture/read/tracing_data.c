/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/tracing_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cursor.h"

/* Each has an id of 16 bits (common_type), but for those of ftrace itself, which are few. */
#define TRACING_EVENTS_MAX (64U * 1024U)

static const unsigned char magic[] = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};

struct parse {
	struct cursor cursor;
	struct tracing_data *data;
	size_t capacity;
};

/* ---- bytes ---- */

/* A C string, without its NUL. */
static bool take_string(struct cursor *cursor, struct text *text)
{
	const unsigned char *nul = memchr(cursor->at, '\0', cursor_left(cursor));

	if (!nul)
		return false;
	*text = (struct text){(const char *)cursor->at, (size_t)(nul - cursor->at)};
	cursor->at = nul + 1;
	return true;
}

/* A whole file: u64 size, bytes. */
static bool take_file(struct cursor *cursor, struct text *text)
{
	uint64_t size;

	if (!cursor_take64(cursor, &size))
		return false;
	const unsigned char *bytes = cursor_take(cursor, size);
	if (bytes)
		*text = (struct text){(const char *)bytes, (size_t)size};
	return bytes != NULL;
}

static bool skip_named_file(struct cursor *cursor, const char *name)
{
	struct text text;

	return take_string(cursor, &text) && text_equals(text, name) && take_file(cursor, &text);
}

/* ---- format files ---- */

/* Take a line that begins with PREFIX from *REST. Returns the rest of the line; "": it does not. */
static struct text take_line(struct text *rest, const char *prefix)
{
	size_t skip = strlen(prefix);

	if (rest->length < skip || memcmp(rest->bytes, prefix, skip) != 0)
		return (struct text){"", 0};

	struct text line = {rest->bytes + skip, rest->length - skip};
	const char *newline = memchr(line.bytes, '\n', line.length);
	if (newline)
		line.length = (size_t)(newline - line.bytes);
	size_t used = skip + line.length + (newline ? 1 : 0);
	rest->bytes += used;
	rest->length -= used;
	return line;
}

static uint32_t number_of(struct text text)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.length; i++) {
		unsigned int digit = (unsigned int)(unsigned char)text.bytes[i] - '0';

		if (digit > 9 || number > UINT16_MAX)
			return 0;
		number = number * 10 + digit;
	}
	return number;
}

static int add_event(struct parse *parse, struct text system, struct text format)
{
	struct tracing_data *data = parse->data;

	if (data->event_count >= TRACING_EVENTS_MAX)
		return -EBADMSG;
	if (ARRAY_GROW(data->events, data->event_count, parse->capacity) < 0)
		return -ENOMEM;

	struct text rest = format;
	struct tracing_event event = {.system = system, .format = format};
	event.name = take_line(&rest, "name: ");
	event.id = number_of(take_line(&rest, "ID: "));
	data->events[data->event_count++] = event;
	return 0;
}

/* ---- the whole ---- */

static int take_events(struct parse *parse, struct text system)
{
	uint32_t count;

	if (!cursor_take32(&parse->cursor, &count))
		return -EBADMSG;
	while (count-- > 0) {
		struct text format;
		int code = take_file(&parse->cursor, &format) ? add_event(parse, system, format)
							      : -EBADMSG;

		if (code < 0)
			return code;
	}
	return 0;
}

static int take_systems(struct parse *parse)
{
	uint32_t count;

	if (!cursor_take32(&parse->cursor, &count))
		return -EBADMSG;
	while (count-- > 0) {
		struct text system;
		int code = take_string(&parse->cursor, &system) ? take_events(parse, system)
								: -EBADMSG;

		if (code < 0)
			return code;
	}
	return 0;
}

static int take_head(struct parse *parse)
{
	struct tracing_data *data = parse->data;
	struct cursor *cursor = &parse->cursor;
	struct text version;
	uint32_t page_size;
	const unsigned char *found = cursor_take(cursor, sizeof(magic));

	if (!found || memcmp(found, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	if (!take_string(cursor, &version))
		return -EBADMSG;
	const unsigned char *bytes = cursor_take(cursor, 2);
	if (!bytes)
		return -EBADMSG;
	data->machine = (struct machine){.big_endian = bytes[0] != 0, .long_size = bytes[1]};
	cursor->swap = data->machine.big_endian != machine_native().big_endian;
	if (!cursor_take32(cursor, &page_size) || !skip_named_file(cursor, "header_page") ||
	    !skip_named_file(cursor, "header_event"))
		return -EBADMSG;
	return 0;
}

static int parse_all(struct parse *parse)
{
	const struct text ftrace = {"ftrace", strlen("ftrace")};
	int code = take_head(parse);

	if (code == 0)
		code = take_events(parse, ftrace);
	/* Kernel symbols, printk formats and saved names follow; nothing here needs them. */
	return code == 0 ? take_systems(parse) : code;
}

int tracing_data_parse(const void *bytes, size_t size, struct tracing_data **data,
		       struct error *err)
{
	struct parse parse = {
		.cursor = {.at = bytes, .end = (const unsigned char *)bytes + size},
		.data = calloc(1, sizeof(*parse.data)),
	};

	if (!parse.data)
		return error_no_memory(err);
	int code = parse_all(&parse);
	if (code < 0) {
		tracing_data_free(parse.data);
		return code == -ENOMEM
			       ? error_no_memory(err)
			       : error_set(err, code, "the tracing data are cut short or damaged");
	}
	*data = parse.data;
	return 0;
}

void tracing_data_free(struct tracing_data *data)
{
	if (!data)
		return;
	free(data->events);
	free(data);
}

static bool is_of_system(const struct tracing_event *event, const char *system)
{
	const size_t length = strcspn(system, "*");

	if (system[length] == '\0')
		return text_equals(event->system, system);
	return event->system.length >= length && memcmp(event->system.bytes, system, length) == 0;
}

const struct tracing_event *tracing_data_find(const struct tracing_data *data, const char *system,
					      const char *name)
{
	for (size_t i = 0; i < data->event_count; i++) {
		const struct tracing_event *event = &data->events[i];

		if (is_of_system(event, system) && text_equals(event->name, name))
			return event;
	}
	return NULL;
}

const struct tracing_event *tracing_data_find_id(const struct tracing_data *data, uint64_t id)
{
	for (size_t i = 0; i < data->event_count; i++) {
		if (data->events[i].id == id && id != 0)
			return &data->events[i];
	}
	return NULL;
}
