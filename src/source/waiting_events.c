/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/waiting_events.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "event/event.h"
#include "event/texts.h"

static void own_texts(struct waiting_event *made)
{
	struct text *texts[EVENT_TEXTS_MAX];
	size_t count = event_texts(&made->event, texts);
	char *to = made->texts;

	for (size_t i = 0; i < count; i++) {
		if (!texts[i]->bytes)
			continue;
		memcpy(to, texts[i]->bytes, texts[i]->length);
		texts[i]->bytes = to;
		to += texts[i]->length;
	}
}

static size_t length_of_texts(const struct event *event)
{
	struct event copy = *event;
	struct text *texts[EVENT_TEXTS_MAX];
	size_t count = event_texts(&copy, texts), length = 0;

	for (size_t i = 0; i < count; i++)
		length += texts[i]->length;
	return length;
}

struct waiting_event *waiting_events_add(struct waiting_events *events, const struct event *event)
{
	struct waiting_event *made = malloc(sizeof(*made) + length_of_texts(event));

	if (!made)
		return NULL;
	*made = (struct waiting_event){.event = *event};
	own_texts(made);
	if (events->last)
		events->last->next = made;
	else
		events->first = made;
	events->last = made;
	return made;
}

struct waiting_event *waiting_events_take(struct waiting_events *events, uint64_t now_ns)
{
	struct waiting_event *first = events->first;

	if (!first || (first->is_waiting && now_ns < first->deadline_ns))
		return NULL;
	events->first = first->next;
	if (!events->first)
		events->last = NULL;
	return first;
}

void waiting_event_free(struct waiting_event *event)
{
	if (event)
		queued_message_free(event->shown);
	free(event);
}

void waiting_events_done(struct waiting_events *events)
{
	struct waiting_event *event;

	while ((event = waiting_events_take(events, UINT64_MAX)))
		waiting_event_free(event);
}
