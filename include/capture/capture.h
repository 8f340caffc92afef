/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture source: a perf.data file, or perf's pipe format from a stream.
 *
 * Layout: tools/perf/Documentation/perf.data-file-format.txt of the kernel source. Nothing in a
 * capture is trusted. Records come in time order, by perf's rounds (PERF_RECORD_FINISHED_ROUND), in
 * memory that one round bounds; a file is mapped and read in place.
 */
#ifndef PXT_CAPTURE_CAPTURE_H
#define PXT_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "decode/format.h"
#include "error.h"
#include "source/source.h"

/*
 * Open what FD holds (it stays the caller's, and open until the source is freed): reads the head, up
 * to the first record of the kernel's. Returns 0 with *SOURCE, or a negative errno with ERR filled:
 * -EOPNOTSUPP for what is recognised but not supported (PERFFILE v1, simpleperf, trace.dat, …), by
 * name and with a hint; -EBADMSG for what is no capture.
 *
 * Its records: those of the kernel, synthesized ones left out, numbers in native byte order, but RAW
 * as it was recorded. LOST carries in `lost` what is to be shown: LOST and LOST_SAMPLES that tell of
 * the same loss are counted once.
 */
int capture_open(int fd, struct source **source, struct error *err) MUST_CHECK;

/* Byte order and word size of the recorder. */
struct machine capture_machine(const struct source *source);

/*
 * The format of SYSTEM's EVENT as the capture brings it. Returns 0 with *FORMAT (free with
 * format_free()), -ENOENT where it has none, another negative errno where its text is malformed.
 */
int capture_format(const struct source *source, const char *system, const char *event,
		   struct format **format, struct error *err) MUST_CHECK;

/* The names of the events that were recorded, "sched:sched_switch, cycles, …", for messages. */
int capture_event_names(const struct source *source, char *names, size_t size);

/* Bytes read and in all (0: a stream), for progress. */
void capture_progress(const struct source *source, uint64_t *read, uint64_t *total);

/*
 * After the end: whether the capture was cut short. WHAT says in a few words what is missing.
 */
bool capture_is_cut(const struct source *source, char *what, size_t size);

#endif
