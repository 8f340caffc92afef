/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PERF_RECORD_COMPRESSED and _COMPRESSED2: pieces of one zstd stream of records, which may cross
 * from piece to piece. No other file uses libzstd.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

#include "capture/perf_file.h"
#include "capture/read/block.h"
#include "capture/read/input.h"
#include "capture/read/reader.h"
#include "capture/read/records.h"
#include "capture/read/rounds.h"
#include "perf/record.h"

struct inflate {
	ZSTD_DStream *stream;
	struct block_pool *pool;
	struct window window; /* decompressed records */
	ZSTD_inBuffer input;
	bool swap;
	bool may_hold_more; /* the last call filled all the room it had */
};

static struct inflate *inflate_new(bool swap, struct block_pool *pool)
{
	struct inflate *inflate = malloc(sizeof(*inflate));

	if (!inflate)
		return NULL;
	*inflate = (struct inflate){
		.stream = ZSTD_createDStream(),
		.pool = pool,
		.swap = swap,
	};
	if (!inflate->stream) {
		free(inflate);
		return NULL;
	}
	return inflate;
}

static void inflate_free(struct inflate *inflate)
{
	if (!inflate)
		return;
	ZSTD_freeDStream(inflate->stream);
	window_done(&inflate->window, inflate->pool);
	free(inflate);
}

/* 1 with a whole record of the window, 0, -EBADMSG. */
static int take_record(struct inflate *inflate, const unsigned char **record, struct block **block)
{
	size_t available;
	const unsigned char *bytes = window_bytes(&inflate->window, &available);

	if (available < sizeof(struct perf_event_header))
		return 0;
	struct perf_event_header header = record_header(bytes, inflate->swap);
	if (header.size < sizeof(header))
		return -EBADMSG;
	if (header.size > available)
		return 0;
	inflate->window.at += header.size;
	*record = bytes;
	*block = inflate->window.block;
	return 1;
}

static int decompress(struct inflate *inflate)
{
	unsigned char *room;
	size_t size;
	int code = window_room(&inflate->window, inflate->pool, &room, &size);

	if (code < 0)
		return code;
	ZSTD_outBuffer output = {.dst = room, .size = size};
	size_t hint = ZSTD_decompressStream(inflate->stream, &output, &inflate->input);
	if (ZSTD_isError(hint))
		return -EBADMSG;
	inflate->window.block->used += output.pos;
	inflate->may_hold_more = output.pos == output.size;
	return 0;
}

/*
 * Return the next whole record. Returns 1 with *RECORD, valid as long as *BLOCK is referenced; 0
 * where more bytes are needed; -EBADMSG where the stream or a record is damaged; -ENOMEM.
 */
static int inflate_next(struct inflate *inflate, const unsigned char **record, struct block **block)
{
	for (;;) {
		int code = take_record(inflate, record, block);

		if (code != 0)
			return code;
		if (inflate->input.pos == inflate->input.size && !inflate->may_hold_more)
			return 0;
		code = decompress(inflate);
		if (code < 0)
			return code;
	}
}

/* ---- in the reader ---- */

/* Some kilobytes can become gigabytes: not all at once. */
#define INFLATED_AT_ONCE (1024U * 1024U)

static void stop_feeding(struct reader *reader)
{
	block_release(&reader->pool, reader->fed);
	reader->fed = NULL;
}

int compressed_go_on(struct reader *reader)
{
	struct raw_record raw;
	size_t taken = 0;
	int code;

	while ((code = inflate_next(reader->inflate, &raw.bytes, &raw.block)) > 0) {
		raw.header = record_header(raw.bytes, reader->swap);
		taken += raw.header.size;
		reader->inflated += raw.header.size;
		code = kernel_record_take(reader, &raw);
		if (code < 0)
			break;
		if (taken >= INFLATED_AT_ONCE || rounds_are_full(reader->rounds))
			return 1;
	}
	if (code == -EBADMSG)
		reader_note_cut(reader, "its compressed data are damaged before byte %" PRIu64,
				input_position(reader->input));
	stop_feeding(reader);
	return code;
}

/* COMPRESSED has bytes up to its end, COMPRESSED2 says how many. */
int compressed_take(struct reader *reader, const struct raw_record *raw)
{
	size_t at = 0, size = raw_body_size(raw);

	if (raw->header.type == PERF_FILE_RECORD_COMPRESSED2) {
		at = sizeof(struct perf_file_compressed2);
		if (size < at || raw_body64(reader, raw, 0) > size - at) {
			reader_note_cut(reader,
					"damaged before byte %" PRIu64 ": a compressed record that "
					"is longer than itself",
					input_position(reader->input));
			return -EBADMSG;
		}
		size = (size_t)raw_body64(reader, raw, 0);
	}
	if (!reader->inflate)
		reader->inflate = inflate_new(reader->swap, &reader->pool);
	if (!reader->inflate)
		return -ENOMEM;
	reader->inflate->input = (ZSTD_inBuffer){.src = raw_body(raw) + at, .size = size};
	block_reference(raw->block);
	reader->fed = raw->block;
	return 0;
}

size_t compressed_remainder(const struct reader *reader)
{
	size_t size = 0;

	if (reader->inflate)
		window_bytes(&reader->inflate->window, &size);
	return size;
}

void compressed_done(struct reader *reader)
{
	stop_feeding(reader);
	inflate_free(reader->inflate);
	reader->inflate = NULL;
}
