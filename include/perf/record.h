/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A perf record with its variable layout parsed.
 *
 * Layouts: perf_event_open(2) and include/uapi/linux/perf_event.h, enum perf_event_type.
 */
#ifndef PXT_PERF_RECORD_H
#define PXT_PERF_RECORD_H

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/load.h"

/* Of Linux 5.7; the installed headers may be older. */
#define RECORD_CGROUP 19U

/* PERF_RECORD_HEADER_EVENT_TYPE: notes of our own recorder (capture/notes/kinds.h). */
#define RECORD_NOTE 65U

/*
 * The bodies of records by include/uapi/linux/perf_event.h, as far as they are read: in the
 * recorder's byte order, not aligned.
 */
struct record_fork {
	uint32_t pid, ppid, tid, ptid;
	uint64_t time;
};
#define RECORD_FORK_IDS offsetof(struct record_fork, time) /* bytes */

struct record_comm {
	uint32_t pid, tid;
	char comm[]; /* padded with NUL */
};

struct record_mmap2 {
	uint32_t pid, tid;
	uint64_t address, length, offset;
	uint32_t major, minor;
	uint64_t inode, generation;
	uint32_t prot, flags;
	char path[]; /* padded with NUL */
};

struct record_lost {
	uint64_t id, lost;
};

struct record_lost_samples {
	uint64_t lost;
};

struct record_cgroup {
	uint64_t id;
	char path[]; /* padded with NUL */
};

/* The `cpu` of a record that does not carry it. */
#define RECORD_NO_CPU UINT32_MAX

/*
 * All of it is borrowed from the source until its next record. A field that the record's
 * sample_type lacks is 0 (NULL), `cpu` RECORD_NO_CPU.
 */
struct record {
	uint32_t type; /* PERF_RECORD_* */
	uint16_t misc; /* PERF_RECORD_MISC_* */
	uint32_t cpu;
	int32_t pid, tid; /* tgid and tid, in the opener's pid namespace; 0: outside, -1: dead */
	uint64_t time_ns; /* CLOCK_MONOTONIC; 0: not carried, no record of a kernel has time 0 */
	uint64_t id;      /* of its event: PERF_SAMPLE_IDENTIFIER or PERF_SAMPLE_ID */
	uint64_t lost;    /* PERF_RECORD_LOST, _LOST_SAMPLES: number of events */
	const void *body; /* after the perf_event_header; of a sample, the call chain's addresses */
	uint32_t body_size;  /* bytes, without the sample_id trailer */
	uint32_t raw_size;   /* bytes, with the padding behind the tracepoint's data */
	uint32_t extra_size; /* bytes behind the raw data: see record_extra() */
	const void *raw;     /* PERF_SAMPLE_RAW: the tracepoint's data */
};

/* Offsets of the fields that identify a record, in bytes; RECORD_ABSENT: no such field. */
#define RECORD_ABSENT UINT8_MAX
struct record_ids {
	uint8_t id, tid, time, cpu;
	uint8_t size; /* of all of them and those between, in bytes */
};

/* The place of a 64-bit field in records, in bytes; 0: nowhere. */
struct record_place {
	uint8_t in_sample;  /* of a sample: from its first byte */
	uint8_t before_end; /* of other records: to the byte behind the last */
};

/* The layout of the records of one event, resolved once from its perf_event_attr. */
struct record_layout {
	uint64_t sample_type;
	uint64_t read_format; /* of PERF_SAMPLE_READ */
	bool swap;            /* recorded in the other byte order */
	bool is_usual; /* samples have all of record_ids and raw data, which follow at once */
	struct record_ids sample; /* of samples: offsets from the end of the header */
	struct record_ids
		trailer; /* of other records: offsets in the trailer; size 0: no trailer */
	struct record_place time, id;
};

/*
 * Resolve the layout of SAMPLE_TYPE and READ_FORMAT. SAMPLE_ID_ALL: records other than samples end
 * in a trailer. SWAP: numbers are in the other byte order.
 */
void record_layout_init(struct record_layout *layout, uint64_t sample_type, uint64_t read_format,
			bool sample_id_all, bool swap);

