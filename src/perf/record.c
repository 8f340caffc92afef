/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/record.h"

#include <errno.h>
#include <stddef.h>

#include "base/cursor.h"

/* linux/perf_event.h of Linux 6.0; the installed headers may be older. */
#define FORMAT_LOST (1U << 4)

/* ---- layouts ---- */

/* Room for one field of 8 bytes, where SAMPLE_TYPE has it. */
static uint8_t place(struct record_ids *ids, uint64_t sample_type, uint64_t field)
{
	uint8_t at = ids->size;

	if (!(sample_type & field))
		return RECORD_ABSENT;
	ids->size = (uint8_t)(ids->size + sizeof(uint64_t));
	return at;
}

static uint8_t either(uint8_t a, uint8_t b)
{
	return a != RECORD_ABSENT ? a : b;
}

/* The order of perf_output_sample(), kernel/events/core.c: not that of the bits. */
static struct record_ids place_sample(uint64_t type)
{
	struct record_ids ids = {0};
	uint8_t identifier = place(&ids, type, PERF_SAMPLE_IDENTIFIER);

	place(&ids, type, PERF_SAMPLE_IP);
	ids.tid = place(&ids, type, PERF_SAMPLE_TID);
	ids.time = place(&ids, type, PERF_SAMPLE_TIME);
	place(&ids, type, PERF_SAMPLE_ADDR);
	ids.id = either(identifier, place(&ids, type, PERF_SAMPLE_ID));
	place(&ids, type, PERF_SAMPLE_STREAM_ID);
	ids.cpu = place(&ids, type, PERF_SAMPLE_CPU);
	place(&ids, type, PERF_SAMPLE_PERIOD);
	return ids;
}

/* perf_event__output_id_sample(), kernel/events/core.c: what ends all records but samples. */
static struct record_ids place_trailer(uint64_t type)
{
	struct record_ids ids = {0};

	ids.tid = place(&ids, type, PERF_SAMPLE_TID);
	ids.time = place(&ids, type, PERF_SAMPLE_TIME);
	ids.id = place(&ids, type, PERF_SAMPLE_ID);
	place(&ids, type, PERF_SAMPLE_STREAM_ID);
	ids.cpu = place(&ids, type, PERF_SAMPLE_CPU);
	ids.id = either(place(&ids, type, PERF_SAMPLE_IDENTIFIER), ids.id);
	return ids;
}

static struct record_place place_of(const struct record_layout *layout, uint8_t in_sample,
				    uint8_t in_trailer)
{
	struct record_place place = {0};

	if (in_sample != RECORD_ABSENT)
		place.in_sample = (uint8_t)(sizeof(struct perf_event_header) + in_sample);
	if (in_trailer != RECORD_ABSENT)
		place.before_end = (uint8_t)(layout->trailer.size - in_trailer);
	return place;
}

/* Returns whether samples are as nearly every recorder's are; then record_parse_usual() parses
 * them. */
static bool is_usual(const struct record_layout *layout)
{
	const uint64_t all = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW;

	return !layout->swap && (layout->sample_type & all) == all &&
	       layout->sample.id != RECORD_ABSENT &&
	       !(layout->sample_type & (PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN));
}

void record_layout_init(struct record_layout *layout, uint64_t sample_type, uint64_t read_format,
			bool sample_id_all, bool swap)
{
	*layout = (struct record_layout){
		.sample_type = sample_type,
		.read_format = read_format,
		.swap = swap,
		.sample = place_sample(sample_type),
		.trailer = place_trailer(sample_id_all ? sample_type : 0),
	};
	layout->is_usual = is_usual(layout);
	layout->time = place_of(layout, layout->sample.time, layout->trailer.time);
	layout->id = place_of(layout, layout->sample.id, layout->trailer.id);
}

/* ---- records ---- */

static inline void load_ids(const unsigned char *from, const struct record_ids *ids, bool swap,
			    struct record *record)
{
	if (ids->id != RECORD_ABSENT)
		record->id = load64(from + ids->id, swap);
	if (ids->tid != RECORD_ABSENT) {
		record->pid = (int32_t)load32(from + ids->tid, swap);
		record->tid = (int32_t)load32(from + ids->tid + sizeof(uint32_t), swap);
	}
	if (ids->time != RECORD_ABSENT)
		record->time_ns = load64(from + ids->time, swap);
	if (ids->cpu != RECORD_ABSENT)
		record->cpu = load32(from + ids->cpu, swap);
}

