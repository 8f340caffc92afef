/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer keeps its first failure, and takes nothing after it: so it is asked once, at the end.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "event/comm.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/out_buffer.h"
#include "sink/program_totals.h"
#include "sink/rate.h"
#include "sink/sink.h"
#include "sink/summary.h"
#include "sink/text/columns.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/quote.h"
#include "sink/text/sizes.h"
#include "sink/text/times.h"

/* The longest lists. */
#define TOP_PROGRAMS 20U
#define TOP_FAILURES 20U

struct report {
	const struct sink_context *context;
	const struct totals *totals;
	struct programs *programs;
};

/* One line without texts from outside. */
PRINTF_LIKE(3, 4)
static void show(const struct report *report, enum paint paint, const char *format, ...)
{
	struct line line;
	va_list args;

	if (line_begin(&line, report->context, 0) < 0)
		return;
	line_paint(&line, paint);
	va_start(args, format);
	line_vprintf(&line, format, args);
	va_end(args);
	line_end(&line);
}

/* ---- totals ---- */

/* Between events without times nobody knows how long it was. */
static int64_t known_span(const struct totals *totals, uint64_t span_ns)
{
	return totals->timeless ? -1 : (int64_t)span_ns;
}

static void show_duration(const struct report *report)
{
	const struct totals *totals = report->totals;
	char span[TIMES_TEXT_SIZE];

	times_span(known_span(totals, totals->last_ns - totals->first_ns), span);
	show(report, PAINT_NONE, "duration   %7s", span);
	if (totals->cap > 0)
		show(report, PAINT_ALERT, "cut off    %7" PRIu64 " %s are the limit", totals->cap,
		     totals->capped);
	show(report, totals->lost > 0 ? PAINT_ALERT : PAINT_NONE, "lost       %7" PRIu64 " events",
	     totals->lost);
}

struct tally {
	const char *title;
	uint64_t forks;
	const char *forked, *between;
	uint64_t exits;
	const char *ended, *of;
};

/* Without what the filters leave out: nobody knows how many there were. */
static void show_tally(const struct report *report, const struct tally *tally)
{
	const bool has_forks = sink_gets(report->context, EVENT_FORK);
	const bool has_exits = sink_gets(report->context, EVENT_EXIT);

	if (has_forks && has_exits)
		show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s%" PRIu64 " %s%s", tally->title,
		     tally->forks, tally->forked, tally->between, tally->exits, tally->ended,
		     tally->of);
	else if (has_forks)
		show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s", tally->title, tally->forks,
		     tally->forked, tally->of);
	else if (has_exits)
		show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s", tally->title, tally->exits,
		     tally->ended, tally->of);
}

static void show_tasks(const struct report *report)
{
	const struct totals *totals = report->totals;
	const struct tally processes = {
		.title = "processes",
		.forks = totals->forks[FORK_KIND_PROCESS] + totals->forks[FORK_KIND_VFORK],
		.forked = "forked",
		.between = ", ",
		.exits = totals->ends[KNOWN_YES],
		.ended = "ended",
		.of = "",
	};
	const struct tally unknown = {
		.title = "unknown",
		.forks = totals->forks[FORK_KIND_UNKNOWN],
		.forked = "forks",
		.between = " and ",
		.exits = totals->ends[KNOWN_NOT],
		.ended = "exits",
		.of = " of processes or threads",
	};

	show_tally(report, &processes);
	if (sink_gets(report->context, EVENT_FORK) && !report->context->no_threads)
		show(report, PAINT_NONE, "threads    %7" PRIu64 " made",
		     totals->forks[FORK_KIND_THREAD]);
	if (unknown.forks + unknown.exits > 0)
		show_tally(report, &unknown);
	if (sink_gets(report->context, EVENT_EXEC))
		show(report, PAINT_NONE, "execs      %7" PRIu64, totals->execs);
}

static void show_failed(const struct report *report)
{
	const struct totals *totals = report->totals;
	uint64_t failed = totals->codes + totals->signals;

	if (!sink_gets(report->context, EVENT_EXIT))
		return;
	if (failed > 0)
		show(report, PAINT_RED,
		     "failures   %7" PRIu64 ", %" PRIu64 " by exit code, %" PRIu64 " by signal",
		     failed, totals->codes, totals->signals);
	else
		show(report, PAINT_NONE, "failures   %7d", 0);
	if (totals->unknown > 0)
		show(report, PAINT_NONE, "           %7" PRIu64 " ended with unknown status",
		     totals->unknown);
}

