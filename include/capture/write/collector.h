/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies the records of rings into a capture, without decoding them, and with three changes.
 * Samples of the rings' probe are left out. A LOST record gets the exact count of lost tracepoint
 * events: the kernel's count includes sideband records, and its LOST comes late or never. Records
 * of a CPU that came online later get the ids of another CPU's events, which the capture knows. A
 * user stack (PERF_SAMPLE_STACK_USER) is cut to the bytes that the kernel filled.
 */
#ifndef PXT_CAPTURE_WRITE_COLLECTOR_H
#define PXT_CAPTURE_WRITE_COLLECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "capture/write/write_head.h"
#include "perf/cpu_ring.h"

struct collector;

struct collector_counts {
	uint64_t events;            /* samples */
	uint64_t lost;              /* the sum of all LOST records */
	uint64_t first_ns, last_ns; /* times of the oldest and newest sample; 0: no samples */
	uint64_t newest_ns;         /* of all records */
};

/* Called for every PERF_RECORD_FORK, with tids, in the order of each ring. */
typedef void collector_fork(void *context, int32_t parent, int32_t child);

/*
 * Called for every exec's sample, as the kernel wrote it, in the order of each ring, before it is
 * written; and for every sample of the rings' probe, none of which is written.
 */
typedef void collector_exec(void *context, const struct perf_event_header *sample);

/* The events to collect, and the callbacks. */
struct collector_plan {
	const struct recorded_event *events; /* of one CPU, as in struct cpu_ring */
	const uint64_t *ids;                 /* of these events, as the capture has them */
	size_t event_count;
	uint64_t newest_id;      /* the highest id in the capture */
	size_t exec;             /* index of the exec tracepoint in `events`, for on_exec */
	collector_fork *on_fork; /* or NULL, as on_exec */
	collector_exec *on_exec;
	void *context; /* passed to both */
};

/* Collect into WRITER (borrowed). PLAN is not kept. Returns NULL if out of memory. */
struct collector *collector_new(struct capture_writer *writer, const struct collector_plan *plan);
void collector_free(struct collector *collector);

/*
 * Move the records that are in RING now to the capture. cpu_ring_read_ids(RING) came before.
 * Returns 0; -EBADMSG if a record is malformed; -ENOMEM; or the writer's negative errno.
 */
int collector_take(struct collector *collector, struct cpu_ring *ring) MUST_CHECK;

/* Write a LOST record of what RING lost since its last one. Returns 0 or a negative errno. */
int collector_tell_lost(struct collector *collector, struct cpu_ring *ring) MUST_CHECK;

struct collector_counts collector_counts(const struct collector *collector);

#endif
