/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/compare.h"
#include "formats/report.h"

#define LINE_WIDTH 80

/* "4294967295 -> 4294967295" */
#define CELL_SIZE 32

enum column { COLUMN_NAME, COLUMN_OFFSET, COLUMN_SIZE, COLUMN_SIGNED, COLUMNS };

static const char *const headings[COLUMNS] = {"field", "offset", "size", "signed"};

/* One event that differs, or the common fields of all. */
struct block {
	const struct format_entry *a, *b; /* NULL: the common fields */
	struct format_diff diff;
};

struct side {
	const struct format_set *set;
	const struct format_entry **only; /* of those that the other would hold too */
	size_t only_count;
	size_t uncovered; /* events that the other set says nothing about */
};

struct comparison {
	struct side a, b;
	enum compare_part part; /* of every event */
	struct block *blocks;
	size_t block_count;
	struct event_pair *renumbered; /* those whose ids differ */
	size_t renumbered_count;
	size_t compared, same;
	size_t changes[FIELD_CHANGES];
	size_t malformed;
	const struct format_entry *first_malformed;
	int width[COLUMNS];
};

/* ---- comparing ---- */

static bool same_commons(const struct format *a, const struct format *b)
{
	struct format_diff diff;

	if (format_compare(a, b, COMPARE_COMMON, &diff) < 0)
		return false;
	free(diff.fields);
	return diff.count == 0;
}

/* The first whole format of SET, if all others have the same common fields. */
static const struct format *common_model(const struct format_set *set)
{
	const struct format *model = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct format *format = set->entries[i].format;

		if (!model)
			model = format;
		else if (format && !same_commons(model, format))
			return NULL;
	}
	return model;
}

static int add_block(struct comparison *comparison, const struct event_pair *pair,
		     const struct format_diff *diff)
{
	if (diff->count == 0) {
		free(diff->fields);
		return 0;
	}
	for (size_t i = 0; i < diff->count; i++) {
		for (size_t bit = 0; bit < FIELD_CHANGES; bit++)
			comparison->changes[bit] += diff->fields[i].changes >> bit & 1;
	}
	comparison->blocks[comparison->block_count++] = (struct block){pair->a, pair->b, *diff};
	return 0;
}

/* The kernel gives all events the same common fields: told once, not once an event. */
static int compare_commons(struct comparison *comparison)
{
	const struct format *a = common_model(comparison->a.set);
	const struct format *b = common_model(comparison->b.set);
	struct format_diff diff;

	comparison->part = a && b ? COMPARE_OWN : COMPARE_ALL;
	if (comparison->part == COMPARE_ALL)
		return 0;
	int code = format_compare(a, b, COMPARE_COMMON, &diff);
	return code < 0 ? code : add_block(comparison, &(struct event_pair){0}, &diff);
}

static void take_one_sided(struct side *side, const struct side *other,
			   const struct format_entry *entry)
{
	if (format_set_covers(other->set, entry->system, entry->name))
		side->only[side->only_count++] = entry;
	else
		side->uncovered++;
}

static int take_pair(void *context, const struct event_pair *pair)
{
	struct comparison *comparison = context;
	struct format_diff diff;

	if (!pair->a || !pair->b) {
		if (pair->a)
			take_one_sided(&comparison->a, &comparison->b, pair->a);
		else
			take_one_sided(&comparison->b, &comparison->a, pair->b);
		return 0;
	}
	if (!pair->a->format || !pair->b->format) {
		if (comparison->malformed++ == 0)
			comparison->first_malformed = pair->a->format ? pair->b : pair->a;
		return 0;
	}
	comparison->compared++;
	if (pair->a->format->id != pair->b->format->id)
		comparison->renumbered[comparison->renumbered_count++] = *pair;
	int code = format_compare(pair->a->format, pair->b->format, comparison->part, &diff);
	if (code < 0)
		return code;
	comparison->same += diff.count == 0;
	return add_block(comparison, pair, &diff);
}

