/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"
#include "capture/read/file_head.h"
#include "decode/format.h"
#include "perf/record.h"

/* PERF_RECORD_LOST_SAMPLES that a BPF filter left out on purpose. */
#define MISC_LOST_SAMPLES_BPF (1U << 15)

/* So many bytes are read at a time. */
#define BATCH_SIZE (16U * 1024U * 1024U)

/* A record where it lies, its header in native byte order. */
struct raw_record {
	const unsigned char *bytes;
	struct perf_event_header header;
	struct block *block;
};

static void PRINTF_LIKE(2, 3) note_cut(struct reader *reader, const char *format, ...)
{
	va_list args;

	/* The first finding is the cause of the others. */
	if (reader->cut[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(reader->cut, sizeof(reader->cut), format, args);
	va_end(args);
}

static uint32_t body32(const struct reader *reader, const struct raw_record *raw, size_t at)
{
	return load32(raw->bytes + sizeof(raw->header) + at, reader->swap);
}

static uint64_t body64(const struct reader *reader, const struct raw_record *raw, size_t at)
{
	return load64(raw->bytes + sizeof(raw->header) + at, reader->swap);
}

static size_t body_size(const struct raw_record *raw)
{
	return raw->header.size - sizeof(raw->header);
}

/* ---- what is around the records ---- */

/* HEADER_ATTR: the attribute, which holds its own size, then ids. */
static int add_attr(struct reader *reader, const struct raw_record *raw)
{
	if (body_size(raw) < PERF_ATTR_SIZE_VER0)
		return 0;
	size_t size = body32(reader, raw, offsetof(struct perf_event_attr, size));
	if (size < PERF_ATTR_SIZE_VER0)
		size = PERF_ATTR_SIZE_VER0;
	if (size > body_size(raw))
		return 0;
	int code = events_add(reader->events, raw->bytes + sizeof(raw->header), size);
	for (; code == 0 && size + sizeof(uint64_t) <= body_size(raw); size += sizeof(uint64_t))
		code = events_add_id(reader->events, body64(reader, raw, size));
	if (code != -E2BIG)
		return code;
	note_cut(reader, "it tells of more events than there can be");
	return -EBADMSG;
}

static void update_event(struct reader *reader, const struct raw_record *raw)
{
	const size_t head = sizeof(struct perf_file_event_update);
	const size_t kind_at = offsetof(struct perf_file_event_update, kind);
	const size_t id_at = offsetof(struct perf_file_event_update, id);

	if (body_size(raw) < head || body64(reader, raw, kind_at) != PERF_FILE_UPDATE_NAME)
		return;
	struct capture_event *event = events_find(reader->events, body64(reader, raw, id_at));
	if (event)
		snprintf(event->name, sizeof(event->name), "%.*s", (int)(body_size(raw) - head),
			 (const char *)raw->bytes + sizeof(raw->header) + head);
}

static void index_ids(struct reader *reader, const struct raw_record *raw)
{
	const size_t entry = sizeof(struct perf_file_id);
	size_t at = sizeof(struct perf_file_id_index);

	if (body_size(raw) < at)
		return;
	uint64_t count = body64(reader, raw, 0);
	for (; count-- > 0 && at + entry <= body_size(raw); at += entry)
		events_set_cpu(
			reader->events, body64(reader, raw, at + offsetof(struct perf_file_id, id)),
			(uint32_t)body64(reader, raw, at + offsetof(struct perf_file_id, cpu)));
}

/* HEADER_FEATURE, which a stream has instead of sections. */
static int take_feature(struct reader *reader, const struct raw_record *raw)
{
	const size_t head = sizeof(struct perf_file_feature_record);

	if (body_size(raw) < head)
		return 0;
	return origin_read_feature(&reader->origin, body64(reader, raw, 0),
				   raw->bytes + sizeof(raw->header) + head, body_size(raw) - head,
				   reader->swap);
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
		note_cut(reader, "its tracing data claim %" PRIu32 " bytes", size);
		input_skip(reader->input, size);
		return 0;
	}
	int code = input_payload(reader->input, size, &reader->tracing_bytes, &available);
	if (code < 0)
		return code;
	if (available < size)
		note_cut(reader, "its tracing data are cut short");
	code = tracing_data_parse(reader->tracing_bytes, available, &reader->tracing, &ignored);
	return code == -ENOMEM ? code : 0;
}

/* ---- the kernel's records ---- */

/*
 * The recorder describes the tasks that it finds in /proc with the records that they would have
 * caused.
 */
static int take_synthesized(struct reader *reader, const struct raw_record *raw)
{
	const unsigned char *body = raw->bytes + sizeof(raw->header);

	if (raw->header.type == PERF_RECORD_FORK)
		return found_tasks_fork(&reader->tasks, body, body_size(raw), reader->swap);
	return found_tasks_comm(&reader->tasks, body, body_size(raw), reader->swap);
}

/* Told by its having no time; where no such record has one, all that come before samples are. */
static bool is_synthesized(const struct reader *reader, const struct raw_record *raw)
{
	const struct capture_event *event =
		events_of_record(reader->events, raw->bytes, &raw->header);

	return event && record_time(raw->bytes, &raw->header, &event->layout) == 0;
}

static int count_lost_samples(struct reader *reader, const struct raw_record *raw)
{
	const struct capture_event *event =
		events_of_record(reader->events, raw->bytes, &raw->header);
	struct record record;

	if (!event || !event->wanted || raw->header.misc & MISC_LOST_SAMPLES_BPF)
		return 0;
	if (record_parse(raw->bytes, &event->layout, &record) < 0)
		return 0;
	/* perf leaves the CPU empty, but has mostly said before where each id is. */
	if (!events_cpu(reader->events, record.id, &record.cpu) && record.cpu == 0)
		record.cpu = RECORD_NO_CPU;
	return losses_count(&reader->losses, record.cpu, record.lost);
}

static int take_event(struct reader *reader, const struct raw_record *raw)
{
	uint64_t time_ns;

	if (!events_time_of_record(reader->events, raw->bytes, &raw->header, &time_ns))
		return 0;
	return rounds_add(reader->rounds, raw->bytes, raw->header.size, time_ns, raw->block);
}

/* Most records are of types that are not. */
static bool is_used(const struct reader *reader, uint32_t type)
{
	return events_is_event(reader->events, type) || type == PERF_RECORD_LOST_SAMPLES ||
	       (type == PERF_RECORD_FORK && !reader->seen_sample);
}

static int take_kernel_record(struct reader *reader, const struct raw_record *raw)
{
	uint32_t type = raw->header.type;
	int code = 0;

	switch (type) {
	case PERF_RECORD_SAMPLE:
		reader->seen_sample = true;
		break;
	case PERF_RECORD_FORK:
	case PERF_RECORD_COMM:
		if (!reader->seen_sample && is_synthesized(reader, raw))
			code = take_synthesized(reader, raw);
		break;
	case PERF_RECORD_LOST:
		/* 0.1.0 kept those of other records than events, of 0. */
		if (body_size(raw) >= sizeof(struct record_lost) &&
		    body64(reader, raw, offsetof(struct record_lost, lost)) == 0) {
			rounds_break(reader->rounds);
			return 0;
		}
		break;
	case PERF_RECORD_LOST_SAMPLES:
		return count_lost_samples(reader, raw);
	default:
		break;
	}
	return code == 0 && events_is_event(reader->events, type) ? take_event(reader, raw) : code;
}

/* What the recorder was asked for is to be known before the first event. */
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
	if (!reader->wants_notes)
		return 0;
	/* No run of the kernel's records goes on across it. */
	rounds_break(reader->rounds);
	int code = rounds_add(reader->rounds, raw->bytes, raw->header.size, part.note.time_ns,
			      raw->block);
	rounds_break(reader->rounds);
	return code;
}

