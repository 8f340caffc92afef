/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/put.h"
#include "base/string_list.h"
#include "event/event.h"
#include "event/signal_names.h"
#include "sink/ancestry_cache.h"
#include "sink/out_buffer.h"
#include "sink/properties.h"
#include "sink/sink.h"
#include "sink/text/json_environment.h"
#include "sink/text/json_text.h"
#include "sink/text/names.h"
#include "sink/text/wall_time.h"

/* Bytes of a line beside its properties: version, type, number, braces. */
#define HEAD_ROOM 96U
/* Names and numbers of a signal that was handled. */
#define HANDLED_ROOM 192U
/* Bytes beside each text: an ancestor's has a pid and two names. */
#define TEXT_ROOM (JSON_TEXT_ROOM(0) + 64U)

struct sink_json {
	struct sink sink;
	uint64_t seq; /* of the last line */
	struct json_environment environment;
	struct ancestry_cache *ancestries;
	struct text ancestry; /* of the event */
	struct clone_flags_text clone_flags;
	struct text heads[EVENT_SHOWN_TYPES]; /* what lines begin with; `bytes` has them */
	char bytes[];
};

/* ---- values ---- */

static char *put_bool(char *out, bool truth)
{
	return truth ? put_string(out, "true") : put_string(out, "false");
}

static char *put_null(char *out)
{
	return put_string(out, "null");
}

static char *put_word(char *out, const char *word)
{
	*out++ = '"';
	/* Of a few letters: less than two calls. */
	while (*word)
		*out++ = *word++;
	return put_char(out, '"');
}

static char *put_time(char *out, uint64_t ns, int64_t offset_ns)
{
	out = put_char(out, '"');
	out = wall_time_put(out, ns, offset_ns);
	return put_char(out, '"');
}

static char *put_clone_flags(char *out, struct clone_flags_text *last, uint64_t flags)
{
	if (flags == 0)
		return put_string(out, "[]");
	out = clone_flags_put_again(put_string(out, "[\""), last, flags, "\",\"");
	return put_string(out, "\"]");
}

static char *put_strings(char *out, struct string_list strings)
{
	char *start = out = put_char(out, '[');
	struct text string;

	while (string_list_next(&strings, &string)) {
		if (out > start)
			out = put_char(out, ',');
		out = json_put_text(out, string);
	}
	return put_char(out, ']');
}

/* An object, left open. */
static char *put_task(char *out, int32_t pid, struct text comm)
{
	out = put_string(out, "{\"pid\":");
	out = pid >= 0 ? put_signed(out, pid) : put_null(out);
	out = put_string(out, ",\"comm\":");
	return json_put_text(out, comm);
}

/* Beside its process, the thread whose doing it was. */
static char *put_killer(char *out, const struct exit_status *killed)
{
	out = put_task(out, killed->killer_pid, killed->killer_comm);
	out = put_string(out, ",\"tid\":");
	out = killed->killer_tid > 0 ? put_signed(out, killed->killer_tid) : put_null(out);
	out = put_string(out, ",\"thread_comm\":");
	out = json_put_text(out, killed->killer_thread_comm);
	return put_char(out, '}');
}

static char *put_word_or_null(char *out, const char *word)
{
	return word ? put_word(out, word) : put_null(out);
}

static char *put_handled(char *out, const struct handled_signal *handled)
{
	out = put_string(out, "{\"signal\":");
	out = put_signed(out, handled->signal);
	out = put_string(out, ",\"signal_name\":");
	out = put_word_or_null(out, signal_name(handled->signal));
	out = put_string(out, ",\"sent_by\":");
	out = put_word_or_null(out, signal_origin_name(handled->sent_by));
	out = put_string(out, ",\"sender\":");
	if (handled->sender_pid > 0)
		out = put_char(put_task(out, handled->sender_pid, handled->sender_comm), '}');
	else
		out = put_null(out);
	out = put_string(out, ",\"before_ns\":");
	return put_char(put_signed(out, handled->before_ns), '}');
}

static char *put_ancestry(char *out, const struct facts *facts)
{
	out = put_char(out, '[');
	for (size_t i = 0; i < facts->ancestor_count; i++) {
		const struct ancestor *ancestor = &facts->ancestry[i];

		if (i > 0)
			out = put_char(out, ',');
		out = put_task(out, ancestor->pid, ancestor->comm);
		out = put_string(out, ",\"from_proc\":");
		out = put_bool(out, ancestor->from_proc);
		out = put_char(out, '}');
	}
	return put_char(out, ']');
}