/*
 * Parse the record at BYTES (header.size bytes are readable; it need not be aligned). Fields behind
 * PERF_SAMPLE_RAW are not parsed; without PERF_SAMPLE_RAW they are left out.
 *
 * Returns 0, or -EBADMSG where the record is shorter than LAYOUT says, with RECORD untouched. The
 * bytes of `body`, `raw` and record_extra() are never swapped.
 */
static inline MUST_CHECK int record_parse(const void *bytes, const struct record_layout *layout,
					  struct record *record);

/* record_parse() for every record. */
int record_parse_any(const void *bytes, const struct record_layout *layout,
		     struct record *record) MUST_CHECK;

/* Returns the `extra_size` bytes behind the raw data of RECORD; perf/sample_extra.h parses them. */
static inline const void *record_extra(const struct record *record)
{
	return record->extra_size > 0 ? (const unsigned char *)record->raw + record->raw_size
				      : NULL;
}

/* Returns the header of the record at BYTES, in native byte order. */
static inline struct perf_event_header record_header(const void *bytes, bool swap)
{
	struct perf_event_header header;

	memcpy(&header, bytes, sizeof(header));
	if (swap) {
		header.type = bswap_32(header.type);
		header.misc = bswap_16(header.misc);
		header.size = bswap_16(header.size);
	}
	return header;
}

/*
 * Returns the 64-bit field at PLACE of the record at BYTES with HEADER. 0 where the record has no
 * such field or is too short. SWAP: it is in the other byte order.
 */
static inline uint64_t record_number(const void *bytes, const struct perf_event_header *header,
				     struct record_place place, bool swap)
{
	size_t at;

	if (header->type == PERF_RECORD_SAMPLE) {
		at = place.in_sample;
		if (at == 0 || at + sizeof(uint64_t) > header->size)
			return 0;
	} else {
		at = (size_t)header->size - place.before_end;
		if (place.before_end == 0 || place.before_end + sizeof(*header) > header->size)
			return 0;
	}
	return load64((const unsigned char *)bytes + at, swap);
}

/* Return the time of a record, and the id of its event, by record_number(). */
static inline uint64_t record_time(const void *bytes, const struct perf_event_header *header,
				   const struct record_layout *layout)
{
	return record_number(bytes, header, layout->time, layout->swap);
}

static inline uint64_t record_id(const void *bytes, const struct perf_event_header *header,
				 const struct record_layout *layout)
{
	return record_number(bytes, header, layout->id, layout->swap);
}

/* record_parse() for a sample with HEADER, whose layout `is_usual`. */
static inline MUST_CHECK int record_parse_usual(const void *bytes,
						const struct perf_event_header *header,
						const struct record_layout *layout,
						struct record *record)
{
	const struct record_ids *places = &layout->sample;
	const unsigned char *ids = (const unsigned char *)bytes + sizeof(*header);
	const size_t raw_at = sizeof(*header) + places->size + sizeof(uint32_t);

	if (header->size < raw_at)
		return -EBADMSG;
	uint32_t raw_size = load32(ids + places->size, false);
	if (raw_size > header->size - raw_at)
		return -EBADMSG;
	*record = (struct record){
		.type = PERF_RECORD_SAMPLE,
		.misc = header->misc,
		.cpu = load32(ids + places->cpu, false),
		.pid = (int32_t)load32(ids + places->tid, false),
		.tid = (int32_t)load32(ids + places->tid + sizeof(uint32_t), false),
		.time_ns = load64(ids + places->time, false),
		.id = load64(ids + places->id, false),
		.raw = (const unsigned char *)bytes + raw_at,
		.raw_size = raw_size,
		.extra_size = (uint32_t)(header->size - raw_at - raw_size),
	};
	return 0;
}

/* Inlined, since nearly all records are such samples. */
static inline MUST_CHECK int record_parse(const void *bytes, const struct record_layout *layout,
					  struct record *record)
{
	if (!layout->is_usual)
		return record_parse_any(bytes, layout, record);
	const struct perf_event_header header = record_header(bytes, false);
	return header.type == PERF_RECORD_SAMPLE
		       ? record_parse_usual(bytes, &header, layout, record)
		       : record_parse_any(bytes, layout, record);
}

#endif
