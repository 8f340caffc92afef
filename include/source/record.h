/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One perf record with its variable layout taken apart: what every source yields.
 *
 * Layouts: perf_event_open(2) and include/uapi/linux/perf_event.h, enum perf_event_type.
 */
#ifndef PXT_SOURCE_RECORD_H
#define PXT_SOURCE_RECORD_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "compiler.h"

/*
 * Everything is borrowed from the source until its next record is asked for. A field that the
 * record's sample_type does not carry is 0 (NULL).
 */
struct record {
	uint32_t type; /* PERF_RECORD_* */
	uint16_t misc; /* PERF_RECORD_MISC_* */
	uint32_t cpu;
	int32_t pid, tid; /* tgid and tid, in the opener's pid namespace; 0: not there, -1: dead */
	uint64_t time_ns;
	uint64_t id;      /* of the event that wrote it: PERF_SAMPLE_IDENTIFIER or PERF_SAMPLE_ID */
	uint64_t lost;    /* PERF_RECORD_LOST: how many events */
	const void *body; /* after the perf_event_header; not for PERF_RECORD_SAMPLE */
	uint32_t body_size; /* bytes, without the sample_id trailer */
	uint32_t raw_size;  /* bytes, the padding that follows the tracepoint's data included */
	const void *raw;    /* PERF_SAMPLE_RAW: what the tracepoint wrote */
};

/*
 * Take HEADER (header->size readable bytes follow from its address) apart.
 *
 * SAMPLE_TYPE is perf_event_attr.sample_type of the event that wrote it, with sample_id_all set.
 * Returns 0, -EBADMSG where the record is shorter than its layout says, -EOPNOTSUPP for a
 * sample_type with fields this parser does not know. RECORD is untouched on failure.
 */
int record_parse(const struct perf_event_header *header, uint64_t sample_type,
		 struct record *record) MUST_CHECK;

#endif
