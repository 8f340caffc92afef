/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"

struct input {
	struct ring *ring;
	void *tag;
	uint64_t order;    /* in which it was added */
	uint64_t other_id; /* of the event whose samples are of `other`; 0: there is none */
	bool waiting;      /* `record` is its ring's next one and stands in the heap */
	struct record record;
};

/*
 * `heap` holds the inputs with a record, the oldest first. The one whose record was given out last
 * (`borrowed`) stays on top, its record in its ring, until the caller asks for the next one.
 */
struct merge {
	struct record_layout layout, other;
	struct input **inputs;
	struct input **heap;
	size_t input_count, heap_count, capacity;
	struct input *borrowed;
	uint64_t added;
	uint64_t newest_ns; /* given out so far */
	uint64_t late;
};

struct merge *merge_new(uint64_t sample_type)
{
	struct merge *merge = calloc(1, sizeof(*merge));

	if (merge)
		record_layout_init(&merge->layout, sample_type, 0, true, false);
	return merge;
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	for (size_t i = 0; i < merge->input_count; i++)
		free(merge->inputs[i]);
	free(merge->inputs);
	free(merge->heap);
	free(merge);
}

static bool is_before(const struct input *a, const struct input *b)
{
	if (a->record.time_ns != b->record.time_ns)
		return a->record.time_ns < b->record.time_ns;
	return a->order < b->order;
}

static void sift_up(struct merge *merge, size_t at)
{
	struct input *moving = merge->heap[at];

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(moving, merge->heap[parent]))
			break;
		merge->heap[at] = merge->heap[parent];
		at = parent;
	}
	merge->heap[at] = moving;
}

static void sift_down(struct merge *merge, size_t at)
{
	struct input *moving = merge->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= merge->heap_count)
			break;
		if (child + 1 < merge->heap_count &&
		    is_before(merge->heap[child + 1], merge->heap[child]))
			child++;
		if (!is_before(merge->heap[child], moving))
			break;
		merge->heap[at] = merge->heap[child];
		at = child;
	}
	merge->heap[at] = moving;
}

static void heap_remove(struct merge *merge, size_t at)
{
	merge->heap[at]->waiting = false;
	merge->heap_count--;
	if (at == merge->heap_count)
		return;
	merge->heap[at] = merge->heap[merge->heap_count];
	sift_down(merge, at);
	sift_up(merge, at);
}

static int grow(struct merge *merge)
{
	size_t capacity = merge->capacity ? 2 * merge->capacity : 8;
	struct input **inputs = realloc(merge->inputs, capacity * sizeof(*inputs));

	if (!inputs)
		return -ENOMEM;
	merge->inputs = inputs;
	struct input **heap = realloc(merge->heap, capacity * sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	merge->heap = heap;
	merge->capacity = capacity;
	return 0;
}

int merge_add(struct merge *merge, struct ring *ring, void *tag)
{
	if (merge->input_count == merge->capacity && grow(merge) < 0)
		return -ENOMEM;

	struct input *input = malloc(sizeof(*input));
	if (!input)
		return -ENOMEM;
	*input = (struct input){.ring = ring, .tag = tag, .order = merge->added++};
	merge->inputs[merge->input_count++] = input;
	return 0;
}

static struct input *find_input(const struct merge *merge, const struct ring *ring)
{
	for (size_t i = 0; i < merge->input_count; i++) {
		if (merge->inputs[i]->ring == ring)
			return merge->inputs[i];
	}
	return NULL;
}

void merge_set_other(struct merge *merge, const struct ring *ring, uint64_t id,
		     uint64_t sample_type)
{
	struct input *input = find_input(merge, ring);

	record_layout_init(&merge->other, sample_type, 0, true, false);
	if (input)
		input->other_id = id;
}

void merge_remove(struct merge *merge, const struct ring *ring)
{
	size_t at = 0;

	while (at < merge->input_count && merge->inputs[at]->ring != ring)
		at++;
	if (at == merge->input_count)
		return;

	struct input *input = merge->inputs[at];
	for (size_t i = 0; input->waiting && i < merge->heap_count; i++) {
		if (merge->heap[i] == input)
			heap_remove(merge, i);
	}
	if (merge->borrowed == input)
		merge->borrowed = NULL;
	memmove(merge->inputs + at, merge->inputs + at + 1,
		(merge->input_count - at - 1) * sizeof(*merge->inputs));
	merge->input_count--;
	free(input);
}

static const struct record_layout *layout_of(const struct merge *merge, const struct input *input,
					     const struct perf_event_header *header)
{
	uint64_t id;

	if (input->other_id == 0 || header->type != PERF_RECORD_SAMPLE ||
	    header->size < sizeof(*header) + sizeof(id))
		return &merge->layout;
	id = load64(header + 1, false);
	return id == input->other_id ? &merge->other : &merge->layout;
}

/* Look at the next record of INPUT. 1 where there is one, 0, or -EBADMSG. */
static int fill(struct merge *merge, struct input *input)
{
	const struct perf_event_header *header;
	int shown = ring_peek(input->ring, &header);

	if (shown <= 0)
		return shown;
	int parsed = record_parse(header, layout_of(merge, input, header), &input->record);
	return parsed < 0 ? parsed : 1;
}

/* Use up the record that the caller has had until now: its ring's next one takes its place. */
static int settle(struct merge *merge)
{
	if (!merge->borrowed)
		return 0;
	ring_advance(merge->borrowed->ring);
	merge->borrowed = NULL;

	int shown = fill(merge, merge->heap[0]);
	if (shown < 0)
		return shown;
	if (shown > 0)
		sift_down(merge, 0);
	else
		heap_remove(merge, 0);
	return 0;
}

int merge_refresh(struct merge *merge)
{
	int settled = settle(merge);

	if (settled < 0)
		return settled;
	for (size_t i = 0; i < merge->input_count; i++) {
		struct input *input = merge->inputs[i];

		ring_release(input->ring);
		ring_refresh(input->ring);
		if (input->waiting)
			continue;
		int shown = fill(merge, input);
		if (shown < 0)
			return shown;
		if (shown == 0)
			continue;
		input->waiting = true;
		merge->heap[merge->heap_count++] = input;
		sift_up(merge, merge->heap_count - 1);
	}
	return 0;
}

int merge_next(struct merge *merge, uint64_t horizon, struct record *record, void **tag)
{
	int settled = settle(merge);

	if (settled < 0)
		return settled;
	if (merge->heap_count == 0 || merge->heap[0]->record.time_ns > horizon)
		return 0;

	struct input *oldest = merge->heap[0];
	if (oldest->record.time_ns < merge->newest_ns)
		merge->late++;
	else
		merge->newest_ns = oldest->record.time_ns;
	*record = oldest->record;
	*tag = oldest->tag;
	merge->borrowed = oldest;
	return 1;
}

uint64_t merge_late(const struct merge *merge)
{
	return merge->late;
}

int merge_pending(const struct merge *merge)
{
	return merge->heap_count > 0;
}