static int compare_all(struct comparison *comparison, const char *pattern)
{
	size_t events = comparison->a.set->count + comparison->b.set->count;

	comparison->blocks = calloc(events + 1, sizeof(*comparison->blocks));
	comparison->a.only = calloc(events + 1, sizeof(*comparison->a.only));
	comparison->b.only = calloc(events + 1, sizeof(*comparison->b.only));
	comparison->renumbered = calloc(events + 1, sizeof(*comparison->renumbered));
	if (!comparison->blocks || !comparison->a.only || !comparison->b.only ||
	    !comparison->renumbered)
		return -ENOMEM;
	int code = compare_commons(comparison);
	return code < 0 ? code
			: format_sets_pair(comparison->a.set, comparison->b.set, pattern, take_pair,
					   comparison);
}

static void comparison_done(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->block_count; i++)
		free(comparison->blocks[i].diff.fields);
	free(comparison->blocks);
	free(comparison->renumbered);
	free(comparison->a.only);
	free(comparison->b.only);
}

/* ---- the table ---- */

/* "24 -> 12", or the value alone where both agree or there is one only. */
static void number_cell(char cell[CELL_SIZE], const struct field_diff *diff, unsigned int change,
			uint32_t a, uint32_t b)
{
	if (diff->changes & change)
		snprintf(cell, CELL_SIZE, "%u -> %u", a, b);
	else
		snprintf(cell, CELL_SIZE, "%u", diff->b ? b : a);
}

static void make_cells(const struct field_diff *diff, char cells[COLUMNS][CELL_SIZE])
{
	const struct format_field *a = diff->a ? diff->a : diff->b;
	const struct format_field *b = diff->b ? diff->b : diff->a;

	cells[COLUMN_NAME][0] = '\0';
	number_cell(cells[COLUMN_OFFSET], diff, FIELD_MOVED, a->at.offset, b->at.offset);
	number_cell(cells[COLUMN_SIZE], diff, FIELD_RESIZED, a->at.size, b->at.size);
	snprintf(cells[COLUMN_SIGNED], CELL_SIZE, "%s%s", a->at.is_signed ? "yes" : "no",
		 !(diff->changes & FIELD_RESIGNED) ? ""
		 : b->at.is_signed                 ? " -> yes"
						   : " -> no");
}

static const char *field_name(const struct field_diff *diff)
{
	return diff->b ? diff->b->name : diff->a->name;
}

static void widen(int *width, const char *text)
{
	int length = (int)strlen(text);

	if (length > *width)
		*width = length;
}

/* The columns of all events stand below each other. */
static void measure(struct comparison *comparison)
{
	char cells[COLUMNS][CELL_SIZE];

	for (size_t i = 0; i < COLUMNS; i++)
		comparison->width[i] = (int)strlen(headings[i]);
	for (size_t i = 0; i < comparison->block_count; i++) {
		const struct format_diff *diff = &comparison->blocks[i].diff;

		for (size_t j = 0; j < diff->count; j++) {
			make_cells(&diff->fields[j], cells);
			widen(&comparison->width[COLUMN_NAME], field_name(&diff->fields[j]));
			for (size_t k = COLUMN_OFFSET; k < COLUMNS; k++)
				widen(&comparison->width[k], cells[k]);
		}
	}
}

static void print_cell(const char *cell, int width, bool changed, const struct style *style,
		       FILE *out)
{
	fprintf(out, "  %s%s%s%*s", changed ? style->changed : "", cell, changed ? style->end : "",
		width - (int)strlen(cell), "");
}

