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
#include "capture/perf_file.h"
#include "capture/read/block.h"
#include "capture/read/events.h"
#include "capture/read/reader.h"
#include "capture/read/rounds.h"

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

/* The `heeded` of a reader before the first record. */
#define KERNEL_RECORDS_HEEDED                                                  \
	(UINT64_C(1) << PERF_RECORD_SAMPLE | UINT64_C(1) << PERF_RECORD_FORK | \
	 UINT64_C(1) << PERF_RECORD_COMM | UINT64_C(1) << PERF_RECORD_LOST |   \
	 UINT64_C(1) << PERF_RECORD_LOST_SAMPLES)

/* kernel_record_take() for a type that the reader heeds. */
int kernel_record_heed(struct reader *reader, const struct raw_record *raw) MUST_CHECK;

/* Add a record to the rounds, unless it is synthesized. */
static inline MUST_CHECK int kernel_record_add(struct reader *reader, const struct raw_record *raw)
{
	uint64_t time_ns;

	if (!events_time_of_record(reader->events, raw->bytes, &raw->header, &time_ns))
		return 0;
	return rounds_add(reader->rounds, raw->bytes, raw->header.size, time_ns, raw->block);
}

/* Take in a record of the kernel's. Inlined, since a capture is full of them. */
static inline MUST_CHECK int kernel_record_take(struct reader *reader, const struct raw_record *raw)
{
	/* Compressed bytes may claim any type. */
	if (raw->header.type >= PERF_FILE_RECORD_FIRST)
		return 0;
	if (reader->heeded >> raw->header.type & 1) {
		/* A copy: RAW itself can stay in registers. */
		const struct raw_record heeded = *raw;

		return kernel_record_heed(reader, &heeded);
	}
	return events_is_event(reader->events, raw->header.type) ? kernel_record_add(reader, raw)
								 : 0;
}

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
