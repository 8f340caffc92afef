/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/put.h"
#include "event/comm.h"
#include "sink/program_totals.h"
#include "sink/summary_parts.h"
#include "sink/text/columns.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/quote.h"

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
	report_put_program(&line, program);
	for (size_t i = 0; i < program->status_count; i++) {
		line_string(&line, i == 0 ? ": " : ", ");
		put_failure(&line, &program->statuses[i]);
	}
	if (program->other_failures > 0)
		line_printf(&line, ", others ×%" PRIu64, program->other_failures);
	line_end(&line);
	show_example(report, &program->last);
}

void report_failures(const struct report *report)
{
	uint64_t count = 0;

	if (report->totals->codes + report->totals->signals == 0)
		return;
	report_show(report, PAINT_NONE, "%s", "");
	report_show(report, PAINT_BOLD, " FAILED  PROGRAM");
	programs_sort(&report->runs->programs, ORDER_FAILURES);
	const struct program_totals *program = report->runs->programs.by_key;
	for (; program && program->failures > 0; program = program->hh.next) {
		if (count++ < REPORT_TOP)
			show_failure(report, program);
	}
	report_more(report, count);
}
