/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/reorder.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

struct reorder_slot {
	struct event event; /* its texts are offsets into `bytes` while it waits */
	uint64_t sequence;
	char bytes[REORDER_TEXT_SIZE];
};

static bool is_before(const struct reorder_slot *a, const struct reorder_slot *b)
{
	if (a->event.time_ns != b->event.time_ns)
		return a->event.time_ns < b->event.time_ns;
	return a->sequence < b->sequence;
}

static void swap(struct reorder_slot *a, struct reorder_slot *b)
{
	struct reorder_slot kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_up(struct reorder_slot *heap, size_t at)
{
	while (at > 0 && is_before(&heap[at], &heap[(at - 1) / 2])) {
		swap(&heap[at], &heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

static void sift_down(struct reorder_slot *heap, size_t count, size_t at)
{
	for (;;) {
		size_t least = at, left = 2 * at + 1;

		if (left < count && is_before(&heap[left], &heap[least]))
			least = left;
		if (left + 1 < count && is_before(&heap[left + 1], &heap[least]))
			least = left + 1;
		if (least == at)
			return;
		swap(&heap[at], &heap[least]);
		at = least;
	}
}

/* The texts of EVENT, those that its type has. */
static size_t texts_of(struct event *event, struct text *texts[2])
{
	switch (event->type) {
	case EVENT_FORK:
		texts[0] = &event->fork.parent_comm;
		texts[1] = &event->fork.child_comm;
		return 2;
	case EVENT_EXEC:
		texts[0] = &event->exec.comm;
		texts[1] = &event->exec.filename;
		return 2;
	case EVENT_EXIT:
		texts[0] = &event->exit.comm;
		return 1;
	default:
		return 0;
	}
}

/* Those that do not fit become unknown. */
static void copy_texts(struct reorder_slot *slot)
{
	struct text *texts[2];
	size_t used = 0, count = texts_of(&slot->event, texts);

	for (size_t i = 0; i < count; i++) {
		if (!texts[i]->bytes)
			continue;
		if (texts[i]->length > sizeof(slot->bytes) - used) {
			*texts[i] = (struct text){0};
			continue;
		}
		memcpy(slot->bytes + used, texts[i]->bytes, texts[i]->length);
		used += texts[i]->length;
	}
}

/* The slot has moved since. */
static void point_texts(struct reorder_slot *slot)
{
	struct text *texts[2];
	size_t used = 0, count = texts_of(&slot->event, texts);

	for (size_t i = 0; i < count; i++) {
		if (!texts[i]->bytes)
			continue;
		texts[i]->bytes = slot->bytes + used;
		used += texts[i]->length;
	}
}

int reorder_push(struct reorder *reorder, const struct event *event)
{
	/* One slot more than there are events: where the last one popped is kept. */
	int code = ARRAY_GROW(reorder->heap, reorder->count + 1, reorder->capacity);

	if (code < 0)
		return code;
	struct reorder_slot *slot = &reorder->heap[reorder->count];
	slot->event = *event;
	slot->sequence = reorder->sequence++;
	copy_texts(slot);
	sift_up(reorder->heap, reorder->count++);
	return 0;
}

bool reorder_pop(struct reorder *reorder, uint64_t horizon_ns, struct event *event)
{
	struct reorder_slot *heap = reorder->heap;

	if (reorder->count == 0 ||
	    (heap[0].event.time_ns > horizon_ns && reorder->count <= REORDER_MAX))
		return false;
	swap(&heap[0], &heap[--reorder->count]);
	sift_down(heap, reorder->count, 0);
	struct reorder_slot *popped = &heap[reorder->count];
	point_texts(popped);
	*event = popped->event;
	if (event->time_ns < reorder->newest_ns)
		reorder->late++;
	else
		reorder->newest_ns = event->time_ns;
	return true;
}

void reorder_done(struct reorder *reorder)
{
	free(reorder->heap);
}
