/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define KNOWN_SAMPLE_TYPE                                                               \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | \
	 PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW)

/* The bytes of a record that are not taken apart yet. */
struct cursor {
	const unsigned char *at;
	const unsigned char *end;
};

static bool take(struct cursor *cursor, void *value, size_t size)
{
	if ((size_t)(cursor->end - cursor->at) < size)
		return false;
	memcpy(value, cursor->at, size);
	cursor->at += size;
	return true;
}

static bool take_id(struct cursor *cursor, struct record *record)
{
	return take(cursor, &record->id, sizeof(record->id));
}

static bool take_tid(struct cursor *cursor, struct record *record)
{
	return take(cursor, &record->pid, sizeof(record->pid)) &&
	       take(cursor, &record->tid, sizeof(record->tid));
}

static bool take_cpu(struct cursor *cursor, struct record *record)
{
	uint32_t reserved;

	return take(cursor, &record->cpu, sizeof(record->cpu)) &&
	       take(cursor, &reserved, sizeof(reserved));
}

static bool take_raw(struct cursor *cursor, struct record *record)
{
	uint32_t size;

	if (!take(cursor, &size, sizeof(size)) || (size_t)(cursor->end - cursor->at) < size)
		return false;
	record->raw = cursor->at;
	record->raw_size = size;
	cursor->at += size;
	return true;
}

/* The order of perf_output_sample(), kernel/events/core.c: not that of the bits. */
static bool take_sample(struct cursor *cursor, uint64_t type, struct record *record)
{
	uint64_t skipped;

	return (!(type & PERF_SAMPLE_IDENTIFIER) || take_id(cursor, record)) &&
	       (!(type & PERF_SAMPLE_TID) || take_tid(cursor, record)) &&
	       (!(type & PERF_SAMPLE_TIME) ||
		take(cursor, &record->time_ns, sizeof(record->time_ns))) &&
	       (!(type & PERF_SAMPLE_ID) || take_id(cursor, record)) &&
	       (!(type & PERF_SAMPLE_STREAM_ID) || take(cursor, &skipped, sizeof(skipped))) &&
	       (!(type & PERF_SAMPLE_CPU) || take_cpu(cursor, record)) &&
	       (!(type & PERF_SAMPLE_PERIOD) || take(cursor, &skipped, sizeof(skipped))) &&
	       (!(type & PERF_SAMPLE_RAW) || take_raw(cursor, record));
}

/* perf_event__output_id_sample(), kernel/events/core.c: what ends all records but samples. */
static bool take_trailer(struct cursor *cursor, uint64_t type, struct record *record)
{
	uint64_t skipped;

	return (!(type & PERF_SAMPLE_TID) || take_tid(cursor, record)) &&
	       (!(type & PERF_SAMPLE_TIME) ||
		take(cursor, &record->time_ns, sizeof(record->time_ns))) &&
	       (!(type & PERF_SAMPLE_ID) || take_id(cursor, record)) &&
	       (!(type & PERF_SAMPLE_STREAM_ID) || take(cursor, &skipped, sizeof(skipped))) &&
	       (!(type & PERF_SAMPLE_CPU) || take_cpu(cursor, record)) &&
	       (!(type & PERF_SAMPLE_IDENTIFIER) || take_id(cursor, record));
}

static size_t trailer_size(uint64_t type)
{
	const uint64_t in_trailer = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID |
				    PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |
				    PERF_SAMPLE_IDENTIFIER;

	return sizeof(uint64_t) * (size_t)__builtin_popcountll(type & in_trailer);
}

static bool take_other(struct cursor *cursor, uint64_t type, struct record *record)
{
	size_t trailer = trailer_size(type);

	if ((size_t)(cursor->end - cursor->at) < trailer)
		return false;
	record->body = cursor->at;
	record->body_size = (uint32_t)((size_t)(cursor->end - cursor->at) - trailer);
	if (record->type == PERF_RECORD_LOST) {
		struct {
			uint64_t id, lost;
		} body;

		if (record->body_size < sizeof(body))
			return false;
		memcpy(&body, record->body, sizeof(body));
		record->lost = body.lost;
	}
	cursor->at += record->body_size;
	return take_trailer(cursor, type, record);
}

int record_parse(const struct perf_event_header *header, uint64_t sample_type,
		 struct record *record)
{
	if (sample_type & ~(uint64_t)KNOWN_SAMPLE_TYPE)
		return -EOPNOTSUPP;
	if (header->size < sizeof(*header))
		return -EBADMSG;

	struct cursor cursor = {
		.at = (const unsigned char *)(header + 1),
		.end = (const unsigned char *)header + header->size,
	};
	struct record parsed = {.type = header->type, .misc = header->misc};
	bool whole = header->type == PERF_RECORD_SAMPLE ? take_sample(&cursor, sample_type, &parsed)
							: take_other(&cursor, sample_type, &parsed);
	if (!whole)
		return -EBADMSG;
	*record = parsed;
	return 0;
}