/* ---- compressed records ---- */

/* Some kilobytes can become gigabytes: not all at once. */
#define INFLATED_AT_ONCE (1024U * 1024U)

static void stop_feeding(struct reader *reader)
{
	block_release(&reader->pool, reader->fed);
	reader->fed = NULL;
}

/* Take in some of what is compressed in `fed`. 1: there is more, 0, or a negative errno. */
static int take_inflated(struct reader *reader)
{
	struct raw_record raw;
	size_t taken = 0;
	int code;

	while ((code = inflate_next(reader->inflate, &raw.bytes, &raw.block)) > 0) {
		raw.header = record_header(raw.bytes, reader->swap);
		taken += raw.header.size;
		reader->inflated += raw.header.size;
		code = is_used(reader, raw.header.type) ? take_kernel_record(reader, &raw) : 0;
		if (code < 0)
			break;
		if (taken >= INFLATED_AT_ONCE || rounds_are_full(reader->rounds))
			return 1;
	}
	if (code == -EBADMSG)
		note_cut(reader, "its compressed data are damaged before byte %" PRIu64,
			 input_position(reader->input));
	stop_feeding(reader);
	return code;
}

/* COMPRESSED has bytes up to its end, COMPRESSED2 says how many. */
static int take_compressed(struct reader *reader, const struct raw_record *raw)
{
	size_t at = 0, size = body_size(raw);

	if (raw->header.type == PERF_FILE_RECORD_COMPRESSED2) {
		at = sizeof(struct perf_file_compressed2);
		if (size < at || body64(reader, raw, 0) > size - at) {
			note_cut(reader,
				 "damaged before byte %" PRIu64 ": a compressed record that "
				 "is longer than itself",
				 input_position(reader->input));
			return -EBADMSG;
		}
		size = (size_t)body64(reader, raw, 0);
	}
	if (!reader->inflate)
		reader->inflate = inflate_new(reader->swap, &reader->pool);
	if (!reader->inflate)
		return -ENOMEM;
	inflate_feed(reader->inflate, raw->bytes + sizeof(raw->header) + at, size);
	block_reference(raw->block);
	reader->fed = raw->block;
	return 0;
}

