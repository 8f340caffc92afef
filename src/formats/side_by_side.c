/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/side_by_side.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The left half, and the mark in the middle with a blank at each side of it. */
#define HALF_WIDTH 36
#define MARK_WIDTH 3

/* Offset, size and sign before a declaration: "128  16s ". */
#define PLACE_WIDTH 9

/* A field of either layout; NULL: that side has none. */
struct row {
	const struct format_field *a, *b;
};

static bool is_in(const struct format_field *field, unsigned int parts)
{
	return parts & (field->common ? FORMAT_COMMON : FORMAT_OWN);
}

/* Either may be NULL. */
static bool fields_differ(const struct format_field *a, const struct format_field *b)
{
	return !a || !b || a->at.offset != b->at.offset || a->at.size != b->at.size ||
	       a->at.is_signed != b->at.is_signed || strcmp(a->type, b->type) != 0;
}

/* ---- rows ---- */

static const struct format_field *last(const struct row *row)
{
	return row->b ? row->b : row->a;
}

/* Removed fields stand before what came in their place. */
static int compare_rows(const void *one, const void *other)
{
	const struct row *a = one, *b = other;
	uint32_t place_a = last(a)->at.offset, place_b = last(b)->at.offset;

	if (place_a != place_b)
		return place_a < place_b ? -1 : 1;
	if (!a->b != !b->b)
		return !a->b ? -1 : 1;
	return strcmp(last(a)->name, last(b)->name);
}

/* Fills ROWS, which have room for the fields of both, in no order. Returns how many there are. */
static size_t pair_fields(const struct format *a, const struct format *b, unsigned int parts,
			  struct row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < a->field_count; i++) {
		const struct format_field *field = &a->fields[i];

		if (is_in(field, parts))
			rows[count++] = (struct row){field, format_find(b, field->name)};
	}
	for (size_t i = 0; i < b->field_count; i++) {
		const struct format_field *field = &b->fields[i];

		if (is_in(field, parts) && !format_find(a, field->name))
			rows[count++] = (struct row){NULL, field};
	}
	return count;
}

/* Returns whether a field in PARTS of A differs in B or is missing there. */
static bool any_differs(const struct format *a, const struct format *b, unsigned int parts)
{
	for (size_t i = 0; i < a->field_count; i++) {
		const struct format_field *field = &a->fields[i];

		if (is_in(field, parts) && fields_differ(field, format_find(b, field->name)))
			return true;
	}
	return false;
}

bool formats_differ(const struct format *a, const struct format *b, unsigned int parts)
{
	return any_differs(a, b, parts) || any_differs(b, a, parts);
}

/* ---- printing ---- */

static void print_half(const struct format_field *field, FILE *out)
{
	const struct field *at = &field->at;

	fprintf(out, "%3u %3u%c %s", at->offset, at->size, at->is_signed ? 's' : ' ',
		field->declaration);
}

static char mark_of(const struct row *row)
{
	if (!row->a)
		return '>';
	if (!row->b)
		return '<';
	return fields_differ(row->a, row->b) ? '~' : '|';
}

static const char *colour_of(char mark, const struct page *page)
{
	switch (mark) {
	case '>':
		return page->added;
	case '<':
		return page->removed;
	case '~':
		return page->changed;
	default:
		return page->dim;
	}
}

/* In columns. */
static size_t half_width(const struct format_field *field)
{
	return field ? PLACE_WIDTH + strlen(field->declaration) : 0;
}

/* Returns the column of the mark: an earlier one if the right half is too long. */
static size_t middle_of(const struct row *row)
{
	size_t right = MARK_WIDTH + half_width(row->b);

	if (HALF_WIDTH + right <= PAGE_WIDTH)
		return HALF_WIDTH;
	return right < PAGE_WIDTH ? PAGE_WIDTH - right : 0;
}

/* The halves stand below each other where they do not fit into one line. */
static void print_row(const struct row *row, const struct page *page)
{
	FILE *out = page->out;
	const char mark = mark_of(row);
	size_t width = half_width(row->a), middle = middle_of(row);

	fputs(colour_of(mark, page), out);
	if (row->a)
		print_half(row->a, out);
	if (row->b && width > middle) {
		fputc('\n', out);
		width = 0;
	}
	fprintf(out, "%*s %c", width < middle ? (int)(middle - width) : 0, "", mark);
	if (row->b) {
		fputc(' ', out);
		print_half(row->b, out);
	}
	fprintf(out, "%s\n", page->end);
}

void side_by_side_print_heading(const struct page *page)
{
	static const char half[] = " at size field (s: signed)";

	fprintf(page->out, "\n%s%-*s | %s%s\n", page->dim, HALF_WIDTH, half, half, page->end);
}

int side_by_side_print(const struct format *a, const struct format *b, unsigned int parts,
		       const struct page *page)
{
	struct row *rows = calloc(a->field_count + b->field_count + 1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	size_t count = pair_fields(a, b, parts, rows);
	qsort(rows, count, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < count; i++)
		print_row(&rows[i], page);
	free(rows);
	return 0;
}
