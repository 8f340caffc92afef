/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Computes the smallest ring that holds any record: the kernel drops a record that does not fit
 * into an empty ring, however fast the reader is.
 *
 * Sizes: perf_prepare_sample() and __perf_output_begin(), kernel/events/.
 */
#ifndef PXT_PERF_RING_ROOM_H
#define PXT_PERF_RING_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "perf/cpu_ring.h"
#include "perf/perf_event.h"

/* File names of an exec, in bytes: NAME_MAX, which nearly all keep, and PATH_MAX of limits.h. */
#define RING_ROOM_COMMON_NAME 255U
#define RING_ROOM_LONGEST_NAME 4096U

/* The smallest user stack: less does not even hold argc and the pointers of usual arguments. */
#define RING_ROOM_STACK_MIN 1024U

/* A ring is small up to this size, in bytes: the kernel grants 516 KiB a CPU to any user. */
#define RING_ROOM_SMALL (512U * 1024U)

/* Good sizes of a ring for records with user stacks, in bytes. */
#define RING_ROOM_STACKS_LEAST (4U * 1024U * 1024U)
#define RING_ROOM_STACKS_MOST (16U * 1024U * 1024U)

/*
 * Returns the best size of a ring for records with user stacks, in bytes, on a host of MEMORY bytes
 * and CPUS CPUs: less than RING_ROOM_STACKS_MOST where all rings together would take more than a
 * 64th of the memory, or more than 1 GiB; never less than RING_ROOM_STACKS_LEAST.
 */
uint64_t ring_room_with_stacks(uint64_t memory, uint64_t cpus);

/*
 * Returns the bytes that a sample with EXTRA takes in a ring, with a LOST record before it. Its raw
 * data has a file name of NAME bytes besides the tracepoint's other fields.
 */
uint32_t ring_room(const struct perf_event_extra *extra, uint32_t name);

/* Returns whether a ring of PAGES pages has ROOM bytes. */
bool ring_room_is_in(uint32_t room, uint64_t pages);

/* Returns the smallest number of pages of a ring with ROOM bytes. */
uint32_t ring_room_pages(uint32_t room);

/*
 * Halve the rings of PLAN. Where they are small then, user stacks are cut to PLAN->small_stack.
 * Where a record with the longest file name does not fit, user stacks are halved too, down to
 * RING_ROOM_STACK_MIN. Returns false, with PLAN untouched, where the rings
 * cannot be smaller.
 */
bool ring_room_shrink(struct cpu_ring_plan *plan);

#endif
