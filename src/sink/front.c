/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/front.h"

/* What the next sink does with an event. */
typedef int show_event(struct sink *next, const struct event *event);

static int pass(struct sink *sink, const struct event *event, show_event *show)
{
	struct sink_front *front = (struct sink_front *)sink;
	struct facts facts;
	int code = event->facts ? front->change(front, event->facts, &facts) : 0;

	if (code <= 0)
		return code < 0 ? code : show(front->next, event);
	struct event shown = *event;
	shown.facts = &facts;
	return show(front->next, &shown);
}

int sink_front_event(struct sink *sink, const struct event *event)
{
	return pass(sink, event, sink_event);
}

int sink_front_running(struct sink *sink, const struct event *event)
{
	return pass(sink, event, sink_running);
}

int sink_front_idle(struct sink *sink, uint64_t now_ns)
{
	return sink_idle(((struct sink_front *)sink)->next, now_ns);
}

struct sink_front *sink_front_new(const struct sink_ops *ops, struct sink *next,
				  change_facts *change, size_t size)
{
	struct sink_front *front = (struct sink_front *)sink_new(ops, &next->context, size);

	if (front) {
		front->next = next;
		front->change = change;
	}
	return front;
}
