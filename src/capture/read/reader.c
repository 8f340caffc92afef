/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/perf_file.h"
#include "capture/read/records.h"
#include "decode/format.h"
#include "perf/record.h"

/* So many bytes are read at a time. */
#define BATCH_SIZE (16U * 1024U * 1024U)

void reader_note_cut(struct reader *reader, const char *format, ...)
{
	va_list args;

	if (reader->cut[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(reader->cut, sizeof(reader->cut), format, args);
	va_end(args);
}

/* ---- records as they follow each other ---- */

/* Bytes with records in them that lie in one piece. */
struct stretch {
	const unsigned char *at, *end;
	struct block *block;
};

/*
 * The record that STRETCH begins with, SWAP: in the other byte order. 1; 0 where it is not whole or
 * not there; -EBADMSG where there can be none.
 */
static inline int first_record(bool swap, const struct stretch *stretch, struct raw_record *raw)
{
	size_t available = (size_t)(stretch->end - stretch->at);

	if (available < sizeof(raw->header))
		return 0;
	*raw = (struct raw_record){
		.bytes = stretch->at,
		.header = record_header(stretch->at, swap),
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
	code = first_record(reader->swap, stretch, raw);
	if (code == 0 && (size_t)(stretch->end - stretch->at) >= sizeof(raw->header)) {
		code = peek_stretch(reader, raw->header.size, stretch);
		if (code < 0)
			return code;
		code = first_record(reader->swap, stretch, raw);
	}
	if (code == -EBADMSG)
		reader_note_cut(reader, "damaged at byte %" PRIu64 ": what follows is no record",
				input_position(reader->input));
	else if (code == 0 && stretch->at != stretch->end)
		reader_note_cut(reader, "it ends within a record, at byte %" PRIu64,
				input_position(reader->input) +
					(uint64_t)(stretch->end - stretch->at));
	return code > 0;
}

/* Take in the kernel's records that STRETCH begins with, which moves behind them. */
static int take_kernel_records(struct reader *reader, struct stretch *stretch)
{
	struct stretch left = *stretch;
	struct raw_record raw;
	int code = 0;

	while (code == 0 && first_record(reader->swap, &left, &raw) > 0 &&
	       raw.header.type < PERF_FILE_RECORD_FIRST) {
		code = kernel_record_take(reader, &raw);
		left.at += raw.header.size;
	}
	stretch->at = left.at;
	return code;
}

/* Take in the record RAW, that STRETCH begins with, and with one of the kernel's those after it. */
static int take_records(struct reader *reader, struct stretch *stretch,
			const struct raw_record *raw)
{
	const unsigned char *start = stretch->at;
	int code;

	block_reference(stretch->block);
	if (raw->header.type < PERF_FILE_RECORD_FIRST) {
		if ((size_t)(stretch->end - start) > BATCH_SIZE)
			stretch->end = start + BATCH_SIZE;
		code = take_kernel_records(reader, stretch);
		input_skip(reader->input, (uint64_t)(stretch->at - start));
	} else {
		input_skip(reader->input, raw->header.size);
		code = perf_record_take(reader, raw);
	}
	block_release(&reader->pool, stretch->block);
	return code;
}

/* Note what is missing at the end of a file or stream. */
static void look_at_end(struct reader *reader)
{
	if (input_missing(reader->input) > 0)
		reader_note_cut(reader, "it ends within auxiliary data, %" PRIu64 " bytes short",
				input_missing(reader->input));
	if (compressed_remainder(reader) > 0)
		reader_note_cut(reader, "its compressed data end within a record");
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
	compressed_done(reader);
	return input_next_part(reader->input);
}

/* Take in what comes next. Returns 1, 0 at the end, or a negative errno. */
static int take_next(struct reader *reader, bool *ends_round)
{
	struct raw_record raw;
	struct stretch stretch;

	if (reader->fed) {
		int code = compressed_go_on(reader);
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

/* Read the records that perf writes before the kernel's. */
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
		code = reader_read_file_head(reader, err);
	if (code < 0)
		return code;
	code = read_head_records(reader);
	if (code < 0 && code != -EBADMSG)
		return error_set(err, code, "cannot read it: %s", strerror(-code));
	if (code < 0 || reader->events->count == 0)
		return error_set(err, -EBADMSG, "%s",
				 reader->cut[0] ? reader->cut : "it tells of no event");
	return 0;
}

int reader_open(struct reader *reader, int fd, int wake_fd, struct error *err)
{
	*reader = (struct reader){.heeded = KERNEL_RECORDS_HEEDED};
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
	compressed_done(reader);
	events_free(reader->events);
	tracing_data_free(reader->tracing);
	free(reader->tracing_bytes);
	losses_done(&reader->losses);
	found_tasks_done(&reader->tasks);
	input_free(reader->input);
	block_pool_done(&reader->pool);
}
