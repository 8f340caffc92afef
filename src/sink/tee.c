/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "sink/sink.h"

struct sink_tee {
	struct sink sink;
	struct sink *first, *second;
};

static int tee_event(struct sink *sink, const struct event *event)
{
	const struct sink_tee *tee = (const struct sink_tee *)sink;
	int code = sink_event(tee->first, event);

	return code == 0 ? sink_event(tee->second, event) : code;
}

static void tee_free(struct sink *sink)
{
	free(sink);
}

static const struct sink_ops tee_ops = {.event = tee_event, .free = tee_free};

struct sink *sink_tee_new(struct sink *first, struct sink *second)
{
	struct sink_tee *tee = malloc(sizeof(*tee));

	if (!tee)
		return NULL;
	*tee = (struct sink_tee){.sink = {.ops = &tee_ops}, .first = first, .second = second};
	return &tee->sink;
}
