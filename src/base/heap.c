/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->order < b->order;
}

static void sift_up(struct heap *heap, size_t at)
{
	struct heap_node *moving = heap->nodes[at];

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(moving, heap->nodes[parent]))
			break;
		heap->nodes[at] = heap->nodes[parent];
		at = parent;
	}
	heap->nodes[at] = moving;
}

static void sift_down(struct heap *heap, size_t at)
{
	struct heap_node *moving = heap->nodes[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    is_before(heap->nodes[child + 1], heap->nodes[child]))
			child++;
		if (!is_before(heap->nodes[child], moving))
			break;
		heap->nodes[at] = heap->nodes[child];
		at = child;
	}
	heap->nodes[at] = moving;
}

int heap_reserve(struct heap *heap, size_t count)
{
	int code = 0;

	while (code == 0 && heap->capacity < count)
		code = ARRAY_GROW(heap->nodes, heap->capacity, heap->capacity);
	return code;
}

void heap_push(struct heap *heap, struct heap_node *node)
{
	heap->nodes[heap->count] = node;
	sift_up(heap, heap->count++);
}

void heap_sink_first(struct heap *heap)
{
	sift_down(heap, 0);
}

void heap_remove(struct heap *heap, size_t at)
{
	heap->count--;
	if (at == heap->count)
		return;
	heap->nodes[at] = heap->nodes[heap->count];
	sift_down(heap, at);
	sift_up(heap, at);
}

void heap_done(struct heap *heap)
{
	free(heap->nodes);
	*heap = (struct heap){0};
}
