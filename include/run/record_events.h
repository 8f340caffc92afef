/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events of a recording as a capture describes them: attributes, names, and ids by CPU.
 */
#ifndef PXT_RUN_RECORD_EVENTS_H
#define PXT_RUN_RECORD_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "capture/write/write_head.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"

/* "syscalls:" and the longest name of a tracepoint, with room to spare. */
#define RECORD_NAME_SIZE 64

struct record_events {
	struct recorded_event list[CPU_RING_EVENTS]; /* in the order of cpu_ring_attr() */
	size_t count;
	uint64_t first_ids[CPU_RING_EVENTS]; /* on one of the CPUs */
	uint64_t newest_id;
	size_t cpus;
	char names[CPU_RING_EVENTS][RECORD_NAME_SIZE];
	uint64_t *ids; /* of event 0 on all CPUs, then of event 1, ... */
};

/*
 * Describe what PLAN opened in RINGS. EVENTS refers to itself: it is not to be copied.
 * Returns 0 or a negative errno; call record_events_done() in either case.
 */
int record_events_init(struct record_events *events, struct cpu_rings *rings,
		       const struct cpu_ring_plan *plan) MUST_CHECK;

void record_events_done(struct record_events *events);

#endif
