/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/ring_room.h"

#include <linux/perf_event.h>
#include <stddef.h>
#include <unistd.h>

#define U64 ((uint32_t)sizeof(uint64_t))

/* Header, IDENTIFIER, TID, TIME, CPU; and the u32 before the raw data. */
#define SAMPLE_SIZE (5U * U64 + (uint32_t)sizeof(uint32_t))

/* The raw data but for file names: no tracepoint that is traced has so many fields. */
#define FIELDS_MAX 96U

/* PERF_MAX_STACK_DEPTH and PERF_MAX_CONTEXTS_PER_STACK of linux/perf_event.h. */
#define CALLCHAIN_MAX (127U + 8U)

/* The size of a record is a u16; the kernel cuts a user stack so that it stays within. */
#define RECORD_MAX (UINT16_MAX / U64 * U64)

/* Header, id, lost, and the trailer: TID, TIME, CPU, IDENTIFIER. It comes with the next record. */
#define LOST_SIZE (7U * U64)

/* All rings together take no more than this part of the memory, and no more bytes. */
#define MEMORY_SHARE 64U
#define ALL_RINGS_MAX (1ULL << 30)

static uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint32_t ring_room(const struct perf_event_extra *extra, uint32_t name)
{
	uint32_t size = SAMPLE_SIZE + FIELDS_MAX + name;

	size = (size + U64 - 1) / U64 * U64;
	if (extra->regs_user)
		size += (1U + (uint32_t)__builtin_popcountll(extra->regs_user)) * U64;
	/* As much as was asked for, used or not. */
	if (extra->stack_user)
		size += extra->stack_user + 2U * U64;
	if (extra->callchain)
		size += (1U + CALLCHAIN_MAX) * U64;
	if (extra->cgroup)
		size += U64;
	return (size < RECORD_MAX ? size : RECORD_MAX) + LOST_SIZE;
}

uint64_t ring_room_with_stacks(uint64_t memory, uint64_t cpus)
{
	const uint64_t share =
		memory / MEMORY_SHARE < ALL_RINGS_MAX ? memory / MEMORY_SHARE : ALL_RINGS_MAX;
	uint64_t size = RING_ROOM_STACKS_MOST;

	while (size > RING_ROOM_STACKS_LEAST && size * cpus > share)
		size /= 2;
	return size;
}

/* A ring is never filled to its last byte (CIRC_SPACE() of linux/circ_buf.h). */
bool ring_room_is_in(uint32_t room, uint64_t pages)
{
	return room < pages * page_size();
}

uint32_t ring_room_pages(uint32_t room)
{
	uint32_t pages = 1;

	while (!ring_room_is_in(room, pages))
		pages *= 2;
	return pages;
}

static bool holds_all(const struct cpu_ring_plan *plan)
{
	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		const struct perf_event_extra *extra = &plan->tracepoints[i].extra;

		if (!ring_room_is_in(ring_room(extra, RING_ROOM_LONGEST_NAME), plan->pages))
			return false;
	}
	return true;
}

/* Returns false where all are as small as they may be. */
static bool halve_stacks(struct cpu_ring_plan *plan)
{
	bool halved = false;

	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		uint32_t *stack = &plan->tracepoints[i].extra.stack_user;

		if (*stack / 2 < RING_ROOM_STACK_MIN)
			continue;
		*stack = *stack / 2 / U64 * U64;
		halved = true;
	}
	/* It is meant for a record that has such a stack. */
	if (halved)
		plan->watermark /= 2;
	return halved;
}

static void cut_stacks(struct cpu_ring_plan *plan, uint32_t most)
{
	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		uint32_t *stack = &plan->tracepoints[i].extra.stack_user;

		if (*stack > most)
			*stack = most;
	}
	if (plan->watermark > most / 2)
		plan->watermark = most / 2;
}

static bool is_small(const struct cpu_ring_plan *plan)
{
	return (uint64_t)plan->pages * page_size() <= RING_ROOM_SMALL;
}

bool ring_room_shrink(struct cpu_ring_plan *plan)
{
	struct cpu_ring_plan smaller = *plan;

	if (plan->pages == 1)
		return false;
	smaller.pages /= 2;
	if (plan->small_stack > 0 && is_small(&smaller))
		cut_stacks(&smaller, plan->small_stack);
	while (!holds_all(&smaller)) {
		if (!halve_stacks(&smaller))
			return false;
	}
	*plan = smaller;
	return true;
}
