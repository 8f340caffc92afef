/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/argv_sample.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "probe/argv_definition.h"

static bool find_number(const struct format *format, const char *name, uint32_t size,
			struct field *field)
{
	const struct format_field *found = format_find(format, name);

	if (!found || found->at.kind != FIELD_NUMBER || found->at.size != size)
		return false;
	*field = found->at;
	field_resolve(field);
	return true;
}

/* The arrays have to lie behind each other. */
static bool find_bytes(const struct format *format, uint32_t *bytes_at)
{
	uint32_t size = 0;

	for (unsigned int i = 0; i < ARGV_FIELDS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "bytes%u", i);
		const struct format_field *found = format_find(format, name);
		if (!found || found->at.kind != FIELD_ARRAY)
			return false;
		if (i == 0)
			*bytes_at = found->at.offset;
		if (found->at.offset != *bytes_at + size)
			return false;
		size += found->at.size;
	}
	return size == ARGV_CHUNK_BYTES;
}

int argv_layout_init(struct argv_layout *layout, const struct format *format)
{
	struct argv_layout found = {.id = format->id};

	if (!find_number(format, "common_type", sizeof(uint16_t), &found.type) ||
	    !find_number(format, "chunk", sizeof(uint32_t), &found.chunk) ||
	    !find_number(format, "start", sizeof(uint64_t), &found.start) ||
	    !find_number(format, "end", sizeof(uint64_t), &found.end) ||
	    !find_bytes(format, &found.bytes_at))
		return -EBADMSG;
	*layout = found;
	return 0;
}

bool argv_sample_take(const struct argv_layout *layout, const struct record *record,
		      struct argv_sample *sample)
{
	const size_t size = (size_t)layout->bytes_at + ARGV_CHUNK_BYTES;
	int64_t type, chunk, start, end;

	if (record->type != PERF_RECORD_SAMPLE || record->raw_size < size ||
	    field_number(&layout->type, record->raw, record->raw_size, &type) < 0 ||
	    type != layout->id ||
	    field_number(&layout->chunk, record->raw, record->raw_size, &chunk) < 0 ||
	    field_number(&layout->start, record->raw, record->raw_size, &start) < 0 ||
	    field_number(&layout->end, record->raw, record->raw_size, &end) < 0)
		return false;
	*sample = (struct argv_sample){
		.chunk = (uint32_t)chunk,
		.start = (uint64_t)start,
		.end = (uint64_t)end,
		.bytes = (const unsigned char *)record->raw + layout->bytes_at,
	};
	return true;
}
