/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One perf record with its variable layout taken apart: what every source yields.
 *
 * Layouts: perf_event_open(2) and include/uapi/linux/perf_event.h, enum perf_event_type.
 */
#ifndef PXT_PERF_RECORD_H
#define PXT_PERF_RECORD_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/load.h"

/* Of Linux 5.7; the installed headers may be older. */
#define RECORD_CGROUP 19U

/* PERF_RECORD_HEADER_EVENT_TYPE: our own recorder's notes, as capture_want() gives them out. */
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

/* A record's `cpu` that is not known. */
#define RECORD_NO_CPU UINT32_MAX

/*
 * Everything is borrowed from the source until its next record is asked for. A field that the
 * record's sample_type does not carry is 0 (NULL), `cpu` RECORD_NO_CPU.
 */
struct record {
	uint32_t type; /* PERF_RECORD_* */
	uint16_t misc; /* PERF_RECORD_MISC_* */
	uint32_t cpu;
	int32_t pid, tid; /* tgid and tid, in the opener's pid namespace; 0: not there, -1: dead */
	uint64_t time_ns; /* CLOCK_MONOTONIC; no event of a kernel has 0, where it is not carried */
	uint64_t id;      /* of the event that wrote it: PERF_SAMPLE_IDENTIFIER or PERF_SAMPLE_ID */
	uint64_t lost;    /* PERF_RECORD_LOST, _LOST_SAMPLES: how many events */
	const void *body; /* after the perf_event_header; not for PERF_RECORD_SAMPLE */
	uint32_t body_size;  /* bytes, without the sample_id trailer */
	uint32_t raw_size;   /* bytes, the padding that follows the tracepoint's data included */
	uint32_t extra_size; /* bytes that follow it: see record_extra() */
	const void *raw;     /* PERF_SAMPLE_RAW: what the tracepoint wrote */
};

/* Where the fields that tell who and when lie, in bytes; RECORD_ABSENT where there is none. */
#define RECORD_ABSENT UINT8_MAX
struct record_ids {
	uint8_t id, tid, time, cpu;
	uint8_t size; /* all of them and those between */
};

/* How the records of one event are laid out: what its perf_event_attr says, resolved once. */
struct record_layout {
	uint64_t sample_type;
	uint64_t read_format;      /* what PERF_SAMPLE_READ holds */
	bool swap;                 /* recorded in the other byte order */
	struct record_ids sample;  /* from behind the header of a sample */
	struct record_ids trailer; /* of all other records, from its start; size 0: there is none */
};

/*
 * Resolve the layout that SAMPLE_TYPE and READ_FORMAT make. SAMPLE_ID_ALL: records other than
 * samples end in a trailer. SWAP: numbers are in the byte order that is not ours.
 */
void record_layout_init(struct record_layout *layout, uint64_t sample_type, uint64_t read_format,
			bool sample_id_all, bool swap);

/*
 * Take the record at BYTES (header.size bytes are readable; it need not be aligned) apart. What
 * follows PERF_SAMPLE_RAW in a sample is not looked at; without PERF_SAMPLE_RAW it is not shown.
 *
 * Returns 0, or -EBADMSG where the record is shorter than LAYOUT says. RECORD is untouched then.
 * `body`, `raw` and `extra` are as they were recorded, even where LAYOUT swaps.
 */
int record_parse(const void *bytes, const struct record_layout *layout,
		 struct record *record) MUST_CHECK;

/* What follows the raw data of RECORD, `extra_size` bytes: perf/sample_extra.h takes it apart. */
static inline const void *record_extra(const struct record *record)
{
	return record->extra_size > 0 ? (const unsigned char *)record->raw + record->raw_size
				      : NULL;
}

/* The header of the record at BYTES, in native byte order. */
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
 * A number of the record at BYTES, whose header is HEADER: at IN_SAMPLE of `layout->sample`, or at
 * IN_TRAILER of `layout->trailer`. It need not have the other ones: LAYOUT may be that of another
 * event, which keeps this one in the same place. 0 where it carries none or is too short for it.
 */
static inline uint64_t record_number(const void *bytes, const struct perf_event_header *header,
				     const struct record_layout *layout, uint8_t in_sample,
				     uint8_t in_trailer)
{
	bool is_sample = header->type == PERF_RECORD_SAMPLE;
	uint8_t place = is_sample ? in_sample : in_trailer;

	if (place == RECORD_ABSENT)
		return 0;
	/* A trailer is counted from its end, which is that of the record. */
	size_t needed = is_sample ? place + sizeof(uint64_t) : (size_t)layout->trailer.size - place;
	if (header->size < sizeof(*header) + needed)
		return 0;
	size_t at = is_sample ? sizeof(*header) + place : header->size - needed;
	return load64((const unsigned char *)bytes + at, layout->swap);
}

/* Its time so, and the id of its event. */
static inline uint64_t record_time(const void *bytes, const struct perf_event_header *header,
				   const struct record_layout *layout)
{
	return record_number(bytes, header, layout, layout->sample.time, layout->trailer.time);
}

static inline uint64_t record_id(const void *bytes, const struct perf_event_header *header,
				 const struct record_layout *layout)
{
	return record_number(bytes, header, layout, layout->sample.id, layout->trailer.id);
}

#endif
