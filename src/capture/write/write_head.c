/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/write_head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT sizeof(uint64_t)

static void put(FILE *out, const void *value, size_t size)
{
	fwrite(value, 1, size, out);
}

/* Write the padding behind SIZE bytes. Returns the size with it. */
static uint64_t pad(FILE *out, uint64_t size)
{
	const uint64_t zeros = 0;
	uint64_t padding = (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;

	put(out, &zeros, padding);
	return size + padding;
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
		sections[i] = (struct perf_file_section){at, features->list[i].size};
		at += (features->list[i].size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	}
	header->data.offset = at;
}

static void put_attrs(FILE *out, const struct capture_description *description)
{
	struct perf_file_section ids = {.offset = sizeof(struct perf_file_header)};
	uint32_t size = capture_attr_size(description);

	for (size_t i = 0; i < description->event_count; i++) {
		const struct recorded_event *event = &description->events[i];
		const struct perf_event_attr attr = capture_attr(event, size);

		ids.size = event->id_count * sizeof(*event->ids);
		put(out, &attr, size);
		put(out, &ids, sizeof(ids));
		ids.offset += ids.size;
	}
}

int capture_file_head(const struct capture_description *description,
		      const struct capture_features *features, struct perf_file_header *header,
		      struct perf_file_section *sections, char **head, size_t *size)
{
	char *made = NULL;
	size_t made_size = 0;
	FILE *out = open_memstream(&made, &made_size);

	if (!out)
		return -ENOMEM;
	lay_out(description, features, header, sections);
	put(out, header, sizeof(*header));
	for (size_t i = 0; i < description->event_count; i++)
		put(out, description->events[i].ids,
		    description->events[i].id_count * sizeof(uint64_t));
	put_attrs(out, description);
	for (size_t i = 0; i < features->count; i++) {
		put(out, features->list[i].bytes, features->list[i].size);
		pad(out, features->list[i].size);
	}
	if (fclose(out) != 0) {
		free(made);
		return -ENOMEM;
	}
	*head = made;
	*size = made_size;
	return 0;
}

/* ---- pipe mode ---- */

static void put_record_header(FILE *out, enum perf_file_record type, size_t body_size)
{
	const struct perf_event_header header = {
		.type = type,
		.size = (uint16_t)(sizeof(header) + body_size),
	};

	put(out, &header, sizeof(header));
}

static void put_attr_record(FILE *out, const struct recorded_event *event, uint32_t size)
{
	const struct perf_event_attr attr = capture_attr(event, size);
	size_t ids_size = event->id_count * sizeof(*event->ids);

	put_record_header(out, PERF_FILE_RECORD_ATTR, size + ids_size);
	put(out, &attr, size);
	put(out, event->ids, ids_size);
}

static void put_name_record(FILE *out, const struct recorded_event *event)
{
	const uint64_t update = PERF_FILE_UPDATE_NAME;
	size_t length = strlen(event->name) + 1;
	size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

	put_record_header(out, PERF_FILE_RECORD_EVENT_UPDATE,
			  sizeof(update) + sizeof(event->ids[0]) + padded);
	put(out, &update, sizeof(update));
	put(out, &event->ids[0], sizeof(event->ids[0]));
	put(out, event->name, length);
	pad(out, length);
}

/* The tracing data follows the record and is not part of its size. */
static void put_tracing_data_record(FILE *out, const struct capture_feature *feature)
{
	uint32_t padded = (uint32_t)((feature->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);

	put_record_header(out, PERF_FILE_RECORD_TRACING_DATA, sizeof(padded));
	put(out, &padded, sizeof(padded));
	put(out, feature->bytes, feature->size);
	pad(out, feature->size);
}

static void put_feature_record(FILE *out, const struct capture_feature *feature)
{
	const uint64_t bit = feature->bit;
	size_t padded = (feature->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

	/* A command line that is too long for a record is left out. */
	if (sizeof(struct perf_event_header) + sizeof(bit) + padded > UINT16_MAX)
		return;
	put_record_header(out, PERF_FILE_RECORD_FEATURE, sizeof(bit) + padded);
	put(out, &bit, sizeof(bit));
	put(out, feature->bytes, feature->size);
	pad(out, feature->size);
}

static void put_features(FILE *out, const struct capture_features *features)
{
	for (size_t i = 0; i < features->count; i++) {
		const struct capture_feature *feature = &features->list[i];

		switch (feature->bit) {
		case PERF_FILE_TRACING_DATA:
		case PERF_FILE_EVENT_DESC:  /* the attribute records say it all */
		case PERF_FILE_SAMPLE_TIME: /* there is no going back to fill it in */
			break;
		case PERF_FILE_BUILD_ID: /* it is a record already */
			put(out, feature->bytes, feature->size);
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
		      const struct capture_features *features, char **head, size_t *size)
{
	const struct perf_pipe_header header = {PERF_FILE_MAGIC, sizeof(header)};
	char *made = NULL;
	size_t made_size = 0;
	FILE *out = open_memstream(&made, &made_size);

	if (!out)
		return -ENOMEM;
	put(out, &header, sizeof(header));
	for (size_t i = 0; i < description->event_count; i++)
		put_attr_record(out, &description->events[i], capture_attr_size(description));
	for (size_t i = 0; i < description->event_count; i++)
		put_name_record(out, &description->events[i]);
	put_features(out, features);
	if (fclose(out) != 0) {
		free(made);
		return -ENOMEM;
	}
	*head = made;
	*size = made_size;
	return 0;
}