/* ---- records as they follow each other ---- */

/* Bytes with records in them that lie in one piece. */
struct stretch {
	const unsigned char *at, *end;
	struct block *block;
};

/*
 * The record that SPAN begins with. 1; 0 where it is not whole or not there; -EBADMSG where there
 * can be none.
 */
static int first_record(const struct reader *reader, const struct stretch *stretch,
			struct raw_record *raw)
{
	size_t available = (size_t)(stretch->end - stretch->at);

	if (available < sizeof(raw->header))
		return 0;
	*raw = (struct raw_record){
		.bytes = stretch->at,
		.header = record_header(stretch->at, reader->swap),
		.block = stretch->block,
	};
	if (raw->header.size < sizeof(raw->header))
		return -EBADMSG;
	return raw->header.size <= available;
}

/* See at least WANTED bytes at the position, unless the input ends. */
static int peek_stretch(struct reader *reader, size_t wanted, struct stretch *stretch)
{
	size_t available;
	int code = input_peek(reader->input, wanted, &stretch->at, &available);

	stretch->end = stretch->at + (code < 0 ? 0 : available);
	stretch->block = input_block(reader->input);
	return code;
}

/*
 * See at least one whole record at the position. 1 with it too; 0 at the end, which another capture
 * makes too; a negative errno.
 */
static int peek_record(struct reader *reader, struct stretch *stretch, struct raw_record *raw)
{
	int code = peek_stretch(reader, sizeof(raw->header), stretch);

	if (code < 0)
		return code;
	if (is_capture(stretch->at, (size_t)(stretch->end - stretch->at))) {
		reader->follower = input_position(reader->input);
		return 0;
	}
	code = first_record(reader, stretch, raw);
	if (code == 0 && (size_t)(stretch->end - stretch->at) >= sizeof(raw->header)) {
		code = peek_stretch(reader, raw->header.size, stretch);
		if (code < 0)
			return code;
		code = first_record(reader, stretch, raw);
	}
	if (code == -EBADMSG)
		note_cut(reader, "damaged at byte %" PRIu64 ": what follows is no record",
			 input_position(reader->input));
	else if (code == 0 && stretch->at != stretch->end)
		note_cut(reader, "it ends within a record, at byte %" PRIu64,
			 input_position(reader->input) + (uint64_t)(stretch->end - stretch->at));
	return code > 0;
}

