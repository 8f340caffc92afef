/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Used room goes back in batches: every store of data_tail costs the writing CPU a cache miss. */
#define RELEASE_FRACTION 8

/* The kernel pads every record to this. */
#define RING_ALIGNMENT sizeof(uint64_t)

int ring_init(struct ring *ring, struct perf_event_mmap_page *control, const void *data,
	      uint64_t size)
{
	if (size < sizeof(struct perf_event_header) || (size & (size - 1)) != 0)
		return -EINVAL;
	unsigned char *wrapped = malloc(RING_RECORD_MAX);
	if (!wrapped)
		return -ENOMEM;
	*ring = (struct ring){
		.control = control,
		.data = data,
		.size = size,
		.head = control->data_tail,
		.tail = control->data_tail,
		.released = control->data_tail,
		.wrapped = wrapped,
	};
	return 0;
}

void ring_done(struct ring *ring)
{
	free(ring->wrapped);
	ring->wrapped = NULL;
}

void ring_refresh(struct ring *ring)
{
	/* Pairs with the kernel's barrier between writing records and moving data_head. */
	ring->head = __atomic_load_n(&ring->control->data_head, __ATOMIC_ACQUIRE);
}

bool ring_has_news(const struct ring *ring)
{
	return __atomic_load_n(&ring->control->data_head, __ATOMIC_ACQUIRE) != ring->head;
}

static void copy_out(const struct ring *ring, uint64_t from, void *to, size_t length)
{
	size_t start = (size_t)(from & (ring->size - 1));
	size_t until_end = (size_t)ring->size - start;
	size_t first = length < until_end ? length : until_end;

	memcpy(to, ring->data + start, first);
	memcpy((unsigned char *)to + first, ring->data, length - first);
}

int ring_peek(struct ring *ring, const struct perf_event_header **header)
{
	uint64_t available = ring->head - ring->tail;
	struct perf_event_header probe;

	if (available == 0)
		return 0;
	if (available > ring->size || available < sizeof(probe))
		return -EBADMSG;

	copy_out(ring, ring->tail, &probe, sizeof(probe));
	if (probe.size < sizeof(probe) || probe.size > available ||
	    probe.size % RING_ALIGNMENT != 0)
		return -EBADMSG;

	uint64_t start = ring->tail & (ring->size - 1);
	if (probe.size <= ring->size - start) {
		*header = (const struct perf_event_header *)(const void *)(ring->data + start);
	} else {
		copy_out(ring, ring->tail, ring->wrapped, probe.size);
		*header = (const struct perf_event_header *)(const void *)ring->wrapped;
	}
	ring->current = probe.size;
	return 1;
}

void ring_skip(struct ring *ring)
{
	ring->tail += ring->current;
	ring->current = 0;
}

int ring_skipped(const struct ring *ring, struct iovec pieces[2])
{
	size_t length = (size_t)(ring->tail - ring->released);
	size_t start = (size_t)(ring->released & (ring->size - 1));
	size_t until_end = (size_t)ring->size - start;
	size_t first = length < until_end ? length : until_end;

	/* An iovec has no pointer to const; nobody writes through this one. */
	pieces[0] = (struct iovec){(void *)(uintptr_t)(ring->data + start), first};
	pieces[1] = (struct iovec){(void *)(uintptr_t)ring->data, length - first};
	return (first > 0) + (length > first);
}

void ring_advance(struct ring *ring)
{
	ring_skip(ring);
	if (ring->tail - ring->released >= ring->size / RELEASE_FRACTION)
		ring_release(ring);
}

void ring_release(struct ring *ring)
{
	if (ring->released == ring->tail)
		return;
	/* Everything was read before the kernel may write over it. */
	__atomic_store_n(&ring->control->data_tail, ring->tail, __ATOMIC_RELEASE);
	ring->released = ring->tail;
}
