/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PID: the new task of a fork, the thread of a "t-exit", else the process. "runs": a process that
 * is older than the trace. PPID: who forked that process. UID: "real/effective" where they differ.
 * AGE: of the process. CPU: time that it used, user and system together; MEMORY: its peak; both
 * only with --usage. "?": not known; "fork?": a process or a thread; "exit?": of a process or of
 * one of its threads; "exec!": an exec that failed.
 */
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "event/error_names.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/sink.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/pid_texts.h"
#include "sink/text/sizes.h"
#include "sink/text/times.h"

/* Between two cells. */
#define GAP 2U

/* A number, a time, or a word of ours. */
#define CELL_SIZE 64U

enum cell {
	CELL_TIME,
	CELL_PID,
	CELL_PPID,
	CELL_UID,
	CELL_EVENT,
	CELL_STATUS,
	CELL_AGE,
	CELL_CPU,
	CELL_MEMORY,
	CELL_COMMAND,
	CELLS
};

struct column {
	const char *title;
	unsigned int width, most; /* it grows up to `most`; what is larger only shifts its line */
	unsigned int start;       /* where it begins */
	bool is_right;
	bool is_left_out; /* the terminal is too narrow */
};

struct sink_table {
	struct sink sink;
	struct times times;
	struct pid_texts pids;
	bool has_head;
	bool is_narrow; /* columns are left out */
	struct column columns[CELLS];
};

/* pid_max is 4194304 at most. A signal with its sender is rare: no column for it. */
static const struct column columns[CELLS] = {
	[CELL_TIME] = {"TIME", TIMES_WHEN_COLUMNS, 20, .is_right = true},
	[CELL_PID] = {"PID", 7, 11, .is_right = true},
	[CELL_PPID] = {"PPID", 7, 11, .is_right = true},
	[CELL_UID] = {"UID", 5, 21, .is_right = true},
	[CELL_EVENT] = {"EVENT", 6, 6, .is_right = false},
	[CELL_STATUS] = {"STATUS", 7, 7, .is_right = false},
	[CELL_AGE] = {"AGE", 6, 6, .is_right = true},
	[CELL_CPU] = {"CPU", 6, 6, .is_right = true},
	[CELL_MEMORY] = {"MEMORY", 6, 6, .is_right = true},
	[CELL_COMMAND] = {"COMMAND", 0, 0, .is_right = false},
};

/* ---- columns ---- */

/* Left out in this order until COMMAND has so many columns. */
static const struct {
	enum cell cell;
	unsigned int command;
} narrowings[] = {
	{CELL_UID, 40},    {CELL_AGE, 40}, {CELL_PPID, 40},   {CELL_TIME, 20},
	{CELL_MEMORY, 20}, {CELL_CPU, 20}, {CELL_STATUS, 20},
};

static void place_columns(struct sink_table *table)
{
	unsigned int start = 0;

	for (struct column *column = table->columns; column < table->columns + CELLS; column++) {
		column->start = start;
		start += column->is_left_out ? 0 : column->width + GAP;
	}
}

static void fit_columns(struct sink_table *table, unsigned int width)
{
	for (size_t i = 0; width > 0 && i < ARRAY_SIZE(narrowings); i++) {
		struct column *column = &table->columns[narrowings[i].cell];

		if (column->is_left_out ||
		    table->columns[CELL_COMMAND].start + narrowings[i].command <= width)
			continue;
		column->is_left_out = true;
		table->is_narrow = true;
		place_columns(table);
	}
}

/* ---- cells ---- */

static NOINLINE void widen(struct sink_table *table, struct column *column, unsigned int width)
{
	if (width > column->most)
		return;
	column->width = width;
	place_columns(table);
}

/* Returns the spaces from the end of LINE to where the cell begins that will be LENGTH wide. */
static inline unsigned int spaces_before(struct sink_table *table, const struct line *line,
					 enum cell cell, unsigned int length)
{
	struct column *column = &table->columns[cell];

	if (length > column->width)
		widen(table, column, length);
	unsigned int start = column->start;
	if (column->is_right && length < column->width)
		start += column->width - length;
	/* A cell before may have been too wide. */
	return start > line->columns ? start - line->columns : line->columns > 0;
}

static void begin_cell(struct sink_table *table, struct line *line, enum cell cell)
{
	line_pad(line, line->columns + spaces_before(table, line, cell, 0));
}

/* TEXT, of CELL_SIZE bytes, is ASCII up to END. Most is short: a size that is known is copied. */
static inline void put_cell(struct sink_table *table, struct line *line, enum cell cell,
			    const char *text, const char *end)
{
	size_t length = (size_t)(end - text);

	if (table->columns[cell].is_left_out)
		return;
	char *out =
		line_put_spaces(line->at, spaces_before(table, line, cell, (unsigned int)length));
	memcpy(out, text, CELL_SIZE / 4);
	if (length > CELL_SIZE / 4)
		memcpy(out, text, CELL_SIZE);
	line_ascii(line, out + length);
}

