/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/put.h"
#include "event/event.h"
#include "sink/ancestry_cache.h"
#include "sink/extended_values.h"
#include "sink/out_buffer.h"
#include "sink/pipe_line.h"
#include "sink/properties.h"
#include "sink/sink.h"

struct sink_extended {
	struct sink sink;
	struct pipe_texts line;
	struct ancestry_cache *ancestries;
	struct property_texts texts;
};

static int extended_event(struct sink *sink, const struct event *event)
{
	struct sink_extended *extended = (struct sink_extended *)sink;
	struct property_texts *texts = &extended->texts;
	struct out_buffer *buffer = sink->context.output;
	int code = ancestry_cache_find(extended->ancestries, event_facts(event), &texts->ancestry);

	if (code < 0)
		return code;
	char *out = out_buffer_reserve(buffer, pipe_line_room(event) +
						       properties_room(event, &sink->context) +
						       texts->ancestry.length);
	if (!out)
		return out_buffer_error(buffer);
	out = pipe_line_put(out, &extended->line, event);
	out = properties_put_extended(out, texts, event, &sink->context);
	out_buffer_commit(buffer, put_char(out, '\n'));
	return 0;
}

static void extended_done(struct sink *sink)
{
	ancestry_cache_free(((struct sink_extended *)sink)->ancestries);
}

static const struct sink_ops extended_ops = {.event = extended_event, .done = extended_done};

struct sink *sink_extended_new(const struct sink_context *context)
{
	struct sink *sink = sink_new(&extended_ops, context, sizeof(struct sink_extended));
	struct sink_extended *extended = (struct sink_extended *)sink;

	if (!extended)
		return NULL;
	extended->ancestries = ancestry_cache_new(&extended_ancestry_format);
	if (extended->ancestries)
		return sink;
	sink_free(sink);
	return NULL;
}
