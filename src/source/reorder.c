/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/reorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/text.h"
#include "event/event.h"
#include "event/texts.h"

struct reorder_slot {
	struct heap_node node;     /* first */
	struct reorder_slot *next; /* of those that are spare */
	struct event event;
	char bytes[REORDER_TEXT_SIZE];
};

/* Those that do not fit become unknown. */
static void copy_texts(struct reorder_slot *slot)
{
	struct text *texts[EVENT_TEXTS_MAX];
	size_t used = 0, count = event_texts(&slot->event, texts);

	for (size_t i = 0; i < count; i++) {
		struct text *text = texts[i];

		if (text->length > sizeof(slot->bytes) - used)
			*text = (struct text){0};
		if (!text->bytes)
			continue;
		text->bytes = memcpy(slot->bytes + used, text->bytes, text->length);
		used += text->length;
	}
}

static struct reorder_slot *take_slot(struct reorder *reorder)
{
	struct reorder_slot *slot = reorder->spare;

	if (!slot)
		return malloc(sizeof(*slot));
	reorder->spare = slot->next;
	return slot;
}

static void give_slot(struct reorder *reorder, struct reorder_slot *slot)
{
	if (!slot)
		return;
	slot->next = reorder->spare;
	reorder->spare = slot;
}

int reorder_push(struct reorder *reorder, const struct event *event)
{
	struct reorder_slot *slot = NULL;

	if (heap_reserve(&reorder->heap, reorder->heap.count + 1) == 0)
		slot = take_slot(reorder);
	if (!slot)
		return -ENOMEM;
	slot->node = (struct heap_node){event->time_ns, reorder->sequence++};
	slot->event = *event;
	copy_texts(slot);
	heap_push(&reorder->heap, &slot->node);
	return 0;
}

bool reorder_pop(struct reorder *reorder, uint64_t horizon_ns, struct event *event)
{
	const struct heap *heap = &reorder->heap;

	if (heap->count == 0 ||
	    (heap->nodes[0]->time_ns > horizon_ns && heap->count <= REORDER_MAX))
		return false;
	give_slot(reorder, reorder->popped);
	reorder->popped = (struct reorder_slot *)heap->nodes[0];
	heap_remove(&reorder->heap, 0);
	*event = reorder->popped->event;
	if (event->time_ns < reorder->newest_ns)
		reorder->late++;
	else
		reorder->newest_ns = event->time_ns;
	return true;
}

void reorder_done(struct reorder *reorder)
{
	give_slot(reorder, reorder->popped);
	for (size_t i = 0; i < reorder->heap.count; i++)
		give_slot(reorder, (struct reorder_slot *)reorder->heap.nodes[i]);
	heap_done(&reorder->heap);
	while (reorder->spare)
		free(take_slot(reorder));
}
