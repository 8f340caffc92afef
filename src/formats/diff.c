/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "formats/side_by_side.h"
#include "formats/verbs.h"

struct comparison {
	const struct format_set *a, *b;
	const char *pattern; /* NULL: all events */
	bool ids;            /* print those that differ */
	const struct page *page;
	const struct format_entry *common_a, *common_b; /* whose common fields were printed */
	size_t compared, differ, renumbered;
	size_t one_sided;    /* events that the other side lacks */
	size_t uncovered[2]; /* events of A, of B, about which the other says nothing */
	struct malformed malformed;
};

/* ---- events on both sides ---- */

static void print_title(const struct format_entry *a, const struct format_entry *b,
			const struct page *page)
{
	fprintf(page->out, "\n%s%s:%s%s  %sid %u", page->bold, a->system, a->name, page->end,
		page->dim, a->format->id);
	if (a->format->id != b->format->id)
		fprintf(page->out, " -> %u", b->format->id);
	fprintf(page->out, "%s\n", page->end);
}

/*
 * A kernel gives all its events the same common fields, so they are printed once. Returns the parts
 * of A and B that are still to be compared.
 */
static int compare_commons(struct comparison *comparison, const struct format_entry *a,
			   const struct format_entry *b, unsigned int *parts)
{
	const struct page *page = comparison->page;

	*parts = FORMAT_OWN;
	if (!formats_differ(a->format, b->format, FORMAT_COMMON))
		return 0;
	if (!comparison->common_a) {
		comparison->common_a = a;
		comparison->common_b = b;
		fprintf(page->out, "\n%sall events%s, common fields\n", page->bold, page->end);
		return side_by_side_print(a->format, b->format, FORMAT_COMMON, page);
	}
	if (formats_differ(comparison->common_a->format, a->format, FORMAT_COMMON) ||
	    formats_differ(comparison->common_b->format, b->format, FORMAT_COMMON))
		*parts |= FORMAT_COMMON;
	return 0;
}

static int compare_events(struct comparison *comparison, const struct format_entry *a,
			  const struct format_entry *b)
{
	unsigned int parts;
	int code = compare_commons(comparison, a, b, &parts);
	bool differ = formats_differ(a->format, b->format, parts);
	bool renumbered = a->format->id != b->format->id;

	comparison->compared++;
	comparison->differ += differ;
	comparison->renumbered += renumbered;
	if (code == 0 && (differ || (renumbered && comparison->ids)))
		print_title(a, b, comparison->page);
	if (code == 0 && differ)
		code = side_by_side_print(a->format, b->format, parts, comparison->page);
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

/* By system, filled up to the line's width. */
static void print_name(const struct format_entry *entry, const char **system, size_t *column,
		       FILE *out)
{
	if (!*system || strcmp(*system, entry->system) != 0) {
		*column = (size_t)fprintf(out, "\n  %s:", entry->system);
		*system = entry->system;
	} else if (*column + 1 + strlen(entry->name) > PAGE_WIDTH) {
		*column = (size_t)fprintf(out, "\n   ");
	}
	*column += (size_t)fprintf(out, " %s", entry->name);
}

/* Print the events of SET that OTHER would have if its kernel had them. */
static void print_one_sided(struct comparison *comparison, const struct format_set *set,
			    const struct format_set *other)
{
	const struct page *page = comparison->page;
	bool is_a = set == comparison->a;
	const char *system = NULL;
	size_t column = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct format_entry *entry = &set->entries[i];

		if (!format_entry_matches(entry, comparison->pattern) ||
		    format_set_find(other, entry))
			continue;
		if (!format_set_covers(other, entry)) {
			comparison->uncovered[is_a ? 0 : 1]++;
			continue;
		}
		if (!system)
			fprintf(page->out, "\n%s%c only in %s%s",
				is_a ? page->removed : page->added, is_a ? '<' : '>', set->name,
				page->end);
		print_name(entry, &system, &column, page->out);
		comparison->one_sided++;
	}
	if (system)
		fputc('\n', page->out);
}

/* ---- the sum ---- */

static void print_uncovered(const struct format_set *set, size_t count, FILE *out)
{
	if (count > 0)
		fprintf(out, "not compared: %zu event%s that only %s has\n", count,
			count == 1 ? "" : "s", set->name);
}

static void print_sum(const struct comparison *comparison)
{
	FILE *out = comparison->page->out;

	fprintf(out, "\n%zu of %zu event%s differ%s", comparison->differ, comparison->compared,
		comparison->compared == 1 ? "" : "s", comparison->differ == 1 ? "s" : "");
	if (comparison->one_sided > 0)
		fprintf(out, ", %zu %s only on one side", comparison->one_sided,
			comparison->one_sided == 1 ? "is" : "are");
	fputc('\n', out);
	if (comparison->renumbered > 0 && !comparison->ids)
		fprintf(out, "ids: %zu differ%s (-v lists them)\n", comparison->renumbered,
			comparison->renumbered == 1 ? "s" : "");
	print_uncovered(comparison->a, comparison->uncovered[0], out);
	print_uncovered(comparison->b, comparison->uncovered[1], out);
}

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
	if (comparison->compared == 0 && comparison->one_sided == 0)
		return trouble(err, -ENOENT, "they have no event in common");
	bool differ = comparison->differ > 0 || comparison->common_a || comparison->one_sided > 0;
	return differ ? STATUS_DIFFERENT : 0;
}

static int compare(struct comparison *comparison, struct error *err)
{
	const struct page *page = comparison->page;

	fprintf(page->out, "%s<%s ", page->removed, page->end);
	print_source(comparison->a, page->out);
	fprintf(page->out, "%s>%s ", page->added, page->end);
	print_source(comparison->b, page->out);
	side_by_side_print_heading(page);
	if (compare_both(comparison) < 0)
		return trouble(err, -ENOMEM, "out of memory");
	print_one_sided(comparison, comparison->a, comparison->b);
	print_one_sided(comparison, comparison->b, comparison->a);
	print_sum(comparison);
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
		.ids = call->options->verbose,
		.page = call->page,
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
