/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the records of rings into a capture, as they lie there and without decoding them, but for
 * three things: a LOST gets the exact count of tracepoint events (the kernel's counts sideband too,
 * and is written late or never), the records of a CPU that came online later get ids that the
 * capture has, and a user stack (PERF_SAMPLE_STACK_USER) is as long as it was filled, as if no more
 * had been asked for.
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
	uint64_t lost;              /* told in LOST records */
	uint64_t first_ns, last_ns; /* times of the oldest and the youngest sample, 0: none */
};

/* Told of every PERF_RECORD_FORK, by tid, in the order of each ring. */
typedef void collector_fork(void *context, int32_t parent, int32_t child);

/* Told of every exec's sample, as the kernel wrote it, in the order of each ring and before it is
 * written. */
typedef void collector_exec(void *context, const struct perf_event_header *sample);

/* What is collected, and who is told of it. */
struct collector_plan {
	const struct recorded_event *events; /* of one CPU, as in struct cpu_ring */
	const uint64_t *ids;                 /* theirs, of those that the capture has */
	size_t event_count;
	uint64_t newest_id;      /* the highest one that the capture has */
	size_t exec;             /* the index of the exec tracepoint, of use for on_exec alone */
	collector_fork *on_fork; /* NULL: nobody, and so on_exec */
	collector_exec *on_exec;
	void *context; /* of both */
};

/*
 * Collect into WRITER (borrowed). PLAN is needed only during the call. Returns NULL without memory.
 */
struct collector *collector_new(struct capture_writer *writer, const struct collector_plan *plan);
void collector_free(struct collector *collector);

/*
 * Take all that RING holds now, whose ids have been read. Returns 0, -EBADMSG where the ring is
 * malformed, another negative errno of the writer's or -ENOMEM.
 */
int collector_take(struct collector *collector, struct cpu_ring *ring) MUST_CHECK;

/* Tell in a LOST record what RING lost and no record has told. 0 or a negative errno. */
int collector_tell_lost(struct collector *collector, struct cpu_ring *ring) MUST_CHECK;

struct collector_counts collector_counts(const struct collector *collector);

#endif
