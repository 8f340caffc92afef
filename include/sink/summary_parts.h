/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the report of -S, one file each, and what they share. The output buffer keeps its
 * first failure, and takes nothing after it: summary_report() asks it once, at the end.
 */
#ifndef PXT_SINK_SUMMARY_PARTS_H
#define PXT_SINK_SUMMARY_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sink/program_totals.h"
#include "sink/runs.h"
#include "sink/sink.h"
#include "sink/summary.h"
#include "sink/text/line.h"

/* The longest lists. */
#define REPORT_TOP 10U

struct report {
	const struct sink_context *context;
	const struct totals *totals;
	struct runs *runs;
};

/* Returns SPAN_NS; -1 between events without times: nobody knows how long it was. */
static inline int64_t report_known_span(const struct totals *totals, uint64_t span_ns)
{
	return totals->timeless ? -1 : (int64_t)span_ns;
}

/* Returns whether it is known which processes ran when, and who forked them. */
bool report_has_lives(const struct report *report);

/* Write one line without texts from outside. */
void report_show(const struct report *report, enum paint paint, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Write "… and 12 more" where COUNT is above REPORT_TOP. */
void report_more(const struct report *report, uint64_t count);

/* Append the name of PROGRAM; needs ESCAPE_GROWTH times the name's length of room. */
void report_put_program(struct line *line, const struct program_totals *program);

/* The programs: one table, and lists in other orders where there are more than it shows. */
void report_programs(const struct report *report);

/* The programs with failures, each with the command line of its last one. */
void report_failures(const struct report *report);

/* The critical path. */
void report_path(const struct report *report);

#endif