/* ---- the rate ---- */

/* As bcc's pidpersec counts: threads too. */
static void show_rate(const struct report *report)
{
	const struct rate *rate = &report->totals->rate;
	char columns[RATE_SPARKLINE_SIZE];

	if (rate->over == 0 || known_span(report->totals, 0) < 0 ||
	    !sink_gets(report->context, EVENT_FORK))
		return;
	rate_sparkline(rate, columns);
	show(report, PAINT_NONE, "%s", "");
	show(report, PAINT_NONE,
	     "new processes%s per second: min %" PRIu64 ", mean %.1f, max %" PRIu64,
	     report->context->no_threads ? "" : " and threads", rate->least,
	     (double)rate->total / (double)rate->over, rate->most);
	show(report, PAINT_NONE, "%s  %" PRIu64 " s each", columns, rate_column_seconds(rate));
}

/* ---- programs ---- */

static void put_program(struct line *line, const struct program_totals *program)
{
	if (program->kind == PROGRAM_OTHERS) {
		line_printf(line, "all others, after the first %u names", PROGRAMS_MAX);
		return;
	}
	if (program->kind == PROGRAM_COPY)
		line_enclosed(line, "()", program->name);
	else
		line_text(line, program->name);
	if (program->kind == PROGRAM_UNBORN)
		line_string(line, ", in an exec that did not come to be");
}

static void put_times(struct line *line, const struct totals *totals,
		      const struct program_totals *program)
{
	char total[TIMES_TEXT_SIZE], longest[TIMES_TEXT_SIZE];

	times_span(known_span(totals, program->total_ns), total);
	times_span(known_span(totals, program->longest_ns), longest);
	line_printf(line, "%9s%9s", total, longest);
}

/* "?": of no run. */
static void put_usage(struct line *line, const struct program_totals *program)
{
	char cpu[TIMES_TEXT_SIZE], memory[SIZES_ROOM];

	times_span(program->measured > 0 ? (int64_t)program->cpu_ns : -1, cpu);
	*sizes_put(memory, program->memory) = '\0';
	line_printf(line, "%9s%9s", cpu, memory);
}

static void show_program(const struct report *report, const struct program_totals *program)
{
	const bool has_exits = sink_gets(report->context, EVENT_EXIT);
	struct line line;

	if (line_begin(&line, report->context, ESCAPE_GROWTH * program->name.length) < 0)
		return;
	line_printf(&line, "%7" PRIu64, program->runs);
	if (has_exits)
		put_times(&line, report->totals, program);
	if (has_exits && report->context->usage)
		put_usage(&line, program);
	line_string(&line, "  ");
	put_program(&line, program);
	if (has_exits && program->endless > 0)
		line_printf(&line, "  (no end seen of %" PRIu64 ")", program->endless);
	line_end(&line);
}

/* The first LIMIT of those that have what ORDER compares. */
static void show_top(const struct report *report, enum program_order order, uint64_t limit,
		     void (*show_one)(const struct report *report,
				      const struct program_totals *program))
{
	const struct program_totals *program;
	uint64_t count = 0;

	programs_sort(report->programs, order);
	for (program = report->programs->by_key;
	     program && program_totals_value(program, order) > 0; program = program->hh.next) {
		if (count++ < limit)
			show_one(report, program);
	}
	if (count > limit)
		show(report, PAINT_NONE, "… and %" PRIu64 " more", count - limit);
}

static uint64_t count_programs(const struct report *report)
{
	const struct program_totals *program = report->programs->by_key;
	uint64_t count = 0;

	for (; program; program = program->hh.next)
		count += program->runs > 0;
	return count;
}

/* If one table holds all programs, other orders show nothing new; without EXITs, no times are
 * known.
 */
