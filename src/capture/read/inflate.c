/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

#include "perf/record.h"

struct inflate {
	ZSTD_DStream *stream;
	struct block_pool *pool;
	struct window window; /* decompressed records */
	ZSTD_inBuffer input;
	bool swap;
	bool may_hold_more; /* the last call filled all the room it had */
};

struct inflate *inflate_new(bool swap, struct block_pool *pool)
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

void inflate_free(struct inflate *inflate)
{
	if (!inflate)
		return;
	ZSTD_freeDStream(inflate->stream);
	window_done(&inflate->window, inflate->pool);
	free(inflate);
}

void inflate_feed(struct inflate *inflate, const void *bytes, size_t size)
{
	inflate->input = (ZSTD_inBuffer){.src = bytes, .size = size};
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

int inflate_next(struct inflate *inflate, const unsigned char **record, struct block **block)
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

size_t inflate_remainder(const struct inflate *inflate)
{
	size_t size;

	window_bytes(&inflate->window, &size);
	return size;
}