static size_t ancestor_room(size_t length)
{
	return TEXT_ROOM + JSON_TEXT_ROOM(length);
}

static const struct ancestry_format ancestry_format = {put_ancestry, ancestor_room};

static char *put_value(char *out, const struct value *value, struct sink_json *json)
{
	switch (value->kind) {
	case VALUE_SIGNED:
		return put_signed(out, value->number);
	case VALUE_UNSIGNED:
		return put_unsigned(out, value->count);
	case VALUE_BOOL:
		return put_bool(out, value->truth);
	case VALUE_WORD:
		return put_word(out, value->word);
	case VALUE_TEXT:
		return json_put_text(out, value->text);
	case VALUE_TIME:
		return put_time(out, value->time.ns, value->time.offset_ns);
	case VALUE_CLONE_FLAGS:
		return put_clone_flags(out, &json->clone_flags, value->clone_flags);
	case VALUE_STRINGS:
		return put_strings(out, *value->strings);
	case VALUE_VARIABLES:
		return json_environment_put(out, &json->environment);
	case VALUE_NO_VARIABLES:
		return json_environment_put_others(out, &json->environment);
	case VALUE_ANCESTRY:
		return put_bytes(out, json->ancestry);
	case VALUE_KILLER:
		return put_killer(out, value->killed);
	case VALUE_HANDLED:
		return put_handled(out, value->handled);
	case VALUE_UNKNOWN:
		break;
	}
	return put_null(out);
}

/* ---- lines ---- */

static const char *const types[EVENT_SHOWN_TYPES] = {
	[EVENT_FORK] = "fork", [EVENT_EXEC] = "exec",           [EVENT_EXIT] = "exit",
	[EVENT_LOST] = "lost", [EVENT_TRUNCATED] = "truncated",
};

/* Whole pieces of a key, so that the compiler knows how much is copied. */
static char *put_key(char *out, struct property_key key)
{
	memcpy(out, key.json, PROPERTY_KEY_SIZE);
	return out + key.name_length + strlen(",\"\":");
}

static size_t line_room(const struct sink_json *json, enum event_type type,
			const struct properties *properties)
{
	return HEAD_ROOM + HANDLED_ROOM + json->heads[type].length + json->ancestry.length +
	       CLONE_FLAGS_ROOM + PROPERTY_ROOM * properties->count +
	       TEXT_ROOM * properties->text_count + JSON_TEXT_ROOM(properties->text_bytes);
}

static int put_line(struct sink_json *json, enum event_type type,
		    const struct properties *properties)
{
	struct out_buffer *buffer = json->sink.context.output;
	char *out = out_buffer_reserve(buffer, line_room(json, type, properties));

	if (!out)
		return out_buffer_error(buffer);
	out = put_unsigned(put_bytes(out, json->heads[type]), ++json->seq);
	for (size_t i = 0; i < properties->count; i++) {
		const struct property *property = &properties->items[i];

		out = put_value(put_key(out, property->key), &property->value, json);
	}
	out_buffer_commit(buffer, put_string(out, "}\n"));
	return 0;
}

static int read_environment(struct sink_json *json, const struct event *event)
{
	if (!json->sink.context.environment || event->type != EVENT_EXEC || !event->facts)
		return 0;
	return json_environment_read(&json->environment, event->facts->environment.entries);
}

static int json_event(struct sink *sink, const struct event *event)
{
	struct sink_json *json = (struct sink_json *)sink;
	struct properties properties;
	int code;

	code = read_environment(json, event);
	if (code == 0)
		code = ancestry_cache_find(json->ancestries, event_facts(event), &json->ancestry);
	if (code < 0)
		return code;
	properties_collect(&properties, PROPERTIES_OF_JSON, event, &json->sink.context);
	return put_line(json, event->type, &properties);
}

static void json_done(struct sink *sink)
{
	struct sink_json *json = (struct sink_json *)sink;

	json_environment_done(&json->environment);
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
	out = put_word(out, types[type]);
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
	json->ancestries = ancestry_cache_new(&ancestry_format);
	if (!json->ancestries) {
		sink_free(sink);
		return NULL;
	}
	put_heads(json);
	return sink;
}
