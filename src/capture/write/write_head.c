/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/write_head.h"

#include <errno.h>
#include <string.h>

#define ALIGNMENT sizeof(uint64_t)

/* Write SIZE bytes and their padding. */
static void put_padded(struct buffer *out, const void *bytes, size_t size)
{
	const uint64_t zeros = 0;

	buffer_put(out, bytes, size);
	buffer_put(out, &zeros, (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT);
}

/* ---- attributes ---- */

uint32_t capture_attr_size(const struct capture_description *description)
{
	uint32_t largest = 0;

	for (size_t i = 0; i < description->event_count; i++) {
		if (description->events[i].attr.size > largest)
			largest = description->events[i].attr.size;
	}
	return largest;
}

struct perf_event_attr capture_attr(const struct recorded_event *event, uint32_t size)
{
	struct perf_event_attr attr = {0};

	/* Readers find what follows by attr.size. */
	memcpy(&attr, &event->attr, event->attr.size);
	attr.size = size;
	return attr;
}

/* ---- file mode ---- */

/* The order is header, ids by event, attributes, feature bodies, data. */
static void lay_out(const struct capture_description *description,
		    const struct capture_features *features, struct perf_file_header *header,
		    struct perf_file_section *sections)
{
	uint64_t attr_size = capture_attr_size(description) + sizeof(struct perf_file_section);
	uint64_t at = sizeof(*header);

	*header = (struct perf_file_header){
		.magic = PERF_FILE_MAGIC,
		.size = sizeof(*header),
		.attr_size = attr_size,
	};
	for (size_t i = 0; i < description->event_count; i++)
		at += description->events[i].id_count * sizeof(uint64_t);
	header->attrs = (struct perf_file_section){at, description->event_count * attr_size};
	at += header->attrs.size;
	for (size_t i = 0; i < features->count; i++) {
		sections[i] = (struct perf_file_section){at, features->list[i].body.size};
		at += (features->list[i].body.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	}
	header->data.offset = at;
}

static void put_attrs(struct buffer *out, const struct capture_description *description)
{
	struct perf_file_section ids = {.offset = sizeof(struct perf_file_header)};
	uint32_t size = capture_attr_size(description);

	for (size_t i = 0; i < description->event_count; i++) {
		const struct recorded_event *event = &description->events[i];
		const struct perf_event_attr attr = capture_attr(event, size);

		ids.size = event->id_count * sizeof(*event->ids);
		buffer_put(out, &attr, size);
		buffer_put(out, &ids, sizeof(ids));
		ids.offset += ids.size;
	}
}

int capture_file_head(const struct capture_description *description,
		      const struct capture_features *features, struct perf_file_header *header,
		      struct perf_file_section *sections, struct buffer *head)
{
	lay_out(description, features, header, sections);
	buffer_put(head, header, sizeof(*header));
	for (size_t i = 0; i < description->event_count; i++)
		buffer_put(head, description->events[i].ids,
			   description->events[i].id_count * sizeof(uint64_t));
	put_attrs(head, description);
	for (size_t i = 0; i < features->count; i++)
		put_padded(head, features->list[i].body.bytes, features->list[i].body.size);
	return head->failed ? -ENOMEM : 0;
}

/* ---- pipe mode ---- */

static void put_record_header(struct buffer *out, enum perf_file_record type, size_t body_size)
{
	const struct perf_event_header header = {
		.type = type,
		.size = (uint16_t)(sizeof(header) + body_size),
	};

	buffer_put(out, &header, sizeof(header));
}

static void put_attr_record(struct buffer *out, const struct recorded_event *event, uint32_t size)
{
	const struct perf_event_attr attr = capture_attr(event, size);
	size_t ids_size = event->id_count * sizeof(*event->ids);

	put_record_header(out, PERF_FILE_RECORD_ATTR, size + ids_size);
	buffer_put(out, &attr, size);
	buffer_put(out, event->ids, ids_size);
}

static void put_name_record(struct buffer *out, const struct recorded_event *event)
{
	const uint64_t update = PERF_FILE_UPDATE_NAME;
	size_t length = strlen(event->name) + 1;
	size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

	put_record_header(out, PERF_FILE_RECORD_EVENT_UPDATE,
			  sizeof(update) + sizeof(event->ids[0]) + padded);
	buffer_put(out, &update, sizeof(update));
	buffer_put(out, &event->ids[0], sizeof(event->ids[0]));
	put_padded(out, event->name, length);
}

/* The tracing data follows the record and is not part of its size. */
static void put_tracing_data_record(struct buffer *out, const struct capture_feature *feature)
{
	uint32_t padded = (uint32_t)((feature->body.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);

	put_record_header(out, PERF_FILE_RECORD_TRACING_DATA, sizeof(padded));
	buffer_put(out, &padded, sizeof(padded));
	put_padded(out, feature->body.bytes, feature->body.size);
}

static void put_feature_record(struct buffer *out, const struct capture_feature *feature)
{
	const uint64_t bit = feature->bit;
	size_t padded = (feature->body.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

	/* A command line that is too long for a record is left out. */
	if (sizeof(struct perf_event_header) + sizeof(bit) + padded > UINT16_MAX)
		return;
	put_record_header(out, PERF_FILE_RECORD_FEATURE, sizeof(bit) + padded);
	buffer_put(out, &bit, sizeof(bit));
	put_padded(out, feature->body.bytes, feature->body.size);
}

static void put_features(struct buffer *out, const struct capture_features *features)
{
	for (size_t i = 0; i < features->count; i++) {
		const struct capture_feature *feature = &features->list[i];

		switch (feature->bit) {
		case PERF_FILE_TRACING_DATA:
		case PERF_FILE_EVENT_DESC:  /* the attribute records say it all */
		case PERF_FILE_SAMPLE_TIME: /* there is no going back to fill it in */
			break;
		case PERF_FILE_BUILD_ID: /* it is a record already */
			buffer_put(out, feature->body.bytes, feature->body.size);
			break;
		default:
			put_feature_record(out, feature);
		}
	}
	for (size_t i = 0; i < features->count; i++) {
		if (features->list[i].bit == PERF_FILE_TRACING_DATA)
			put_tracing_data_record(out, &features->list[i]);
	}
}

int capture_pipe_head(const struct capture_description *description,
		      const struct capture_features *features, struct buffer *head)
{
	const struct perf_pipe_header header = {PERF_FILE_MAGIC, sizeof(header)};

	buffer_put(head, &header, sizeof(header));
	for (size_t i = 0; i < description->event_count; i++)
		put_attr_record(head, &description->events[i], capture_attr_size(description));
	for (size_t i = 0; i < description->event_count; i++)
		put_name_record(head, &description->events[i]);
	put_features(head, features);
	return head->failed ? -ENOMEM : 0;
}
