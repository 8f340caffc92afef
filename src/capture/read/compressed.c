/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "capture/perf_file.h"
#include "capture/read/block.h"
#include "capture/read/inflate.h"
#include "capture/read/input.h"
#include "capture/read/reader.h"
#include "capture/read/records.h"
#include "capture/read/rounds.h"
#include "perf/record.h"

/* Some kilobytes can become gigabytes: not all at once. */
#define INFLATED_AT_ONCE (1024U * 1024U)

void compressed_stop(struct reader *reader)
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
	compressed_stop(reader);
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
	inflate_feed(reader->inflate, raw_body(raw) + at, size);
	block_reference(raw->block);
	reader->fed = raw->block;
	return 0;
}
