/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "decode/format.h"
#include "formats/diff_output.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/side_by_side.h"
#include "formats/verbs.h"

static void begin(struct diff_report *report)
{
	const struct page *page = report->page;

	fprintf(page->out, "%s<%s ", page->removed, page->end);
	print_source(report->sets[DIFF_A], page->out);
	fprintf(page->out, "%s>%s ", page->added, page->end);
	print_source(report->sets[DIFF_B], page->out);
	side_by_side_print_heading(page);
}

static int common(struct diff_report *report, const struct format *a, const struct format *b)
{
	const struct page *page = report->page;

	fprintf(page->out, "\n%sall events%s, common fields\n", page->bold, page->end);
	return side_by_side_print(a, b, FORMAT_COMMON, page);
}

static int event(struct diff_report *report, const struct format_entry *a,
		 const struct format_entry *b, unsigned int parts)
{
	const struct page *page = report->page;

	fprintf(page->out, "\n%s%s:%s%s  %sid %u", page->bold, a->system, a->name, page->end,
		page->dim, a->format->id);
	if (a->format->id != b->format->id)
		fprintf(page->out, " -> %u", b->format->id);
	fprintf(page->out, "%s\n", page->end);
	return parts ? side_by_side_print(a->format, b->format, parts, page) : 0;
}

/* ---- events on one side ---- */

static void begin_side(struct diff_report *report, enum diff_side side)
{
	(void)side;
	report->system = NULL;
	report->column = 0;
}

/* By system, filled up to the line's width. */
static void print_name(struct diff_report *report, const struct format_entry *entry)
{
	FILE *out = report->page->out;

	if (!report->system || strcmp(report->system, entry->system) != 0) {
		report->column = (size_t)fprintf(out, "\n  %s:", entry->system);
		report->system = entry->system;
	} else if (report->column + 1 + strlen(entry->name) > PAGE_WIDTH) {
		report->column = (size_t)fprintf(out, "\n   ");
	}
	report->column += (size_t)fprintf(out, " %s", entry->name);
}

static void one_sided(struct diff_report *report, enum diff_side side,
		      const struct format_entry *entry)
{
	const struct page *page = report->page;
	const bool is_a = side == DIFF_A;

	if (!report->system)
		fprintf(page->out, "\n%s%c only in %s%s", is_a ? page->removed : page->added,
			is_a ? '<' : '>', report->sets[side]->name, page->end);
	print_name(report, entry);
}

static void end_side(struct diff_report *report)
{
	if (report->system)
		fputc('\n', report->page->out);
}

/* ---- the sum ---- */

static void print_uncovered(const struct format_set *set, size_t count, FILE *out)
{
	if (count > 0)
		fprintf(out, "not compared: %zu event%s that only %s has\n", count,
			count == 1 ? "" : "s", set->name);
}

static void end(struct diff_report *report, const struct diff_sum *sum)
{
	FILE *out = report->page->out;

	fprintf(out, "\n%zu of %zu event%s differ%s", sum->differ, sum->compared,
		sum->compared == 1 ? "" : "s", sum->differ == 1 ? "s" : "");
	if (sum->one_sided > 0)
		fprintf(out, ", %zu %s only on one side", sum->one_sided,
			sum->one_sided == 1 ? "is" : "are");
	fputc('\n', out);
	if (sum->renumbered > 0 && !report->ids)
		fprintf(out, "ids: %zu differ%s (-v lists them)\n", sum->renumbered,
			sum->renumbered == 1 ? "s" : "");
	for (unsigned int side = 0; side < DIFF_SIDES; side++)
		print_uncovered(report->sets[side], sum->uncovered[side], out);
}

const struct diff_output diff_text = {
	.begin = begin,
	.common = common,
	.event = event,
	.begin_side = begin_side,
	.one_sided = one_sided,
	.end_side = end_side,
	.end = end,
};
