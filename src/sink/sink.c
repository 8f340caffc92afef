/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/sink.h"

#include <stdlib.h>

struct sink *sink_new(const struct sink_ops *ops, const struct sink_context *context, size_t size)
{
	struct sink *sink = calloc(1, size);

	if (sink)
		*sink = (struct sink){.ops = ops, .context = *context};
	return sink;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->ops->done)
		sink->ops->done(sink);
	free(sink);
}

/* ---- two at once ---- */

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

static int tee_running(struct sink *sink, const struct event *event)
{
	const struct sink_tee *tee = (const struct sink_tee *)sink;
	int code = sink_running(tee->first, event);

	return code == 0 ? sink_running(tee->second, event) : code;
}

static int tee_idle(struct sink *sink, uint64_t now_ns)
{
	const struct sink_tee *tee = (const struct sink_tee *)sink;
	int first = sink_idle(tee->first, now_ns);
	int second = first < 0 ? first : sink_idle(tee->second, now_ns);

	return second != 0 ? second : first;
}

static const struct sink_ops tee_ops = {
	.event = tee_event,
	.running = tee_running,
	.idle = tee_idle,
};

struct sink *sink_tee_new(struct sink *first, struct sink *second)
{
	struct sink *sink = sink_new(&tee_ops, &first->context, sizeof(struct sink_tee));
	struct sink_tee *tee = (struct sink_tee *)sink;

	if (tee) {
		tee->first = first;
		tee->second = second;
	}
	return sink;
}
