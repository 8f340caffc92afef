/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf/perf_event.h"

/* Offsets in the record, and behind them in the raw data. */
#define TIDS_AT 16U
#define RAW_AT 44U
#define CHUNK_AT (RAW_AT + 16U)
#define START_AT (RAW_AT + 20U)
#define BYTES_AT (RAW_AT + 36U)

struct argv_layout probe_layout(void)
{
	const struct machine machine = {.big_endian = false, .long_size = 8};
	struct argv_layout layout;
	struct format *format;
	struct error err;
	size_t length;
	char *text = load_file("fixtures/probe/format", &length);

	assert_int_equal(format_parse("probe", text, length, &machine, &format, &err), 0);
	assert_int_equal(argv_layout_init(&layout, format), 0);
	format_free(format);
	free(text);
	return layout;
}

void probe_record_load(struct probe_record *record, const char *name)
{
	char path[64];
	size_t size;

	snprintf(path, sizeof(path), "fixtures/probe/%s.bin", name);
	char *bytes = load_file(path, &size);
	assert_int_equal(size, sizeof(record->bytes));
	memcpy(record->bytes, bytes, size);
	free(bytes);
}

void probe_record_set(struct probe_record *record, int32_t tid, uint32_t chunk, uint64_t start,
		      uint64_t end)
{
	const int32_t tids[2] = {tid, tid};
	const uint64_t bounds[2] = {start, end};

	memcpy(record->bytes + TIDS_AT, tids, sizeof(tids));
	memcpy(record->bytes + CHUNK_AT, &chunk, sizeof(chunk));
	memcpy(record->bytes + START_AT, bounds, sizeof(bounds));
}

unsigned char *probe_record_bytes(struct probe_record *record)
{
	return record->bytes + BYTES_AT;
}

struct record probe_record_parse(const struct probe_record *record)
{
	struct record_layout layout;
	struct record parsed;

	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	assert_int_equal(record_parse(record->bytes, &layout, &parsed), 0);
	return parsed;
}
