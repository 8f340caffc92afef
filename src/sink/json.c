/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/put.h"
#include "event/event.h"
#include "sink/ancestry_cache.h"
#include "sink/json_values.h"
#include "sink/out_buffer.h"
#include "sink/properties.h"
#include "sink/sink.h"
#include "sink/text/json_environment.h"
#include "sink/text/json_text.h"

/* What a line begins with, but for the texts: version, type, members' names. */
#define HEAD_ROOM 96U
/* The number behind that, and what ends the line. */
#define TAIL_ROOM 32U

struct sink_json {
	struct sink sink;
	uint64_t seq; /* of the last line */
	struct ancestry_cache *ancestries;
	struct property_texts texts;
	struct text heads[EVENT_SHOWN_TYPES]; /* what lines begin with; `bytes` has them */
	char bytes[];
};

/* ---- lines ---- */

static const char *const types[EVENT_SHOWN_TYPES] = {
	[EVENT_FORK] = "fork", [EVENT_EXEC] = "exec",
	[EVENT_EXIT] = "exit", [EVENT_EXEC_FAILED] = "exec_failed",
	[EVENT_LOST] = "lost", [EVENT_TRUNCATED] = "truncated",
};

static int read_environment(struct sink_json *json, const struct event *event)
{
	if (!json->sink.context.environment || event->type != EVENT_EXEC || !event->facts)
		return 0;
	return json_environment_read(&json->texts.environment, event->facts->environment.entries);
}

/* What EVENT's line needs beside the event. */
static int prepare(struct sink_json *json, const struct event *event)
{
	int code = read_environment(json, event);

	return code < 0 ? code
			: ancestry_cache_find(json->ancestries, event_facts(event),
					      &json->texts.ancestry);
}

static int json_event(struct sink *sink, const struct event *event)
{
	struct sink_json *json = (struct sink_json *)sink;
	struct out_buffer *buffer = sink->context.output;
	const struct text head = json->heads[event->type];
	int code = prepare(json, event);

	if (code < 0)
		return code;
	char *out = out_buffer_reserve(buffer, head.length + TAIL_ROOM +
						       properties_room(event, &sink->context) +
						       json->texts.ancestry.length);
	if (!out)
		return out_buffer_error(buffer);
	out = put_unsigned(put_bytes(out, head), ++json->seq);
	out = properties_put_json(out, &json->texts, event, &sink->context);
	out_buffer_commit(buffer, put_string(out, "}\n"));
	return 0;
}

static void json_done(struct sink *sink)
{
	struct sink_json *json = (struct sink_json *)sink;

	json_environment_done(&json->texts.environment);
	ancestry_cache_free(json->ancestries);
}

/* ---- a sink ---- */

static struct text text_of(const char *string)
{
	return (struct text){string, string ? strlen(string) : 0};
}

static char *put_head(char *out, const struct sink_context *context, enum event_type type)
{
	out = put_string(out, "{\"v\":1,\"type\":");
	out = json_put_word(out, types[type]);
	out = put_string(out, ",\"host\":");
	out = json_put_text(out, text_of(context->host));
	out = put_string(out, ",\"boot_id\":");
	out = json_put_text(out, text_of(context->boot_id));
	return put_string(out, ",\"seq\":");
}

static void put_heads(struct sink_json *json)
{
	char *out = json->bytes;

	for (enum event_type type = 0; type < EVENT_SHOWN_TYPES; type++) {
		char *end = put_head(out, &json->sink.context, type);

		json->heads[type] = (struct text){out, (size_t)(end - out)};
		out = end;
	}
}

static const struct sink_ops json_ops = {.event = json_event, .done = json_done};

struct sink *sink_json_new(const struct sink_context *context)
{
	size_t room = HEAD_ROOM + JSON_TEXT_ROOM(text_of(context->host).length) +
		      JSON_TEXT_ROOM(text_of(context->boot_id).length);
	struct sink *sink =
		sink_new(&json_ops, context, sizeof(struct sink_json) + EVENT_SHOWN_TYPES * room);
	struct sink_json *json = (struct sink_json *)sink;

	if (!json)
		return NULL;
	json->ancestries = ancestry_cache_new(&json_ancestry_format);
	if (!json->ancestries) {
		sink_free(sink);
		return NULL;
	}
	put_heads(json);
	return sink;
}