/* Take in the kernel's records that SPAN begins with, which moves behind them. */
static int take_kernel_records(struct reader *reader, struct stretch *stretch)
{
	struct raw_record raw;

	while (first_record(reader, stretch, &raw) > 0 &&
	       raw.header.type < PERF_FILE_RECORD_FIRST) {
		int code = is_used(reader, raw.header.type) ? take_kernel_record(reader, &raw) : 0;

		if (code < 0)
			return code;
		stretch->at += raw.header.size;
	}
	return 0;
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

/* A record of perf's own, that lies before the position. */
static int take_user_record(struct reader *reader, const struct raw_record *raw)
{
	switch (raw->header.type) {
	case PERF_FILE_RECORD_ATTR:
		return add_attr(reader, raw);
	case PERF_FILE_RECORD_EVENT_TYPE:
		skip_table(reader, raw);
		return take_note(reader, raw);
	case PERF_FILE_RECORD_TRACING_DATA:
		if (body_size(raw) < sizeof(uint32_t))
			return 0;
		return take_tracing_data(reader, body32(reader, raw, 0));
	case PERF_FILE_RECORD_ID_INDEX:
		index_ids(reader, raw);
		return 0;
	case PERF_FILE_RECORD_EVENT_UPDATE:
		update_event(reader, raw);
		return 0;
	case PERF_FILE_RECORD_FEATURE:
		return take_feature(reader, raw);
	case PERF_FILE_RECORD_THREAD_MAP:
		origin_read_thread_map(&reader->origin, raw->bytes + sizeof(raw->header),
				       body_size(raw), reader->swap);
		return 0;
	case PERF_FILE_RECORD_AUXTRACE:
		/* u64 size, so many bytes behind the record. */
		rounds_break(reader->rounds);
		if (body_size(raw) >= sizeof(uint64_t))
			input_skip(reader->input, body64(reader, raw, 0));
		return 0;
	case PERF_FILE_RECORD_COMPRESSED:
	case PERF_FILE_RECORD_COMPRESSED2:
		return take_compressed(reader, raw);
	default:
		return 0;
	}
}

/* Take in the record RAW, that SPAN begins with, and with one of the kernel's those after it. */
static int take_records(struct reader *reader, struct stretch *stretch,
			const struct raw_record *raw)
{
	const unsigned char *start = stretch->at;
	int code;

	block_reference(stretch->block);
	if (raw->header.type < PERF_FILE_RECORD_FIRST) {
		if (stretch->end - start > BATCH_SIZE)
			stretch->end = start + BATCH_SIZE;
		code = take_kernel_records(reader, stretch);
		input_skip(reader->input, (uint64_t)(stretch->at - start));
	} else {
		input_skip(reader->input, raw->header.size);
		code = take_user_record(reader, raw);
	}
	block_release(&reader->pool, stretch->block);
	return code;
}

/* What is missing at the end of a file or stream. */
static void look_at_end(struct reader *reader)
{
	if (input_missing(reader->input) > 0)
		note_cut(reader, "it ends within auxiliary data, %" PRIu64 " bytes short",
			 input_missing(reader->input));
	if (reader->inflate && inflate_remainder(reader->inflate) > 0)
		note_cut(reader, "its compressed data end within a record");
}

static int finish(struct reader *reader)
{
	look_at_end(reader);
	rounds_finish_all(reader->rounds);
	return 0;
}

/*
 * Go on with the records of another thread of the recorder's, which are in an order and compressed
 * by themselves. 1, or 0 where there are none.
 */
static int take_next_part(struct reader *reader)
{
	if (!input_has_more_parts(reader->input))
		return 0;
	look_at_end(reader);
	rounds_break(reader->rounds);
	inflate_free(reader->inflate);
	reader->inflate = NULL;
	return input_next_part(reader->input);
}

/* What comes next is taken in. 1; 0 at the end, or a negative errno. */
static int take_next(struct reader *reader, bool *ends_round)
{
	struct raw_record raw;
	struct stretch stretch;

	if (reader->fed) {
		int code = take_inflated(reader);
		return code < 0 ? code : 1;
	}
	int code = peek_record(reader, &stretch, &raw);
	if (code <= 0)
		return code < 0 ? code : take_next_part(reader);
	code = take_records(reader, &stretch, &raw);
	/* Of several files, none knows what is in the others. */
	*ends_round = raw.header.type == PERF_FILE_RECORD_FINISHED_ROUND &&
		      !input_has_more_parts(reader->input);
	return code < 0 ? code : 1;
}

/* Bytes that were read, and that became of them. */
static uint64_t progress(const struct reader *reader)
{
	return input_position(reader->input) + reader->inflated;
}

int reader_read_round(struct reader *reader)
{
	uint64_t start = progress(reader);

	while (progress(reader) - start < BATCH_SIZE) {
		bool ends_round = false;
		int code = take_next(reader, &ends_round);

		if (code == 0 || code == -EBADMSG)
			return finish(reader);
		if (code < 0)
			return code == -EINTR ? -EAGAIN : code;
		if (ends_round)
			rounds_finish(reader->rounds);
		if (rounds_are_full(reader->rounds))
			rounds_relieve(reader->rounds);
		else if (!ends_round)
			continue;
		return 1;
	}
	return -EAGAIN;
}

/* ---- the head ---- */

static bool ends_head(uint32_t type)
{
	return type < PERF_FILE_RECORD_FIRST || type == PERF_FILE_RECORD_COMPRESSED ||
	       type == PERF_FILE_RECORD_COMPRESSED2 || type == PERF_FILE_RECORD_FINISHED_ROUND;
}

/* What perf writes before the kernel's records. */
static int read_head_records(struct reader *reader)
{
	struct raw_record raw;
	struct stretch stretch;
	int code;

	while ((code = peek_record(reader, &stretch, &raw)) > 0 && !ends_head(raw.header.type)) {
		code = take_records(reader, &stretch, &raw);
		if (code < 0)
			return code;
	}
	return code < 0 ? code : 0;
}

static int read_feature_tracing_data(struct reader *reader, const struct file_head *head)
{
	struct error ignored;
	size_t size;
	int code =
		file_head_read_feature(head, PERF_FILE_TRACING_DATA, &reader->tracing_bytes, &size);

	if (code == 0)
		code = tracing_data_parse(reader->tracing_bytes, size, &reader->tracing, &ignored);
	return code == -ENOENT || code == -EBADMSG ? 0 : code;
}

static int read_feature_of_origin(struct reader *reader, const struct file_head *head,
				  enum perf_file_feature feature)
{
	unsigned char *bytes;
	size_t size;
	int code = file_head_read_feature(head, feature, &bytes, &size);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	code = origin_read_feature(&reader->origin, feature, bytes, size, reader->swap);
	free(bytes);
	return code;
}

static int read_features(struct reader *reader, const struct file_head *head)
{
	static const enum perf_file_feature features[] = {PERF_FILE_HOSTNAME, PERF_FILE_VERSION,
							  PERF_FILE_ARCH, PERF_FILE_CMDLINE,
							  PERF_FILE_CLOCK_DATA};
	int code = read_feature_tracing_data(reader, head);

	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(features); i++)
		code = read_feature_of_origin(reader, head, features[i]);
	return code == 0 ? file_head_name_events(head, reader->events) : code;
}