static void put_word(struct sink_table *table, struct line *line, enum cell cell, const char *word)
{
	char text[CELL_SIZE];
	const char *end = put_string(text, word);

	put_cell(table, line, cell, text, end);
}

static void put_id(struct sink_table *table, struct line *line, enum cell cell, int32_t id)
{
	char text[CELL_SIZE];
	const char *end = id >= 0 ? pid_put(text, &table->pids, id) : put_char(text, '?');

	put_cell(table, line, cell, text, end);
}

/* The real user, and the effective one if that is another. */
static void put_uid(struct sink_table *table, struct line *line,
		    const struct credentials *credentials)
{
	char text[CELL_SIZE], *end;

	end = credentials->known ? put_unsigned(text, credentials->uid) : put_char(text, '?');
	if (credentials->known && credentials->uid != credentials->euid)
		end = put_unsigned(put_char(end, '/'), credentials->euid);
	put_cell(table, line, CELL_UID, text, end);
}

/* ---- what the events say ---- */

static bool is_thread(const struct event *event)
{
	const struct facts *facts = event_facts(event);

	return event->type == EVENT_FORK ? facts->kind == FORK_KIND_THREAD
					 : event->type == EVENT_EXIT && facts->last == KNOWN_NO;
}

static const char *event_word(const struct event *event)
{
	static const char *const forks[] = {
		[FORK_KIND_UNKNOWN] = "fork?",
		[FORK_KIND_PROCESS] = "fork",
		[FORK_KIND_VFORK] = "vfork",
		[FORK_KIND_THREAD] = "thread",
	};
	static const char *const exits[] = {
		[KNOWN_NOT] = "exit?",
		[KNOWN_NO] = "t-exit",
		[KNOWN_YES] = "exit",
	};

	switch (event->type) {
	case EVENT_FORK:
		return forks[event_fork_kind(event)];
	case EVENT_EXEC:
		return "exec";
	case EVENT_EXEC_FAILED:
		return "exec!";
	default:
		return exits[event_facts(event)->last];
	}
}

static int32_t event_pid(const struct event *event)
{
	return event->type == EVENT_FORK ? event->fork.child_tid : phrase_pid(event);
}

/* The parent of a new process is whoever forks; of all else, who forked the process. */
static int32_t event_ppid(const struct event *event)
{
	const struct facts *facts = event_facts(event);

	if (event->type != EVENT_FORK || is_thread(event))
		return facts->ppid;
	return facts->tgid >= 0 ? facts->tgid : event->fork.parent_tid;
}

/* ---- the right half ---- */

static enum paint event_paint(const struct event *event)
{
	if (event->type == EVENT_EXEC)
		return PAINT_GREEN;
	return event->type == EVENT_EXEC_FAILED || phrase_failed(event) ? PAINT_RED : PAINT_NONE;
}

static bool is_killed(const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;

	return event->type == EVENT_EXIT && status->known && status->signal != 0;
}

/* A signal with its sender is wider than the column: on a narrow terminal it comes last. */
static void put_death(struct sink_table *table, struct line *line, const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;

	if (table->columns[CELL_STATUS].is_left_out)
		return;
	begin_cell(table, line, CELL_STATUS);
	if (table->is_narrow) {
		phrase_signal_name(line, status->signal);
		return;
	}
	phrase_signal(line, status);
	phrase_handled(line, event);
}

static void put_error(struct sink_table *table, struct line *line, const struct event *event)
{
	const char *name = error_name(event->exec_failed.error);
	char text[CELL_SIZE];
	const char *end =
		name ? put_string(text, name) : put_signed(text, event->exec_failed.error);

	put_cell(table, line, CELL_STATUS, text, end);
}

static void put_status(struct sink_table *table, struct line *line, const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;
	char code[CELL_SIZE], *end = code;

	if (event->type == EVENT_EXEC_FAILED) {
		put_error(table, line, event);
		return;
	}
	if (is_killed(event)) {
		put_death(table, line, event);
		return;
	}
	if (event->type == EVENT_EXIT && status->known)
		end = put_signed(code, status->code);
	else if (event->type == EVENT_EXIT && !is_thread(event))
		end = put_char(code, '?');
	put_cell(table, line, CELL_STATUS, code, end);
	if (event->type == EVENT_EXIT && !table->is_narrow)
		phrase_handled(line, event);
}

static void put_age(struct sink_table *table, struct line *line, const struct event *event)
{
	char age[CELL_SIZE], *end = age;

	if (event->type != EVENT_FORK && !is_thread(event))
		end += times_span(event_facts(event)->age_ns, age);
	put_cell(table, line, CELL_AGE, age, end);
}

/* Of a process that ends. */
static void put_usage(struct sink_table *table, struct line *line, const struct event *event)
{
	const struct usage *usage = &event_facts(event)->usage;
	bool has_usage = event->type == EVENT_EXIT && !is_thread(event);
	char text[CELL_SIZE], *end = text;

	if (has_usage)
		end += times_span(usage_cpu_ns(usage), text);
	put_cell(table, line, CELL_CPU, text, end);
	end = has_usage ? sizes_put(text, usage->max_rss_bytes) : text;
	put_cell(table, line, CELL_MEMORY, text, end);
}

