/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "formats/format_set.h"
#include "formats/report.h"
#include "formats/side_by_side.h"

#define LINE_WIDTH 80

struct comparison {
	const struct format_set *a, *b;
	const char *pattern;               /* NULL: all events */
	const struct format_entry *common; /* of A: its common fields differ, and were printed */
	size_t compared, differ, renumbered;
	size_t one_sided;    /* events that the other side lacks */
	size_t uncovered[2]; /* events of A, of B, about which the other says nothing */
	size_t malformed;
	const struct format_entry *first_malformed;
	bool ids; /* print those that differ */
	const struct style *style;
	FILE *out;
};

static bool matches(const struct comparison *comparison, const struct format_entry *entry)
{
	return !comparison->pattern ||
	       format_pattern_matches(comparison->pattern, entry->system, entry->name);
}

static const struct format_entry *find_other(const struct format_set *set,
					     const struct format_entry *entry)
{
	return format_set_find(set, entry->system, entry->name);
}

/* ---- events on both sides ---- */

static void print_title(const struct comparison *comparison, const struct format_entry *a,
			const struct format_entry *b)
{
	const struct style *style = comparison->style;

	fprintf(comparison->out, "\n%s%s:%s%s  %sid %u", style->bold, a->system, a->name,
		style->end, style->dim, a->format->id);
	if (a->format->id != b->format->id)
		fprintf(comparison->out, " -> %u", b->format->id);
	fprintf(comparison->out, "%s\n", style->end);
}

static int print_layouts(const struct comparison *comparison, const struct format_entry *a,
			 const struct format_entry *b, unsigned int parts)
{
	return side_by_side_print(a->format, b->format, parts, comparison->style, comparison->out);
}

/* A kernel gives all its events the same common fields: they are printed once, not once an event.
 */
static bool commons_are_printed(const struct comparison *comparison, const struct format_entry *a,
				const struct format_entry *b)
{
	const struct format_entry *model = comparison->common;

	return model && !formats_differ(model->format, a->format, FORMAT_COMMON) &&
	       !formats_differ(find_other(comparison->b, model)->format, b->format, FORMAT_COMMON);
}

static int compare_commons(struct comparison *comparison, const struct format_entry *a,
			   const struct format_entry *b)
{
	if (comparison->common || !formats_differ(a->format, b->format, FORMAT_COMMON))
		return 0;
	comparison->common = a;
	fprintf(comparison->out, "\n%sall events%s, common fields\n", comparison->style->bold,
		comparison->style->end);
	return print_layouts(comparison, a, b, FORMAT_COMMON);
}

static int compare_events(struct comparison *comparison, const struct format_entry *a,
			  const struct format_entry *b)
{
	int code = compare_commons(comparison, a, b);
	unsigned int parts = FORMAT_OWN;

	if (formats_differ(a->format, b->format, FORMAT_COMMON) &&
	    !commons_are_printed(comparison, a, b))
		parts |= FORMAT_COMMON;
	bool differ = formats_differ(a->format, b->format, parts);
	bool renumbered = a->format->id != b->format->id;
	comparison->compared++;
	comparison->differ += differ;
	comparison->renumbered += renumbered;
	if (code == 0 && (differ || (renumbered && comparison->ids)))
		print_title(comparison, a, b);
	return code == 0 && differ ? print_layouts(comparison, a, b, parts) : code;
}

static int compare_both(struct comparison *comparison)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < comparison->a->count; i++) {
		const struct format_entry *a = &comparison->a->entries[i];
		const struct format_entry *b = find_other(comparison->b, a);

		if (!b || !matches(comparison, a))
			continue;
		if (a->format && b->format)
			code = compare_events(comparison, a, b);
		else if (comparison->malformed++ == 0)
			comparison->first_malformed = a->format ? b : a;
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
	} else if (*column + 1 + strlen(entry->name) > LINE_WIDTH) {
		*column = (size_t)fprintf(out, "\n   ");
	}
	*column += (size_t)fprintf(out, " %s", entry->name);
}

/* Those of SET that OTHER would have if its kernel had them. */
static void print_one_sided(struct comparison *comparison, const struct format_set *set,
			    const struct format_set *other, const char *colour)
{
	FILE *out = comparison->out;
	const char *system = NULL;
	size_t column = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct format_entry *entry = &set->entries[i];

		if (!matches(comparison, entry) || find_other(other, entry))
			continue;
		if (!format_set_covers(other, entry->system, entry->name)) {
			comparison->uncovered[set == comparison->b]++;
			continue;
		}
		if (!system) {
			fprintf(out, "\n%s%c only in ", colour, set == comparison->a ? '<' : '>');
			report_name(set->name, out);
			fputs(comparison->style->end, out);
		}
		print_name(entry, &system, &column, out);
		comparison->one_sided++;
	}
	if (system)
		fputc('\n', out);
}

/* ---- the sum ---- */

static void print_uncovered(const struct format_set *set, size_t count, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "not compared: %zu event%s that only ", count, count == 1 ? "" : "s");
	report_name(set->name, out);
	fputs(" has\n", out);
}

static void print_sum(const struct comparison *comparison)
{
	FILE *out = comparison->out;

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

static int verdict(const struct comparison *comparison, struct error *err)
{
	const struct format_entry *bad = comparison->first_malformed;

	if (comparison->malformed == 1)
		return error_set(err, -EBADMSG, "%s", bad->why);
	if (comparison->malformed > 1)
		return error_set(err, -EBADMSG, "%zu formats are malformed, the first: %.300s",
				 comparison->malformed, bad->why);
	if (comparison->compared == 0 && comparison->one_sided == 0)
		return error_set(err, -ENOENT, "they have no event in common");
	return comparison->differ > 0 || comparison->common || comparison->one_sided > 0;
}

int report_diff(const struct format_set *a, const struct format_set *b, const char *pattern,
		bool ids, const struct style *style, FILE *out, struct error *err)
{
	struct comparison comparison = {
		.a = a, .b = b, .pattern = pattern, .ids = ids, .style = style, .out = out};

	fprintf(out, "%s<%s ", style->removed, style->end);
	report_source(a, out);
	fprintf(out, "%s>%s ", style->added, style->end);
	report_source(b, out);
	side_by_side_print_heading(style, out);
	int code = compare_both(&comparison);
	if (code < 0)
		return error_set(err, code, "out of memory");
	print_one_sided(&comparison, a, b, style->removed);
	print_one_sided(&comparison, b, a, style->added);
	print_sum(&comparison);
	return verdict(&comparison, err);
}
