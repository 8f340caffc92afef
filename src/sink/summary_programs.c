/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/text.h"
#include "event/event.h"
#include "sink/program_totals.h"
#include "sink/sink.h"
#include "sink/summary.h"
#include "sink/summary_parts.h"
#include "sink/text/columns.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/sizes.h"
#include "sink/text/times.h"

/* ---- one program ---- */

void report_put_program(struct line *line, const struct program_totals *program)
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

/* "?": of no run. */
static void put_value(const struct totals *totals, const struct program_totals *program,
		      enum program_order order, char out[TIMES_TEXT_SIZE])
{
	const int64_t value = (int64_t)program_totals_value(program, order);

	if (order == ORDER_RUNS)
		*put_signed(out, value) = '\0';
	else if (order == ORDER_MEMORY)
		*sizes_put(out, program->memory) = '\0';
	else if (order == ORDER_CPU)
		times_span(program->measured > 0 ? value : -1, out);
	else
		times_span(report_known_span(totals, (uint64_t)value), out);
}

static const char *const titles[] = {
	[ORDER_RUNS] = "RUNS", [ORDER_TOTAL] = "TOTAL",   [ORDER_LONGEST] = "LONGEST",
	[ORDER_CPU] = "CPU",   [ORDER_MEMORY] = "MEMORY",
};

/* ---- the table ---- */

/* How many columns of `titles` are known. */
static size_t count_columns(const struct report *report)
{
	if (!sink_gets(report->context, EVENT_EXIT))
		return ORDER_RUNS + 1;
	return report->context->usage ? ORDER_MEMORY + 1 : ORDER_LONGEST + 1;
}

/* What most readers ask for. */
static enum program_order main_order(const struct report *report)
{
	if (!sink_gets(report->context, EVENT_EXIT))
		return ORDER_RUNS;
	return report->context->usage ? ORDER_CPU : ORDER_TOTAL;
}

static void show_heads(const struct report *report)
{
	static const char *const orders[] = {
		[ORDER_RUNS] = "most runs first",
		[ORDER_TOTAL] = "most time first",
		[ORDER_CPU] = "most CPU time first",
	};
	const size_t columns = count_columns(report);
	struct line line;

	if (line_begin(&line, report->context, 0) < 0)
		return;
	line_paint(&line, PAINT_BOLD);
	for (size_t i = 0; i < columns; i++)
		line_printf(&line, "%*s", i == 0 ? 7 : 9, titles[i]);
	line_printf(&line, "  PROGRAM, %s", orders[main_order(report)]);
	line_end(&line);
}

static void show_program(const struct report *report, const struct program_totals *program)
{
	const size_t columns = count_columns(report);
	char value[TIMES_TEXT_SIZE];
	struct line line;

	if (line_begin(&line, report->context, ESCAPE_GROWTH * program->name.length) < 0)
		return;
	for (size_t i = 0; i < columns; i++) {
		put_value(report->totals, program, (enum program_order)i, value);
		line_printf(&line, "%*s", i == 0 ? 7 : 9, value);
	}
	line_string(&line, "  ");
	report_put_program(&line, program);
	if (columns > 1 && program->endless > 0)
		line_printf(&line, "  (no end seen of %" PRIu64 ")", program->endless);
	line_end(&line);
}

/* Those that ran, by ORDER: the first of them in TOP. Returns how many there are. */
static uint64_t find_top(const struct report *report, enum program_order order,
			 const struct program_totals *top[REPORT_TOP])
{
	const struct program_totals *program;
	uint64_t count = 0;

	programs_sort(&report->runs->programs, order);
	for (program = report->runs->programs.by_key; program; program = program->hh.next) {
		if (program->runs == 0)
			continue;
		if (count < REPORT_TOP)
			top[count] = program;
		count++;
	}
	return count;
}

/* ---- the lists ---- */

#define LISTS_MAX 3U
#define NAME_COLUMNS 16U
#define LIST_COLUMNS (7 + 2 + NAME_COLUMNS + 1)

/* The name of PROGRAM to OUT, with "…" in place of what does not fit. Returns the end. */
static char *put_short_name(char *out, const struct program_totals *program)
{
	char name[ESCAPE_GROWTH * PROGRAM_NAME_MAX + 2], *end = name;
	unsigned int columns = 0;
	size_t length;

	if (program->kind == PROGRAM_OTHERS)
		return put_string(out, "all others");
	if (program->kind == PROGRAM_COPY)
		end = put_char(end, '(');
	end = escape_text_visibly(end, program->name);
	if (program->kind == PROGRAM_COPY)
		end = put_char(end, ')');
	struct text rest = {name, (size_t)(end - name)};
	const bool fits = columns_of_text(rest) <= NAME_COLUMNS;
	while (rest.length > 0) {
		columns += columns_of_character(rest, &length);
		if (columns > (fits ? NAME_COLUMNS : NAME_COLUMNS - 1))
			return put_string(out, "…");
		out = put_bytes(out, (struct text){rest.bytes, length});
		rest = (struct text){rest.bytes + length, rest.length - length};
	}
	return out;
}

static void put_cell(struct line *line, const struct report *report,
		     const struct program_totals *program, enum program_order order)
{
	char value[TIMES_TEXT_SIZE];

	put_value(report->totals, program, order, value);
	line_printf(line, "%7s  ", value);
	line_extend(line, put_short_name(line->at, program));
}

/* The programs in the other orders, beside each other. */
static void show_lists(const struct report *report)
{
	static const enum program_order orders[][LISTS_MAX] = {
		{ORDER_LONGEST, ORDER_RUNS},
		{ORDER_TOTAL, ORDER_MEMORY, ORDER_RUNS},
	};
	const bool has_usage = report->context->usage;
	const enum program_order *order = orders[has_usage];
	const size_t lists = has_usage ? 3 : 2;
	const struct program_totals *top[LISTS_MAX][REPORT_TOP];
	struct line line;

	if (line_begin(&line, report->context, 0) < 0)
		return;
	line_paint(&line, PAINT_BOLD);
	for (size_t i = 0; i < lists; i++) {
		find_top(report, order[i], top[i]);
		line_pad(&line, (unsigned int)(i * LIST_COLUMNS));
		line_printf(&line, "%7s  PROGRAM", titles[order[i]]);
	}
	line_end(&line);
	for (size_t row = 0; row < REPORT_TOP; row++) {
		/* What combines with other characters takes bytes, but no columns. */
		if (line_begin(&line, report->context,
			       LISTS_MAX * ESCAPE_GROWTH * PROGRAM_NAME_MAX) < 0)
			return;
		for (size_t i = 0; i < lists; i++) {
			line_pad(&line, (unsigned int)(i * LIST_COLUMNS));
			put_cell(&line, report, top[i][row], order[i]);
		}
		line_end(&line);
	}
}

void report_programs(const struct report *report)
{
	const struct program_totals *top[REPORT_TOP];
	uint64_t count;

	if (!sink_gets(report->context, EVENT_EXEC))
		return;
	count = find_top(report, main_order(report), top);
	if (count == 0)
		return;
	report_show(report, PAINT_NONE, "%s", "");
	show_heads(report);
	for (size_t i = 0; i < count && i < REPORT_TOP; i++)
		show_program(report, top[i]);
	report_more(report, count);
	/* One table that has all programs tells all. */
	if (count <= REPORT_TOP || !sink_gets(report->context, EVENT_EXIT))
		return;
	report_show(report, PAINT_NONE, "%s", "");
	show_lists(report);
}