static void print_type(const struct field_diff *diff, int indent, const struct style *style,
		       FILE *out)
{
	const char *a = diff->a ? diff->a->type : diff->b->type;
	const char *b = diff->b ? diff->b->type : diff->a->type;
	size_t width = (size_t)indent + strlen(a) + strlen(" -> ") + strlen(b);

	if (!(diff->changes & FIELD_RETYPED))
		fprintf(out, "  %s", b);
	else if (width <= LINE_WIDTH)
		fprintf(out, "  %s%s -> %s%s", style->changed, a, b, style->end);
	else
		fprintf(out, "  %s%s ->%s\n%*s%s%s%s", style->changed, a, style->end, indent, "",
			style->changed, b, style->end);
}

static void print_field(const struct field_diff *diff, const int width[COLUMNS],
			const struct style *style, FILE *out)
{
	static const unsigned int change_of[COLUMNS] = {
		[COLUMN_OFFSET] = FIELD_MOVED,
		[COLUMN_SIZE] = FIELD_RESIZED,
		[COLUMN_SIGNED] = FIELD_RESIGNED,
	};
	bool added = diff->changes & FIELD_ADDED;
	bool removed = diff->changes & FIELD_REMOVED;
	const char *colour = added ? style->added : removed ? style->removed : "";
	char cells[COLUMNS][CELL_SIZE];
	int indent = 2;

	make_cells(diff, cells);
	fprintf(out, "%s%c %-*s", colour,
		added     ? '+'
		: removed ? '-'
			  : '~',
		width[COLUMN_NAME], field_name(diff));
	indent += width[COLUMN_NAME];
	for (size_t i = COLUMN_OFFSET; i < COLUMNS; i++) {
		print_cell(cells[i], width[i], diff->changes & change_of[i], style, out);
		indent += 2 + width[i];
	}
	print_type(diff, indent + 2, style, out);
	fprintf(out, "%s\n", *colour ? style->end : "");
}

static void print_title(const struct block *block, const struct style *style, FILE *out)
{
	if (!block->a) {
		fprintf(out, "\n%sall events%s, common fields\n", style->bold, style->end);
		return;
	}
	unsigned int a = block->a->format->id;
	unsigned int b = block->b->format->id;

	fprintf(out, "\n%s%s:%s%s  %sid %u", style->bold, block->a->system, block->a->name,
		style->end, style->dim, a);
	if (a != b)
		fprintf(out, " -> %u", b);
	fprintf(out, "%s\n", style->end);
}

static void print_table(const struct comparison *comparison, const struct style *style, FILE *out)
{
	if (comparison->block_count == 0)
		return;
	fprintf(out, "\n%s  %-*s", style->dim, comparison->width[COLUMN_NAME],
		headings[COLUMN_NAME]);
	for (size_t i = COLUMN_OFFSET; i < COLUMNS; i++)
		fprintf(out, "  %-*s", comparison->width[i], headings[i]);
	fprintf(out, "  type%s\n", style->end);
	for (size_t i = 0; i < comparison->block_count; i++) {
		const struct format_diff *diff = &comparison->blocks[i].diff;

		print_title(&comparison->blocks[i], style, out);
		for (size_t j = 0; j < diff->count; j++)
			print_field(&diff->fields[j], comparison->width, style, out);
	}
}

/* ---- events on one side, ids, the sum ---- */

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* By system, filled up to the line's width. */
static void print_names(const struct side *side, FILE *out)
{
	const char *system = NULL;
	size_t column = 0;

	for (size_t i = 0; i < side->only_count; i++) {
		const struct format_entry *entry = side->only[i];

		if (!system || strcmp(system, entry->system) != 0) {
			system = entry->system;
			column = (size_t)fprintf(out, "%s  %s:", i ? "\n" : "", system);
		} else if (column + 1 + strlen(entry->name) > LINE_WIDTH) {
			column = (size_t)fprintf(out, "\n   ");
		}
		column += (size_t)fprintf(out, " %s", entry->name);
	}
	fputc('\n', out);
}

static void print_one_sided(const struct side *side, char mark, const char *colour,
			    const struct style *style, FILE *out)
{
	if (side->only_count == 0)
		return;
	fprintf(out, "\n%s%c only in ", colour, mark);
	report_name(side->set->name, out);
	fprintf(out, "%s\n", *colour ? style->end : "");
	print_names(side, out);
}

