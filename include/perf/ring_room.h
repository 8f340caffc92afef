/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least size of a ring that holds one record of each kind: the kernel drops a record that does
 * not fit into an empty ring, however fast the reader is.
 *
 * Sizes: perf_prepare_sample() and __perf_output_begin(), kernel/events/.
 */
#ifndef PXT_PERF_RING_ROOM_H
#define PXT_PERF_RING_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "perf/cpu_ring.h"
#include "perf/perf_event.h"

/* File names of an exec, in bytes: NAME_MAX, as nearly all are, and PATH_MAX, of limits.h. */
#define RING_ROOM_COMMON_NAME 255U
#define RING_ROOM_LONGEST_NAME 4096U

/* Less would not even hold argc and the pointers of common command lines. */
#define RING_ROOM_STACK_MIN 1024U

/*
 * The bytes that a ring needs to take a sample with EXTRA of a tracepoint whose raw data has a file
 * name of NAME bytes, besides fields of its own, and the LOST record before it.
 */
uint32_t ring_room(const struct perf_event_extra *extra, uint32_t name);

/* Whether rings of PAGES pages have so much ROOM, and the smallest number of pages that do. */
bool ring_room_is_in(uint32_t room, uint64_t pages);
uint32_t ring_room_pages(uint32_t room);

/*
 * Halve the rings of PLAN. Where they would not hold every record, the longest file name included,
 * user stacks are halved too, down to RING_ROOM_STACK_MIN. Returns false, with PLAN untouched,
 * where no smaller ring will do.
 */
bool ring_room_shrink(struct cpu_ring_plan *plan);

#endif