/* Where somebody put another capture behind the file. */
static void look_behind(struct reader *reader, const struct file_head *head)
{
	unsigned char magic[sizeof(uint64_t)];
	uint64_t end = file_head_end(head);

	if (input_copy(reader->input, end, magic, sizeof(magic)) == 0 &&
	    is_capture(magic, sizeof(magic)))
		reader->follower = end;
}

/* Go on where the records are. */
static void find_records(struct reader *reader, const struct file_head *head)
{
	uint64_t size = head->file_size;
	uint64_t offset = head->data.offset < size ? head->data.offset : size;
	uint64_t left = size - offset;

	reader->table_size = file_head_table_size(head);
	reader->unfinished = file_head_is_unfinished(head);
	if (reader->unfinished)
		note_cut(reader, "its recorder did not finish it");
	else if (head->data.size > left)
		note_cut(reader, "%" PRIu64 " of %" PRIu64 " bytes of records are missing",
			 head->data.size - left, head->data.size);
	else
		left = head->data.size;
	input_set_section(reader->input, offset, offset + left);
}

static int read_file_head(struct reader *reader, struct error *err)
{
	struct file_head head;

	if (input_size(reader->input) == 0) {
		error_set(err, -ESPIPE,
			  "it is a perf.data file, which cannot come through a pipe: "
			  "its end is needed first");
		error_remedy(err, "give its name, or record with -o -");
		return -ESPIPE;
	}
	int code = file_head_parse(reader->input, reader->kind.big_endian, &head, err);
	if (code == 0)
		code = file_head_read_events(&head, reader->events, err);
	if (code < 0)
		return code;
	code = read_features(reader, &head);
	if (code < 0)
		return error_set(err, code, "cannot read it: %s", strerror(-code));
	look_behind(reader, &head);
	find_records(reader, &head);
	return 0;
}