/* struct read_format, perf_event_open(2). */
static bool skip_read(struct cursor *cursor, uint64_t format)
{
	const uint64_t times = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	size_t value = sizeof(uint64_t) *
		       (1 + (size_t)__builtin_popcountll(format & (PERF_FORMAT_ID | FORMAT_LOST)));
	uint64_t count = 1;

	if (format & PERF_FORMAT_GROUP && !cursor_take64(cursor, &count))
		return false;
	return cursor_skip(cursor, (uint64_t)__builtin_popcountll(format & times),
			   sizeof(uint64_t)) &&
	       cursor_skip(cursor, count, value);
}

/* The parts of a sample whose size it tells itself. */
struct parts {
	const unsigned char *chain, *raw;
	uint32_t chain_size, raw_size, extra_size; /* bytes */
};

static bool take_callchain(struct cursor *cursor, struct parts *parts)
{
	uint64_t count;

	if (!cursor_take64(cursor, &count))
		return false;
	parts->chain = cursor->at;
	parts->chain_size = (uint32_t)(count * sizeof(uint64_t));
	return cursor_skip(cursor, count, sizeof(uint64_t));
}

/* Find PERF_SAMPLE_RAW, behind the fields of fixed size. */
static bool find_raw(struct cursor *cursor, const struct record_layout *layout, struct parts *parts)
{
	if (layout->sample_type & PERF_SAMPLE_READ && !skip_read(cursor, layout->read_format))
		return false;
	if (layout->sample_type & PERF_SAMPLE_CALLCHAIN && !take_callchain(cursor, parts))
		return false;
	if (!(layout->sample_type & PERF_SAMPLE_RAW))
		return true;
	if (!cursor_take32(cursor, &parts->raw_size))
		return false;
	parts->raw = cursor->at;
	if (cursor_left(cursor) < parts->raw_size)
		return false;
	parts->extra_size = (uint32_t)cursor_left(cursor) - parts->raw_size;
	return true;
}

static int parse_sample(const unsigned char *bytes, const struct perf_event_header *header,
			const struct record_layout *layout, struct record *record)
{
	const unsigned char *ids = bytes + sizeof(*header);
	struct cursor cursor = {
		.at = ids + layout->sample.size,
		.end = bytes + header->size,
		.swap = layout->swap,
	};
	struct parts parts = {0};

	if (header->size < sizeof(*header) + layout->sample.size ||
	    !find_raw(&cursor, layout, &parts))
		return -EBADMSG;
	*record = (struct record){
		.type = header->type,
		.misc = header->misc,
		.cpu = RECORD_NO_CPU,
		.body = parts.chain,
		.body_size = parts.chain_size,
		.raw = parts.raw,
		.raw_size = parts.raw_size,
		.extra_size = parts.extra_size,
	};
	load_ids(ids, &layout->sample, layout->swap, record);
	return 0;
}

static bool load_lost(uint32_t type, const unsigned char *body, size_t body_size, bool swap,
		      uint64_t *lost)
{
	size_t at = type == PERF_RECORD_LOST ? offsetof(struct record_lost, lost)
					     : offsetof(struct record_lost_samples, lost);

	*lost = 0;
	if (type != PERF_RECORD_LOST && type != PERF_RECORD_LOST_SAMPLES)
		return true;
	if (body_size < at + sizeof(uint64_t))
		return false;
	*lost = load64(body + at, swap);
	return true;
}

static int parse_other(const unsigned char *bytes, const struct perf_event_header *header,
		       const struct record_layout *layout, struct record *record)
{
	const unsigned char *body = bytes + sizeof(*header);
	uint64_t lost;

	if (header->size < sizeof(*header) + layout->trailer.size)
		return -EBADMSG;
	size_t body_size = (size_t)header->size - sizeof(*header) - layout->trailer.size;
	if (!load_lost(header->type, body, body_size, layout->swap, &lost))
		return -EBADMSG;
	*record = (struct record){
		.type = header->type,
		.misc = header->misc,
		.cpu = RECORD_NO_CPU,
		.lost = lost,
		.body = body,
		.body_size = (uint32_t)body_size,
	};
	load_ids(body + body_size, &layout->trailer, layout->swap, record);
	return 0;
}

int record_parse_any(const void *bytes, const struct record_layout *layout, struct record *record)
{
	const struct perf_event_header header = record_header(bytes, layout->swap);

	if (header.size < sizeof(header))
		return -EBADMSG;
	if (header.type == PERF_RECORD_SAMPLE)
		return parse_sample(bytes, &header, layout, record);
	return parse_other(bytes, &header, layout, record);
}