static size_t count_tables(const struct report *report, size_t orders)
{
	uint64_t count = count_programs(report);

	if (count == 0 || !sink_gets(report->context, EVENT_EXEC))
		return 0;
	return count <= TOP_PROGRAMS || !sink_gets(report->context, EVENT_EXIT) ? 1 : orders;
}

static void show_programs(const struct report *report)
{
	static const char *const titles[] = {
		[ORDER_RUNS] = "most runs first",      [ORDER_TOTAL] = "most time first",
		[ORDER_LONGEST] = "longest run first", [ORDER_CPU] = "most CPU time first",
		[ORDER_MEMORY] = "most memory first",
	};
	const bool has_exits = sink_gets(report->context, EVENT_EXIT);
	const bool has_usage = has_exits && report->context->usage;
	size_t tables = count_tables(report, has_usage ? ARRAY_SIZE(titles) : ORDER_CPU);

	for (size_t i = 0; i < tables; i++) {
		show(report, PAINT_NONE, "%s", "");
		show(report, PAINT_BOLD, "   RUNS%s%s  PROGRAM, %s",
		     has_exits ? "    TOTAL  LONGEST" : "", has_usage ? "      CPU   MEMORY" : "",
		     titles[i]);
		show_top(report, (enum program_order)i, TOP_PROGRAMS, show_program);
	}
}

/* ---- failures ---- */

static void put_failure(struct line *line, const struct failure *failure)
{
	if (failure->signal != 0)
		phrase_signal_name(line, failure->signal);
	else
		line_printf(line, "exit %" PRId32, failure->code);
	line_printf(line, " ×%" PRIu64, failure->count);
}

/* Where the commands of failures begin: below the names of their programs. */
#define EXAMPLE_COLUMN 9U

/* ", from 812 make", without the comma where there is nothing before it. Returns the end. */
static char *put_parent(char *out, const struct program_failure *last)
{
	if (last->ppid <= 0)
		return out;
	out = put_signed(put_string(out, last->argv.size > 0 ? ", from " : "from "), last->ppid);
	if (last->parent.length > 0)
		out = escape_text_visibly(put_char(out, ' '), comm_text(&last->parent));
	return out;
}

/* The most recent one. */
static void show_example(const struct report *report, const struct program_failure *last)
{
	const struct text argv = {last->argv.bytes, last->argv.size};
	char parent[NUMBER_ROOM + 16 + ESCAPE_GROWTH * TASK_COMM_SIZE];
	size_t length = (size_t)(put_parent(parent, last) - parent);
	struct line line;

	if (argv.length + length == 0 ||
	    line_begin(&line, report->context, QUOTE_GROWTH * (argv.length + 1)) < 0)
		return;
	line_pad(&line, EXAMPLE_COLUMN);
	line_leave(&line, columns_of_text((struct text){parent, length}));
	if (argv.length > 0)
		phrase_arguments(&line, argv, last->complete);
	memcpy(line.at, parent, length);
	line_extend(&line, line.at + length);
	line_end(&line);
}

static void show_failure(const struct report *report, const struct program_totals *program)
{
	struct line line;

	if (line_begin(&line, report->context, ESCAPE_GROWTH * program->name.length) < 0)
		return;
	line_printf(&line, "%7" PRIu64 "  ", program->failures);
	put_program(&line, program);
	for (size_t i = 0; i < program->status_count; i++) {
		line_string(&line, i == 0 ? ": " : ", ");
		put_failure(&line, &program->statuses[i]);
	}
	if (program->other_failures > 0)
		line_printf(&line, ", others ×%" PRIu64, program->other_failures);
	line_end(&line);
	show_example(report, &program->last);
}

static void show_failures(const struct report *report)
{
	if (report->totals->codes + report->totals->signals == 0)
		return;
	show(report, PAINT_NONE, "%s", "");
	show(report, PAINT_BOLD, " FAILED  PROGRAM");
	show_top(report, ORDER_FAILURES, TOP_FAILURES, show_failure);
}

int summary_report(const struct sink_context *context, const struct totals *totals,
		   struct programs *programs)
{
	const struct report report = {context, totals, programs};

	show_duration(&report);
	show_tasks(&report);
	show_failed(&report);
	show_rate(&report);
	show_programs(&report);
	show_failures(&report);
	return out_buffer_error(context->output);
}