static int open_input(struct reader *reader, int fd, int wake_fd, struct error *err)
{
	int code = input_open(fd, wake_fd, &reader->pool, &reader->input);

	if (code == -EISDIR) {
		error_set(err, -EOPNOTSUPP,
			  "it is a directory, but none of perf's: there is no file data in it");
		error_remedy(err, "the name of a capture");
		return -EOPNOTSUPP;
	}
	return code < 0 ? error_set(err, code, "cannot read it: %s", strerror(-code)) : 0;
}

static int recognise_input(struct reader *reader, struct error *err)
{
	const unsigned char *bytes;
	size_t size;
	/* A stream may have no more to say than a header for now. */
	int code = input_peek(reader->input, 2 * sizeof(uint64_t), &bytes, &size);

	if (code < 0)
		return error_set(err, code, "cannot read it: %s", strerror(-code));
	code = recognise(bytes, size < RECOGNISE_SIZE ? size : RECOGNISE_SIZE, &reader->kind, err);
	reader->swap = reader->kind.big_endian != machine_native().big_endian;
	return code;
}

static int read_head(struct reader *reader, struct error *err)
{
	int code = recognise_input(reader, err);

	if (code < 0)
		return code;
	reader->events = events_new(reader->kind.big_endian);
	reader->rounds = reader->events ? rounds_new(reader->events, reader->swap, &reader->pool,
						     reader->input)
					: NULL;
	if (!reader->rounds)
		return error_no_memory(err);
	if (reader->kind.pipe_mode)
		input_skip(reader->input, reader->kind.header_size);
	else
		code = read_file_head(reader, err);
	if (code < 0)
		return code;
	code = read_head_records(reader);
	if (code < 0 && code != -EBADMSG)
		return error_set(err, code, "cannot read it: %s", strerror(-code));
	if (code < 0 || events_count(reader->events) == 0)
		return error_set(err, -EBADMSG, "%s",
				 reader->cut[0] ? reader->cut : "it tells of no event");
	return 0;
}

int reader_open(struct reader *reader, int fd, int wake_fd, struct error *err)
{
	*reader = (struct reader){0};
	int code = open_input(reader, fd, wake_fd, err);

	if (code == 0)
		code = read_head(reader, err);
	if (code < 0) {
		reader_done(reader);
		return code;
	}
	input_set_patient(reader->input, false);
	reader->head_read = true;
	return 0;
}

void reader_done(struct reader *reader)
{
	origin_done(&reader->origin);
	capture_note_joint_done(&reader->selection);
	rounds_free(reader->rounds);
	inflate_free(reader->inflate);
	stop_feeding(reader);
	events_free(reader->events);
	tracing_data_free(reader->tracing);
	free(reader->tracing_bytes);
	losses_done(&reader->losses);
	found_tasks_done(&reader->tasks);
	input_free(reader->input);
	block_pool_done(&reader->pool);
}
