/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "formats/diff_output.h"
#include "formats/format_set.h"
#include "formats/side_by_side.h"
#include "formats/verbs.h"

struct comparison {
	const struct format_set *a, *b;
	const char *pattern; /* NULL: all events */
	struct diff_report report;
	struct diff_sum sum;
	const struct format_entry *common_a, *common_b; /* whose common fields were put out */
	struct malformed malformed;
};

/* ---- events on both sides ---- */

/*
 * A kernel gives all its events the same common fields, so they are put out once. Returns the parts
 * of A and B that are still to be compared.
 */
static int compare_commons(struct comparison *comparison, const struct format_entry *a,
			   const struct format_entry *b, unsigned int *parts)
{
	struct diff_report *report = &comparison->report;

	*parts = FORMAT_OWN;
	if (!formats_differ(a->format, b->format, FORMAT_COMMON))
		return 0;
	if (!comparison->common_a) {
		comparison->common_a = a;
		comparison->common_b = b;
		return report->output->common(report, a->format, b->format);
	}
	if (formats_differ(comparison->common_a->format, a->format, FORMAT_COMMON) ||
	    formats_differ(comparison->common_b->format, b->format, FORMAT_COMMON))
		*parts |= FORMAT_COMMON;
	return 0;
}

static int compare_events(struct comparison *comparison, const struct format_entry *a,
			  const struct format_entry *b)
{
	struct diff_report *report = &comparison->report;
	unsigned int parts;
	int code = compare_commons(comparison, a, b, &parts);
	bool differ = formats_differ(a->format, b->format, parts);
	bool renumbered = a->format->id != b->format->id;

	comparison->sum.compared++;
	comparison->sum.differ += differ;
	comparison->sum.renumbered += renumbered;
	if (code == 0 && (differ || (renumbered && report->ids)))
		code = report->output->event(report, a, b, differ ? parts : 0);
	return code;
}

static int compare_both(struct comparison *comparison)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < comparison->a->count; i++) {
		const struct format_entry *a = &comparison->a->entries[i];
		const struct format_entry *b = format_set_find(comparison->b, a);

		if (!b || !format_entry_matches(a, comparison->pattern))
			continue;
		if (a->format && b->format)
			code = compare_events(comparison, a, b);
		else
			malformed_note(&comparison->malformed, a->format ? b : a);
	}
	return code;
}

/* ---- events on one side ---- */

/* Put out the events of SIDE that the other would have if its kernel had them. */
static void find_one_sided(struct comparison *comparison, enum diff_side side)
{
	struct diff_report *report = &comparison->report;
	const struct format_set *set = report->sets[side];
	const struct format_set *other = report->sets[side == DIFF_A ? DIFF_B : DIFF_A];

	report->output->begin_side(report, side);
	for (size_t i = 0; i < set->count; i++) {
		const struct format_entry *entry = &set->entries[i];

		if (!format_entry_matches(entry, comparison->pattern) ||
		    format_set_find(other, entry))
			continue;
		if (!format_set_covers(other, entry)) {
			comparison->sum.uncovered[side]++;
			continue;
		}
		report->output->one_sided(report, side, entry);
		comparison->sum.one_sided++;
	}
	report->output->end_side(report);
}

/* ---- the sum ---- */

static int trouble(struct error *err, int code, const char *what)
{
	error_set(err, code, "%s", what);
	return STATUS_TROUBLE;
}

static int verdict(const struct comparison *comparison, struct error *err)
{
	int status = malformed_status(&comparison->malformed, err);

	if (status != 0)
		return status;
	const struct diff_sum *sum = &comparison->sum;

	if (sum->compared == 0 && sum->one_sided == 0)
		return trouble(err, -ENOENT, "they have no event in common");
	bool differ = sum->differ > 0 || comparison->common_a || sum->one_sided > 0;
	return differ ? STATUS_DIFFERENT : 0;
}

static int compare(struct comparison *comparison, struct error *err)
{
	struct diff_report *report = &comparison->report;

	report->output->begin(report);
	if (compare_both(comparison) < 0)
		return trouble(err, -ENOMEM, "out of memory");
	find_one_sided(comparison, DIFF_A);
	find_one_sided(comparison, DIFF_B);
	report->output->end(report, &comparison->sum);
	return verdict(comparison, err);
}

static bool has_match(const struct format_set *set, const char *pattern)
{
	for (size_t i = 0; i < set->count; i++) {
		if (format_entry_matches(&set->entries[i], pattern))
			return true;
	}
	return false;
}

static int diff(const struct format_set *a, const struct format_set *b,
		const struct verb_call *call, struct error *err)
{
	struct comparison comparison = {
		.a = a,
		.b = b,
		.pattern = call->arguments[2],
		.report =
			{
				.output = call->options->json ? &diff_json : &diff_text,
				.page = call->page,
				.sets = {[DIFF_A] = a, [DIFF_B] = b},
				.ids = call->options->verbose,
			},
	};

	if (comparison.pattern && !has_match(a, comparison.pattern) &&
	    !has_match(b, comparison.pattern))
		return unknown_event(a, b, comparison.pattern, err);
	return compare(&comparison, err);
}

int formats_diff(const struct verb_call *call, struct error *err)
{
	const char *pattern = call->arguments[2];
	struct format_set a, b;
	int status = STATUS_TROUBLE;

	if (format_set_load(call->arguments[0], pattern, &a, err) < 0)
		return STATUS_TROUBLE;
	if (format_set_load(call->arguments[1], pattern, &b, err) == 0) {
		if (enter_sandbox(call, err) == 0)
			status = diff(&a, &b, call, err);
		format_set_done(&b);
	}
	format_set_done(&a);
	return status;
}
