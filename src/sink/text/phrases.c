/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/phrases.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "event/error_names.h"
#include "event/event.h"
#include "event/facts.h"
#include "event/signal_names.h"
#include "sink/text/escape.h"
#include "sink/text/quote.h"

/* Of a LOST line where the terminal's width is not known. */
#define MISSING_COLUMNS 80U

/* A signal that was handled longer ago is not said to have to do with an exit. */
#define HANDLED_SHOWN_NS ((int64_t)(10 * NS_PER_S))

int32_t phrase_pid(const struct event *event)
{
	const struct facts *facts = event_facts(event);

	return facts->last == KNOWN_YES && facts->tgid >= 0 ? facts->tgid : event_task(event);
}

struct text phrase_name(const struct event *event)
{
	const struct facts *facts = event_facts(event);

	return facts->name.bytes ? facts->name : event_comm(event);
}

/* ---- the command ---- */

static struct text task_name(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.child_comm;
	case EVENT_EXEC:
		return event->exec.filename.length > 0 ? event->exec.filename : event->exec.comm;
	default:
		return phrase_name(event);
	}
}

static size_t failed_exec_room(const struct event *event)
{
	return QUOTE_GROWTH * (event->exec_failed.path.length + 1) +
	       ESCAPE_GROWTH * event->exec_failed.comm.length;
}

size_t phrase_room(const struct event *event)
{
	const struct facts *facts = event_facts(event);

	if (event->type == EVENT_EXEC_FAILED)
		return failed_exec_room(event);

	/* A word's NUL stands for the space and for QUOTE_EXTRA; the last word may have none. */
	return QUOTE_GROWTH * (facts->arguments.known.bytes.length + 1) +
	       ESCAPE_GROWTH * (task_name(event).length + facts->status.killer_comm.length +
				facts->failed_exec.length + facts->handled.sender_comm.length);
}

static void put_words(struct line *line, struct text words)
{
	for (size_t at = 0; at < words.length && !line->is_cut;) {
		const char *word = words.bytes + at;
		size_t length = strnlen(word, words.length - at);

		if (at > 0)
			line_words(line, " ");
		line_extend(line, quote_word(line->at, (struct text){word, length}, at == 0));
		at += length + 1;
	}
}

void phrase_arguments(struct line *line, struct text words, bool complete)
{
	line_begin_middle(line);
	put_words(line, words);
	if (!complete)
		line_string(line, " …");
	line_end_middle(line);
}

void phrase_command(struct line *line, const struct event *event)
{
	const struct arguments *arguments = &event_facts(event)->arguments;

	const bool complete =
		event->type == EVENT_FORK || arguments->source == ARGV_NONE || arguments->complete;

	if (event->type != EVENT_FORK && arguments->known.bytes.length > 0) {
		phrase_arguments(line, arguments->known.bytes, complete);
		return;
	}
	line_begin_middle(line);
	line_enclosed(line, "[]", task_name(event));
	if (!complete)
		line_string(line, " …");
	line_end_middle(line);
}

/* ---- how it ended ---- */

void phrase_task(struct line *line, int32_t pid, struct text name)
{
	line_signed(line, pid);
	if (name.length > 0)
		line_words(line, " ");
	line_text(line, name);
}

void phrase_signal_name(struct line *line, int32_t signal)
{
	const char *name = signal_name(signal);

	line_string(line, name ? name : "signal ");
	if (!name)
		line_signed(line, signal);
}

static void put_sender(struct line *line, enum signal_origin by, int32_t pid, struct text comm)
{
	line_words(line, " from ");
	if (pid > 0)
		phrase_task(line, pid, comm);
	else
		line_string(line, by == SENT_BY_KERNEL ? "the kernel" : "?");
}

void phrase_signal(struct line *line, const struct exit_status *status)
{
	phrase_signal_name(line, status->signal);
	phrase_signal_origin(line, status);
}

void phrase_signal_origin(struct line *line, const struct exit_status *status)
{
	if (status->core == KNOWN_YES)
		line_words(line, " (core)");
	if (status->oom == KNOWN_YES)
		line_words(line, " (OOM)");
	put_sender(line, status->sent_by, status->killer_pid, status->killer_comm);
}

void phrase_handled(struct line *line, const struct event *event)
{
	const struct handled_signal *handled = &event_facts(event)->handled;

	if (handled->signal == 0 || handled->before_ns > HANDLED_SHOWN_NS)
		return;
	line_words(line, ", after ");
	phrase_signal_name(line, handled->signal);
	put_sender(line, handled->sent_by, handled->sender_pid, handled->sender_comm);
}

void phrase_failed_exec(struct line *line, const char *separator, const struct event *event)
{
	const struct text name = event_facts(event)->failed_exec;

	if (!name.bytes)
		return;
	line_string(line, separator);
	line_words(line, "in an exec of ");
	line_text(line, name);
	line_words(line, " that did not come to be");
}

void phrase_failed_path(struct line *line, const struct event *event)
{
	const struct text path = event->exec_failed.path;

	line_begin_middle(line);
	if (path.bytes)
		line_extend(line, quote_word(line->at, path, true));
	else
		line_words(line, "?");
	line_end_middle(line);
}

void phrase_error(struct line *line, const struct event *event)
{
	const char *name = error_name(event->exec_failed.error);

	line_words(line, ": ");
	line_string(line, name ? name : "error ");
	if (!name)
		line_signed(line, event->exec_failed.error);
}

void phrase_caller(struct line *line, const struct event *event)
{
	line_words(line, ", by ");
	if (event->exec_failed.comm.bytes)
		line_text(line, event->exec_failed.comm);
	else
		line_words(line, "?");
}

bool phrase_failed(const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;

	return event->type == EVENT_EXIT && status->known &&
	       (status->code != 0 || status->signal != 0);
}

/* ---- what is missing ---- */

static void put_missing(struct line *line, const struct event *event)
{
	if (event->type == EVENT_LOST && event->cpu == EVENT_NO_CPU)
		line_printf(line, "LOST: %" PRIu64 " event%s ", event->lost.count,
			    event->lost.count == 1 ? "" : "s");
	else if (event->type == EVENT_LOST)
		line_printf(line, "LOST: %" PRIu64 " event%s on CPU %" PRIu32 " ",
			    event->lost.count, event->lost.count == 1 ? "" : "s", event->cpu);
	else
		line_printf(line, "TRUNCATED: the limit of %" PRIu64 " %s is reached ",
			    event->truncated.limit, event->truncated.reason);
}

int phrase_missing(const struct sink_context *context, struct times *times,
		   const struct event *event)
{
	unsigned int columns = context->width > 0 ? context->width : MISSING_COLUMNS;
	char when[TIMES_TEXT_SIZE];
	struct line line;
	int code = line_begin(&line, context, columns);

	if (code < 0)
		return code;
	size_t length = times_when(times, context, event->time_ns, when);
	line_paint(&line, PAINT_ALERT);
	line_right(&line, TIMES_WHEN_COLUMNS, (struct text){when, length});
	line_string(&line, "  !!! ");
	put_missing(&line, event);
	while (line.columns < columns && !line.is_cut)
		line_string(&line, "!");
	line_end(&line);
	return 0;
}
