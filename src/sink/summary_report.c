/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer keeps its first failure, and takes nothing after it: so it is asked once, at the end.
 */
#include <inttypes.h>
#include <stdarg.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "sink/out_buffer.h"
#include "sink/program_totals.h"
#include "sink/rate.h"
#include "sink/summary.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
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

static void show_tasks(const struct report *report)
{
	const struct totals *totals = report->totals;
	uint64_t forks = totals->forks[FORK_KIND_UNKNOWN], ends = totals->ends[KNOWN_NOT];

	show(report, PAINT_NONE, "processes  %7" PRIu64 " forked, %" PRIu64 " ended",
	     totals->forks[FORK_KIND_PROCESS] + totals->forks[FORK_KIND_VFORK],
	     totals->ends[KNOWN_YES]);
	show(report, PAINT_NONE, "threads    %7" PRIu64 " made", totals->forks[FORK_KIND_THREAD]);
	if (forks + ends > 0)
		show(report, PAINT_NONE,
		     "unknown    %7" PRIu64 " forks and %" PRIu64 " exits of processes or threads",
		     forks, ends);
	show(report, PAINT_NONE, "execs      %7" PRIu64, totals->execs);
}

static void show_failed(const struct report *report)
{
	const struct totals *totals = report->totals;
	uint64_t failed = totals->codes + totals->signals;

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

	if (rate->over == 0 || known_span(report->totals, 0) < 0)
		return;
	rate_sparkline(rate, columns);
	show(report, PAINT_NONE, "%s", "");
	show(report, PAINT_NONE,
	     "new processes and threads per second: min %" PRIu64 ", mean %.1f, max %" PRIu64,
	     rate->least, (double)rate->total / (double)rate->over, rate->most);
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

static void show_program(const struct report *report, const struct program_totals *program)
{
	char total[TIMES_TEXT_SIZE], longest[TIMES_TEXT_SIZE];
	struct line line;

	if (line_begin(&line, report->context, ESCAPE_GROWTH * program->name.length) < 0)
		return;
	times_span(known_span(report->totals, program->total_ns), total);
	times_span(known_span(report->totals, program->longest_ns), longest);
	line_printf(&line, "%7" PRIu64 "%9s%9s  ", program->runs, total, longest);
	put_program(&line, program);
	if (program->endless > 0)
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

/* If one table holds all programs, other orders show nothing new. */
static void show_programs(const struct report *report)
{
	static const char *const titles[] = {
		[ORDER_RUNS] = "most runs first",
		[ORDER_TOTAL] = "most time first",
		[ORDER_LONGEST] = "longest run first",
	};
	uint64_t count = count_programs(report);
	size_t tables = count == 0 ? 0 : count <= TOP_PROGRAMS ? 1 : ARRAY_SIZE(titles);

	for (size_t i = 0; i < tables; i++) {
		show(report, PAINT_NONE, "%s", "");
		show(report, PAINT_BOLD, "   RUNS    TOTAL  LONGEST  PROGRAM, %s", titles[i]);
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
