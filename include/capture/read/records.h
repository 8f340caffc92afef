/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes in the records that the reader finds, each by its kind. All return 0, -ENOMEM, or -EBADMSG
 * where nothing more can be read.
 */
#ifndef PXT_CAPTURE_READ_RECORDS_H
#define PXT_CAPTURE_READ_RECORDS_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/load.h"
#include "capture/read/block.h"
#include "capture/read/reader.h"

/* A record in memory, its header in native byte order. */
struct raw_record {
	const unsigned char *bytes;
	struct perf_event_header header;
	struct block *block;
};

static inline const unsigned char *raw_body(const struct raw_record *raw)
{
	return raw->bytes + sizeof(raw->header);
}

static inline size_t raw_body_size(const struct raw_record *raw)
{
	return raw->header.size - sizeof(raw->header);
}

/* Return a number at offset AT of the body, which is long enough. */
static inline uint32_t raw_body32(const struct reader *reader, const struct raw_record *raw,
				  size_t at)
{
	return load32(raw_body(raw) + at, reader->swap);
}

static inline uint64_t raw_body64(const struct reader *reader, const struct raw_record *raw,
				  size_t at)
{
	return load64(raw_body(raw) + at, reader->swap);
}

/* Take in a record of the kernel's. */
int kernel_record_take(struct reader *reader, const struct raw_record *raw) MUST_CHECK;

/*
 * Take in a record of perf's own, that lies before the input's position. Returns other negative
 * errnos too, those of the input.
 */
int perf_record_take(struct reader *reader, const struct raw_record *raw) MUST_CHECK;

/*
 * Take in COMPRESSED or COMPRESSED2: the kernel's records in it are taken in by compressed_go_on(),
 * which returns 1 while there are more.
 */
int compressed_take(struct reader *reader, const struct raw_record *raw) MUST_CHECK;
int compressed_go_on(struct reader *reader) MUST_CHECK;

/* Returns the bytes of an incomplete record at the end of the compressed ones. */
size_t compressed_remainder(const struct reader *reader);

/* Drop what is compressed and not taken in yet, and end the stream. */
void compressed_done(struct reader *reader);

#endif
