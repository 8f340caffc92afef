/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/facts.h"
#include "sink/at_work.h"
#include "sink/out_buffer.h"
#include "sink/rate.h"
#include "sink/runs.h"
#include "sink/sink.h"
#include "sink/summary.h"
#include "sink/summary_parts.h"
#include "sink/text/line.h"
#include "sink/text/times.h"

void report_show(const struct report *report, enum paint paint, const char *format, ...)
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

void report_more(const struct report *report, uint64_t count)
{
	if (count > REPORT_TOP)
		report_show(report, PAINT_NONE, "… and %" PRIu64 " more", count - REPORT_TOP);
}

bool report_has_lives(const struct report *report)
{
	const struct sink_context *context = report->context;
	const struct totals *totals = report->totals;

	return sink_gets(context, EVENT_FORK) && sink_gets(context, EVENT_EXEC) &&
	       sink_gets(context, EVENT_EXIT) && !totals->timeless &&
	       totals->forks[FORK_KIND_UNKNOWN] == 0;
}

/* ---- totals ---- */

/* Of the processes whose usage is known. */
static void show_cpu_time(const struct report *report)
{
	const struct totals *totals = report->totals;
	const uint64_t cpu_ns = totals->user_ns + totals->system_ns;
	const uint64_t wall_ns = totals->last_ns - totals->first_ns;
	char cpu[TIMES_TEXT_SIZE], user[TIMES_TEXT_SIZE], system[TIMES_TEXT_SIZE];

	if (!report->context->usage || !sink_gets(report->context, EVENT_EXIT))
		return;
	times_span(totals->measured > 0 ? (int64_t)cpu_ns : -1, cpu);
	times_span((int64_t)totals->user_ns, user);
	times_span((int64_t)totals->system_ns, system);
	if (totals->measured == 0 || totals->timeless || wall_ns == 0)
		report_show(report, PAINT_NONE, "CPU time   %7s", cpu);
	else
		report_show(report, PAINT_NONE,
			    "CPU time   %7s, %s user + %s system, %.0f%% of one CPU", cpu, user,
			    system, 100 * (double)cpu_ns / (double)wall_ns);
	if (totals->measured < totals->ends[KNOWN_YES])
		report_show(report, PAINT_NONE,
			    "           %7" PRIu64 " ended with unknown CPU time",
			    totals->ends[KNOWN_YES] - totals->measured);
}

static void show_at_work(const struct report *report)
{
	const struct totals *totals = report->totals;
	struct at_work *work = &report->runs->at_work;
	char peak[TIMES_TEXT_SIZE];

	if (!report_has_lives(report) || work->peak == 0)
		return;
	times_span((int64_t)(work->peak_ns - totals->first_ns), peak);
	report_show(report, PAINT_NONE,
		    "at work    %7.1f processes on average, %" PRIu64 " at most, first after %s",
		    at_work_average(work, totals->first_ns, totals->last_ns), work->peak, peak);
}

static void show_duration(const struct report *report)
{
	const struct totals *totals = report->totals;
	char span[TIMES_TEXT_SIZE];

	times_span(report_known_span(totals, totals->last_ns - totals->first_ns), span);
	report_show(report, PAINT_NONE, "duration   %7s", span);
	show_cpu_time(report);
	show_at_work(report);
	if (totals->cap > 0)
		report_show(report, PAINT_ALERT, "cut off    %7" PRIu64 " %s are the limit",
			    totals->cap, totals->capped);
	report_show(report, totals->lost > 0 ? PAINT_ALERT : PAINT_NONE,
		    "lost       %7" PRIu64 " events", totals->lost);
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
		report_show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s%" PRIu64 " %s%s",
			    tally->title, tally->forks, tally->forked, tally->between, tally->exits,
			    tally->ended, tally->of);
	else if (has_forks)
		report_show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s", tally->title,
			    tally->forks, tally->forked, tally->of);
	else if (has_exits)
		report_show(report, PAINT_NONE, "%-10s %7" PRIu64 " %s%s", tally->title,
			    tally->exits, tally->ended, tally->of);
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
		report_show(report, PAINT_NONE, "threads    %7" PRIu64 " made",
			    totals->forks[FORK_KIND_THREAD]);
	if (unknown.forks + unknown.exits > 0)
		show_tally(report, &unknown);
	if (sink_gets(report->context, EVENT_EXEC))
		report_show(report, PAINT_NONE, "execs      %7" PRIu64, totals->execs);
}

static void show_failed(const struct report *report)
{
	const struct totals *totals = report->totals;
	uint64_t failed = totals->codes + totals->signals;

	if (!sink_gets(report->context, EVENT_EXIT))
		return;
	if (failed > 0)
		report_show(report, PAINT_RED,
			    "failures   %7" PRIu64 ", %" PRIu64 " by exit code, %" PRIu64
			    " by signal",
			    failed, totals->codes, totals->signals);
	else
		report_show(report, PAINT_NONE, "failures   %7d", 0);
	if (totals->unknown > 0)
		report_show(report, PAINT_NONE, "           %7" PRIu64 " ended with unknown status",
			    totals->unknown);
}

/* ---- the rate ---- */

/* As bcc's pidpersec counts: threads too. */
static void show_rate(const struct report *report)
{
	const struct rate *rate = &report->totals->rate;
	char columns[RATE_SPARKLINE_SIZE];

	if (rate->over == 0 || report_known_span(report->totals, 0) < 0 ||
	    !sink_gets(report->context, EVENT_FORK))
		return;
	rate_sparkline(rate, columns);
	report_show(report, PAINT_NONE, "%s", "");
	report_show(report, PAINT_NONE,
		    "new processes%s per second: min %" PRIu64 ", mean %.1f, max %" PRIu64,
		    report->context->no_threads ? "" : " and threads", rate->least,
		    (double)rate->total / (double)rate->over, rate->most);
	report_show(report, PAINT_NONE, "%s  %" PRIu64 " s each", columns,
		    rate_column_seconds(rate));
}

int summary_report(const struct sink_context *context, const struct totals *totals,
		   struct runs *runs)
{
	const struct report report = {context, totals, runs};

	show_duration(&report);
	show_tasks(&report);
	show_failed(&report);
	show_rate(&report);
	report_path(&report);
	report_programs(&report);
	report_failures(&report);
	return out_buffer_error(context->output);
}
