/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"
#include "capture/read/events.h"
#include "capture/read/file_head.h"
#include "capture/read/input.h"
#include "capture/read/origin.h"
#include "capture/read/reader.h"
#include "capture/read/records.h"
#include "capture/read/rounds.h"
#include "capture/read/tracing_data.h"

/* HEADER_ATTR: the attribute, which holds its own size, then ids. */
static int add_attr(struct reader *reader, const struct raw_record *raw)
{
	if (raw_body_size(raw) < PERF_ATTR_SIZE_VER0)
		return 0;
	size_t size = raw_body32(reader, raw, offsetof(struct perf_event_attr, size));
	if (size < PERF_ATTR_SIZE_VER0)
		size = PERF_ATTR_SIZE_VER0;
	if (size > raw_body_size(raw))
		return 0;
	int code = events_add(reader->events, raw_body(raw), size);
	for (; code == 0 && size + sizeof(uint64_t) <= raw_body_size(raw); size += sizeof(uint64_t))
		code = events_add_id(reader->events, raw_body64(reader, raw, size));
	if (code != -E2BIG)
		return code;
	reader_note_cut(reader, "it tells of more events than there can be");
	return -EBADMSG;
}

static void update_event(struct reader *reader, const struct raw_record *raw)
{
	const size_t head = sizeof(struct perf_file_event_update);
	const size_t kind_at = offsetof(struct perf_file_event_update, kind);
	const size_t id_at = offsetof(struct perf_file_event_update, id);

	if (raw_body_size(raw) < head || raw_body64(reader, raw, kind_at) != PERF_FILE_UPDATE_NAME)
		return;
	struct capture_event *event = events_find(reader->events, raw_body64(reader, raw, id_at));
	if (event)
		snprintf(event->name, sizeof(event->name), "%.*s", (int)(raw_body_size(raw) - head),
			 (const char *)raw_body(raw) + head);
}

static void index_ids(struct reader *reader, const struct raw_record *raw)
{
	const size_t entry = sizeof(struct perf_file_id);
	size_t at = sizeof(struct perf_file_id_index);

	if (raw_body_size(raw) < at)
		return;
	uint64_t count = raw_body64(reader, raw, 0);
	for (; count-- > 0 && at + entry <= raw_body_size(raw); at += entry)
		events_set_cpu(
			reader->events,
			raw_body64(reader, raw, at + offsetof(struct perf_file_id, id)),
			(uint32_t)raw_body64(reader, raw, at + offsetof(struct perf_file_id, cpu)));
}

/* HEADER_FEATURE, which a stream has instead of sections. */
static int take_feature(struct reader *reader, const struct raw_record *raw)
{
	const size_t head = sizeof(struct perf_file_feature_record);

	if (raw_body_size(raw) < head)
		return 0;
	return origin_read_feature(&reader->origin, raw_body64(reader, raw, 0),
				   raw_body(raw) + head, raw_body_size(raw) - head, reader->swap);
}

/* HEADER_TRACING_DATA: u32 size, so many bytes behind the record. Already skipped itself. */
static int take_tracing_data(struct reader *reader, uint32_t size)
{
	size_t available;
	struct error ignored;

	rounds_break(reader->rounds);
	/* It comes in the head, once. */
	if (reader->tracing || reader->head_read) {
		input_skip(reader->input, size);
		return 0;
	}
	if (size > FILE_FEATURE_MAX) {
		reader_note_cut(reader, "its tracing data claim %" PRIu32 " bytes", size);
		input_skip(reader->input, size);
		return 0;
	}
	int code = input_payload(reader->input, size, &reader->tracing_bytes, &available);
	if (code < 0)
		return code;
	if (available < size)
		reader_note_cut(reader, "its tracing data are cut short");
	code = tracing_data_parse(reader->tracing_bytes, available, &reader->tracing, &ignored);
	return code == -ENOMEM ? code : 0;
}

/* The selection has to be known before the first event. */
static int take_selection(struct reader *reader, const struct capture_note_part *part)
{
	struct capture_note note;
	int code = capture_note_join(&reader->selection, part, &note);

	if (code == -EBADMSG)
		reader->malformed++;
	if (code <= 0)
		return code == -EBADMSG ? 0 : code;
	return origin_read_selection(&reader->origin, note.bytes, note.size);
}

/* A note, or part of one, goes among the records by its own time. */
static int take_note(struct reader *reader, const struct raw_record *raw)
{
	struct capture_note_part part;

	if (!capture_note_parse(raw->bytes, &raw->header, reader->swap, &part))
		return 0;
	if (part.note.kind == CAPTURE_NOTE_BOOT_ID)
		return origin_read_boot_id(&reader->origin, part.note.bytes, part.note.size);
	if (part.note.kind == CAPTURE_NOTE_SELECTION)
		return take_selection(reader, &part);
	/* The first one is written at the start. */
	if (part.note.kind == CAPTURE_NOTE_STATUSES_FROM)
		reader->origin.tells_statuses = true;
	if (part.note.kind == CAPTURE_NOTE_USAGE_FROM)
		reader->origin.tells_usage = true;
	if (!reader->wants_notes)
		return 0;
	/* No run of the kernel's records goes on across it. */
	rounds_break(reader->rounds);
	int code = rounds_add(reader->rounds, raw->bytes, raw->header.size, part.note.time_ns,
			      raw->block);
	rounds_break(reader->rounds);
	return code;
}

/* The last that was committed does not take in the table behind it. */
static void skip_table(struct reader *reader, const struct raw_record *raw)
{
	const struct perf_event_header table = perf_file_table_record(0);

	if (memcmp(&raw->header, &table, sizeof(table)) != 0)
		return;
	rounds_break(reader->rounds);
	input_skip(reader->input, reader->table_size);
}

int perf_record_take(struct reader *reader, const struct raw_record *raw)
{
	switch (raw->header.type) {
	case PERF_FILE_RECORD_ATTR:
		return add_attr(reader, raw);
	case PERF_FILE_RECORD_EVENT_TYPE:
		skip_table(reader, raw);
		return take_note(reader, raw);
	case PERF_FILE_RECORD_TRACING_DATA:
		if (raw_body_size(raw) < sizeof(uint32_t))
			return 0;
		return take_tracing_data(reader, raw_body32(reader, raw, 0));
	case PERF_FILE_RECORD_ID_INDEX:
		index_ids(reader, raw);
		return 0;
	case PERF_FILE_RECORD_EVENT_UPDATE:
		update_event(reader, raw);
		return 0;
	case PERF_FILE_RECORD_FEATURE:
		return take_feature(reader, raw);
	case PERF_FILE_RECORD_THREAD_MAP:
		origin_read_thread_map(&reader->origin, raw_body(raw), raw_body_size(raw),
				       reader->swap);
		return 0;
	case PERF_FILE_RECORD_AUXTRACE:
		/* u64 size, so many bytes behind the record. */
		rounds_break(reader->rounds);
		if (raw_body_size(raw) >= sizeof(uint64_t))
			input_skip(reader->input, raw_body64(reader, raw, 0));
		return 0;
	case PERF_FILE_RECORD_COMPRESSED:
	case PERF_FILE_RECORD_COMPRESSED2:
		return compressed_take(reader, raw);
	default:
		return 0;
	}
}
