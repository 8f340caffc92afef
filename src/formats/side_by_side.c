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

/* ---- pairs ---- */

static const struct format_field *last(const struct format_pair *pair)
{
	return pair->b ? pair->b : pair->a;
}

/* Removed fields stand before what came in their place. */
static int compare_pairs(const void *one, const void *other)
{
	const struct format_pair *a = one, *b = other;
	uint32_t place_a = last(a)->at.offset, place_b = last(b)->at.offset;

	if (place_a != place_b)
		return place_a < place_b ? -1 : 1;
	if (!a->b != !b->b)
		return !a->b ? -1 : 1;
	return strcmp(last(a)->name, last(b)->name);
}

/* Fills PAIRS, which have room for the fields of both, in no order. Returns how many there are. */
static size_t pair_fields(const struct format *a, const struct format *b, unsigned int parts,
			  struct format_pair *pairs)
{
	size_t count = 0;

	for (size_t i = 0; i < a->field_count; i++) {
		const struct format_field *field = &a->fields[i];

		if (is_in(field, parts))
			pairs[count++] = (struct format_pair){field, format_find(b, field->name)};
	}
	for (size_t i = 0; i < b->field_count; i++) {
		const struct format_field *field = &b->fields[i];

		if (is_in(field, parts) && !format_find(a, field->name))
			pairs[count++] = (struct format_pair){NULL, field};
	}
	return count;
}

struct format_pair *format_pairs(const struct format *a, const struct format *b, unsigned int parts,
				 size_t *count)
{
	struct format_pair *pairs = calloc(a->field_count + b->field_count + 1, sizeof(*pairs));

	if (!pairs)
		return NULL;
	*count = pair_fields(a, b, parts, pairs);
	qsort(pairs, *count, sizeof(*pairs), compare_pairs);
	return pairs;
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

char format_pair_mark(const struct format_pair *pair)
{
	if (!pair->a)
		return '>';
	if (!pair->b)
		return '<';
	return fields_differ(pair->a, pair->b) ? '~' : '|';
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
static size_t middle_of(const struct format_pair *pair)
{
	size_t right = MARK_WIDTH + half_width(pair->b);

	if (HALF_WIDTH + right <= PAGE_WIDTH)
		return HALF_WIDTH;
	return right < PAGE_WIDTH ? PAGE_WIDTH - right : 0;
}

/* The halves stand below each other where they do not fit into one line. */
static void print_pair(const struct format_pair *pair, const struct page *page)
{
	FILE *out = page->out;
	const char mark = format_pair_mark(pair);
	size_t width = half_width(pair->a), middle = middle_of(pair);

	fputs(colour_of(mark, page), out);
	if (pair->a)
		print_half(pair->a, out);
	if (pair->b && width > middle) {
		fputc('\n', out);
		width = 0;
	}
	fprintf(out, "%*s %c", width < middle ? (int)(middle - width) : 0, "", mark);
	if (pair->b) {
		fputc(' ', out);
		print_half(pair->b, out);
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
	size_t count;
	struct format_pair *pairs = format_pairs(a, b, parts, &count);

	if (!pairs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		print_pair(&pairs[i], page);
	free(pairs);
	return 0;
}