static void print_ids(const struct comparison *comparison, FILE *out)
{
	if (comparison->renumbered_count > 0)
		fputs("\nids\n", out);
	for (size_t i = 0; i < comparison->renumbered_count; i++) {
		const struct event_pair *pair = &comparison->renumbered[i];

		fprintf(out, "  %5u -> %5u  %s:%s\n", pair->a->format->id, pair->b->format->id,
			pair->a->system, pair->a->name);
	}
}

static void print_changes(const struct comparison *comparison, FILE *out)
{
	static const char *const words[FIELD_CHANGES] = {
		"added", "removed", "moved", "resized", "retyped", "with another sign",
	};
	const char *between = "fields: ";

	if (comparison->block_count == 0)
		return;
	for (size_t i = 0; i < FIELD_CHANGES; i++) {
		if (comparison->changes[i] == 0)
			continue;
		fprintf(out, "%s%zu %s", between, comparison->changes[i], words[i]);
		between = ", ";
	}
	fputc('\n', out);
}

static void print_uncovered(const struct side *side, FILE *out)
{
	if (side->uncovered == 0)
		return;
	fprintf(out, "not compared: %zu event%s that only ", side->uncovered,
		plural(side->uncovered));
	report_name(side->set->name, out);
	fputs(" has\n", out);
}

static void print_sum(const struct comparison *comparison, bool ids_shown, FILE *out)
{
	size_t differ = comparison->compared - comparison->same;
	size_t one_sided = comparison->a.only_count + comparison->b.only_count;

	fprintf(out, "\n%zu of %zu event%s differ%s", differ, comparison->compared,
		plural(comparison->compared), differ == 1 ? "s" : "");
	if (one_sided > 0)
		fprintf(out, ", %zu %s only on one side", one_sided, one_sided == 1 ? "is" : "are");
	fputc('\n', out);
	print_changes(comparison, out);
	if (comparison->renumbered_count > 0 && !ids_shown)
		fprintf(out, "ids: %zu differ%s (-v lists them)\n", comparison->renumbered_count,
			comparison->renumbered_count == 1 ? "s" : "");
	print_uncovered(&comparison->a, out);
	print_uncovered(&comparison->b, out);
}

static int verdict(const struct comparison *comparison, struct error *err)
{
	const struct format_entry *bad = comparison->first_malformed;

	if (comparison->malformed == 1)
		return error_set(err, -EBADMSG, "%s", bad->why);
	if (comparison->malformed > 1)
		return error_set(err, -EBADMSG, "%zu formats are malformed, the first: %.300s",
				 comparison->malformed, bad->why);
	if (comparison->compared == 0 && comparison->a.only_count + comparison->b.only_count == 0)
		return error_set(err, -ENOENT, "they have no event in common");
	return comparison->block_count > 0 || comparison->a.only_count > 0 ||
	       comparison->b.only_count > 0;
}

int report_diff(const struct format_set *a, const struct format_set *b, const char *pattern,
		bool ids, const struct style *style, FILE *out, struct error *err)
{
	struct comparison comparison = {.a.set = a, .b.set = b};
	int code = compare_all(&comparison, pattern);

	if (code < 0) {
		comparison_done(&comparison);
		return error_set(err, code, "out of memory");
	}
	fprintf(out, "%s---%s ", style->removed, style->end);
	report_source(a, out);
	fprintf(out, "%s+++%s ", style->added, style->end);
	report_source(b, out);
	measure(&comparison);
	print_table(&comparison, style, out);
	print_one_sided(&comparison.a, '-', style->removed, style, out);
	print_one_sided(&comparison.b, '+', style->added, style, out);
	if (ids)
		print_ids(&comparison, out);
	print_sum(&comparison, ids, out);
	code = verdict(&comparison, err);
	comparison_done(&comparison);
	return code;
}
