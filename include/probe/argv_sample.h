/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes samples of the argv probe (argv_definition.h) apart.
 */
#ifndef PXT_PROBE_ARGV_SAMPLE_H
#define PXT_PROBE_ARGV_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decode/field.h"
#include "decode/format.h"
#include "perf/record.h"

/* The places of the fields of samples. */
struct argv_layout {
	uint16_t id; /* common_type */
	struct field type, chunk, start, end;
	uint32_t bytes_at; /* ARGV_CHUNK_BYTES of raw data */
};

/* Find the fields in FORMAT. Returns 0, or -EBADMSG where it has others than were defined. */
int argv_layout_init(struct argv_layout *layout, const struct format *format) MUST_CHECK;

struct argv_sample {
	uint32_t chunk;      /* or ARGV_ZEROS and more */
	uint64_t start, end; /* of the arguments, addresses in the process */
	/*
	 * ARGV_CHUNK_BYTES of the process's memory, from `start` on for chunk 0; zero what could
	 * not be read. What is behind `end` is not of the arguments.
	 */
	const unsigned char *bytes;
};

/* Fill SAMPLE, borrowed from RECORD. Returns whether RECORD is one of the probe's samples. */
bool argv_sample_take(const struct argv_layout *layout, const struct record *record,
		      struct argv_sample *sample);

#endif
