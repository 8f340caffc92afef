/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of the argv probe: real ones, fixtures/probe, and others made of them.
 */
#ifndef PXT_TESTS_SUPPORT_PROBE_H
#define PXT_TESTS_SUPPORT_PROBE_H

#include "probe/argv_sample.h"
#include "support.h"

/* The layout that fixtures/probe/format tells. */
struct argv_layout probe_layout(void);

/* A sample as in a ring, of a real one's size. */
struct probe_record {
	_Alignas(8) unsigned char bytes[3088];
};

/* The real sample fixtures/probe/NAME.bin. */
void probe_record_load(struct probe_record *record, const char *name);

/* Change the task, the chunk and the bounds of the arguments. */
void probe_record_set(struct probe_record *record, int32_t tid, uint32_t chunk, uint64_t start,
		      uint64_t end);

/* The ARGV_CHUNK_BYTES in it. */
unsigned char *probe_record_bytes(struct probe_record *record);

/* Parsed, as in a ring; borrowed. */
struct record probe_record_parse(const struct probe_record *record);

#endif