/* A thread has no command line of its own. */
static void put_thread(struct line *line, const struct event *event)
{
	const struct facts *facts = event_facts(event);

	line_enclosed(line, "[]",
		      event->type == EVENT_FORK ? event->fork.child_comm : event_comm(event));
	if (facts->tgid >= 0) {
		line_words(line, " of ");
		line_signed(line, facts->tgid);
	}
}

/* The error has a column, unless the terminal is narrow. */
static void put_failed_exec(const struct sink_table *table, struct line *line,
			    const struct event *event)
{
	phrase_failed_path(line, event);
	if (table->columns[CELL_STATUS].is_left_out)
		phrase_error(line, event);
	phrase_caller(line, event);
}

/* ---- lines ---- */

static void put_left(struct sink_table *table, struct line *line, const struct event *event)
{
	char when[CELL_SIZE];
	size_t length = times_when(&table->times, &table->sink.context, event->time_ns, when);

	put_cell(table, line, CELL_TIME, when, when + length);
	put_id(table, line, CELL_PID, event_pid(event));
	put_id(table, line, CELL_PPID, event_ppid(event));
	put_uid(table, line, &event_facts(event)->credentials);
}

static void put_what(struct sink_table *table, struct line *line, const struct event *event,
		     const char *word)
{
	put_word(table, line, CELL_EVENT, word);
	put_status(table, line, event);
}

static void put_right(struct sink_table *table, struct line *line, const struct event *event)
{
	put_age(table, line, event);
	if (table->sink.context.usage)
		put_usage(table, line, event);
	begin_cell(table, line, CELL_COMMAND);
	if (is_thread(event))
		put_thread(line, event);
	else if (event->type == EVENT_EXIT && event_facts(event)->failed_exec.bytes)
		phrase_failed_exec(line, "", event);
	else if (event->type == EVENT_EXEC_FAILED)
		put_failed_exec(table, line, event);
	else
		phrase_command(line, event);
	if (!table->is_narrow || event->type != EVENT_EXIT)
		return;
	if (is_killed(event)) {
		line_words(line, ":");
		phrase_signal_origin(line, &event_facts(event)->status);
	}
	phrase_handled(line, event);
}

/* EVENT, which is called WORD and painted so where it is no thread's. */
static int show_line(struct sink_table *table, const struct event *event, const char *word,
		     enum paint paint)
{
	enum paint row = is_thread(event) ? PAINT_DIM : PAINT_NONE;
	struct line line;
	int code = line_begin(&line, &table->sink.context, phrase_room(event));

	if (code < 0)
		return code;
	line_paint(&line, row);
	put_left(table, &line, event);
	line_paint(&line, row != PAINT_NONE ? row : paint);
	put_what(table, &line, event, word);
	line_paint(&line, row);
	put_right(table, &line, event);
	line_end(&line);
	return 0;
}

static int show_head(struct sink_table *table)
{
	struct line line;
	int code = line_begin(&line, &table->sink.context, 0);

	if (code < 0)
		return code;
	table->has_head = true;
	line_paint(&line, PAINT_BOLD);
	for (enum cell cell = 0; cell < CELLS; cell++)
		put_word(table, &line, cell, table->columns[cell].title);
	line_end(&line);
	return 0;
}

/* EVENT is the next one to have a line. */
static int begin_line(struct sink_table *table, const struct event *event)
{
	times_note(&table->times, event->time_ns);
	return table->has_head ? 0 : show_head(table);
}

static int table_event(struct sink *sink, const struct event *event)
{
	struct sink_table *table = (struct sink_table *)sink;
	int code = begin_line(table, event);

	if (code < 0)
		return code;
	if (event->type == EVENT_LOST || event->type == EVENT_TRUNCATED)
		return phrase_missing(&table->sink.context, &table->times, event);
	return show_line(table, event, event_word(event), event_paint(event));
}

static int table_running(struct sink *sink, const struct event *event)
{
	struct sink_table *table = (struct sink_table *)sink;
	int code = begin_line(table, event);

	return code < 0 ? code : show_line(table, event, "runs", PAINT_NONE);
}

static int table_finish(struct sink *sink)
{
	struct sink_table *table = (struct sink_table *)sink;

	return table->has_head ? 0 : show_head(table);
}

static const struct sink_ops table_ops = {
	.event = table_event,
	.running = table_running,
	.finish = table_finish,
};

struct sink *sink_table_new(const struct sink_context *context)
{
	struct sink *sink = sink_new(&table_ops, context, sizeof(struct sink_table));

	struct sink_table *table = (struct sink_table *)sink;

	if (!table)
		return NULL;
	memcpy(table->columns, columns, sizeof(columns));
	table->columns[CELL_CPU].is_left_out = table->columns[CELL_MEMORY].is_left_out =
		!context->usage;
	place_columns(table);
	fit_columns(table, context->width);
	return sink;
}
