/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/json_values.h"

#include "base/put.h"
#include "event/signal_names.h"
#include "sink/text/json_text.h"

/* Bytes of an ancestor beside its name: a pid, three members' names, false. */
#define MARKS_ROOM 64U

static char *put_bool(char *out, bool truth)
{
	return truth ? put_string(out, "true") : put_string(out, "false");
}

static char *put_null(char *out)
{
	return put_string(out, "null");
}

char *json_put_word(char *out, const char *word)
{
	*out++ = '"';
	/* Of a few letters: less than two calls. */
	while (*word)
		*out++ = *word++;
	return put_char(out, '"');
}

char *json_put_clone_flags(char *out, struct clone_flags_text *last, uint64_t flags)
{
	if (flags == 0)
		return put_string(out, "[]");
	out = clone_flags_put_again(put_string(out, "[\""), last, flags, "\",\"");
	return put_string(out, "\"]");
}

char *json_put_strings(char *out, struct string_list strings)
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
char *json_put_killer(char *out, const struct exit_status *status)
{
	out = put_task(out, status->killer_pid, status->killer_comm);
	out = put_string(out, ",\"tid\":");
	out = status->killer_tid > 0 ? put_signed(out, status->killer_tid) : put_null(out);
	out = put_string(out, ",\"thread_comm\":");
	out = json_put_text(out, status->killer_thread_comm);
	return put_char(out, '}');
}

static char *put_word_or_null(char *out, const char *word)
{
	return word ? json_put_word(out, word) : put_null(out);
}

char *json_put_handled(char *out, const struct handled_signal *handled)
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

static char *put_natural(char *out, int64_t number)
{
	return number >= 0 ? put_signed(out, number) : put_null(out);
}

char *json_put_usage(char *out, const struct usage *usage)
{
	out = put_natural(put_string(out, "{\"user_ns\":"), usage->user_ns);
	out = put_natural(put_string(out, ",\"system_ns\":"), usage->system_ns);
	out = put_natural(put_string(out, ",\"max_rss_bytes\":"), usage->max_rss_bytes);
	out = put_natural(put_string(out, ",\"read_bytes\":"), usage->read_bytes);
	out = put_natural(put_string(out, ",\"written_bytes\":"), usage->written_bytes);
	return put_char(out, '}');
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
	return MARKS_ROOM + JSON_TEXT_ROOM(length);
}

const struct ancestry_format json_ancestry_format = {put_ancestry, ancestor_room};
