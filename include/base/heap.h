/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A binary heap: the oldest of many things first, of equally old ones that of the lowest order.
 *
 * Its elements are nodes inside of the caller's structures, who owns them. All zero is an empty
 * heap.
 */
#ifndef PXT_BASE_HEAP_H
#define PXT_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct heap_node {
	uint64_t time_ns;
	uint64_t order; /* unique */
};

struct heap {
	struct heap_node **nodes; /* the first one is the oldest; parents come before children */
	size_t count, capacity;
};

/* Make room for COUNT nodes. Returns 0 or -ENOMEM. */
int heap_reserve(struct heap *heap, size_t count) MUST_CHECK;

/* Add NODE, for which there has to be room. */
void heap_push(struct heap *heap, struct heap_node *node);

/* Restore the order after the first node got a later time. */
void heap_sink_first(struct heap *heap);

/* Remove the node at index AT. */
void heap_remove(struct heap *heap, size_t at);

void heap_done(struct heap *heap);

#endif
