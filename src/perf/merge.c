/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/heap.h"
#include "base/load.h"

struct input {
	struct heap_node node; /* first; by the time of `record`, and in which order it was added */
	struct ring *ring;
	void *tag;
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
	size_t count, capacity;
	struct heap heap;
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
	for (size_t i = 0; i < merge->count; i++)
		free(merge->inputs[i]);
	free(merge->inputs);
	heap_done(&merge->heap);
	free(merge);
}

static struct input *input_at(const struct merge *merge, size_t index)
{
	return (struct input *)merge->heap.nodes[index];
}

/* Take the input at INDEX off the heap. */
static void take_off(struct merge *merge, size_t index)
{
	input_at(merge, index)->waiting = false;
	heap_remove(&merge->heap, index);
}

int merge_add(struct merge *merge, struct ring *ring, void *tag)
{
	if (ARRAY_GROW(merge->inputs, merge->count, merge->capacity) < 0 ||
	    heap_reserve(&merge->heap, merge->count + 1) < 0)
		return -ENOMEM;

	struct input *input = malloc(sizeof(*input));
	if (!input)
		return -ENOMEM;
	*input = (struct input){.ring = ring, .tag = tag, .node.order = merge->added++};
	merge->inputs[merge->count++] = input;
	return 0;
}

static struct input *find_input(const struct merge *merge, const struct ring *ring)
{
	for (size_t i = 0; i < merge->count; i++) {
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

	while (at < merge->count && merge->inputs[at]->ring != ring)
		at++;
	if (at == merge->count)
		return;

	struct input *input = merge->inputs[at];
	for (size_t i = 0; input->waiting && i < merge->heap.count; i++) {
		if (merge->heap.nodes[i] == &input->node)
			take_off(merge, i);
	}
	if (merge->borrowed == input)
		merge->borrowed = NULL;
	memmove(merge->inputs + at, merge->inputs + at + 1,
		(merge->count - at - 1) * sizeof(*merge->inputs));
	merge->count--;
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
	int code = record_parse(header, layout_of(merge, input, header), &input->record);
	if (code < 0)
		return code;
	input->node.time_ns = input->record.time_ns;
	return 1;
}

/* Use up the record that the caller has had until now: its ring's next one takes its place. */
static int settle(struct merge *merge)
{
	if (!merge->borrowed)
		return 0;
	struct input *input = merge->borrowed;
	ring_advance(input->ring);
	merge->borrowed = NULL;

	int shown = fill(merge, input);
	if (shown < 0)
		return shown;
	if (shown > 0)
		heap_sink_first(&merge->heap);
	else
		take_off(merge, 0);
	return 0;
}

int merge_refresh(struct merge *merge)
{
	int settled = settle(merge);

	if (settled < 0)
		return settled;
	for (size_t i = 0; i < merge->count; i++) {
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
		heap_push(&merge->heap, &input->node);
	}
	return 0;
}

int merge_next(struct merge *merge, uint64_t horizon, struct record *record, void **tag)
{
	int settled = settle(merge);

	if (settled < 0)
		return settled;
	if (merge->heap.count == 0 || merge->heap.nodes[0]->time_ns > horizon)
		return 0;

	struct input *oldest = input_at(merge, 0);
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
	return merge->heap.count > 0;
}
