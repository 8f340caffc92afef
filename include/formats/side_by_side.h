/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares two layouts of one event and prints them side by side.
 */
#ifndef PXT_FORMATS_SIDE_BY_SIDE_H
#define PXT_FORMATS_SIDE_BY_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "decode/format.h"
#include "formats/page.h"

/* The fields to compare, as bits. */
enum format_part {
	FORMAT_COMMON = 1, /* those that every event of a kernel begins with */
	FORMAT_OWN = 2,    /* the event's own */
};

/* Whether A and B differ in PARTS: in the place, size, sign, type or presence of a field. */
bool formats_differ(const struct format *a, const struct format *b, unsigned int parts);

/* A field of either layout; NULL: that side has none. */
struct format_pair {
	const struct format_field *a, *b;
};

/*
 * Pair the *COUNT fields in PARTS of A and B by their names, in the order of their places in B. The
 * caller frees. NULL without memory.
 */
struct format_pair *format_pairs(const struct format *a, const struct format *b, unsigned int parts,
				 size_t *count);

/* Returns '<' for a field of A alone, '>' of B alone, '~' where they differ, '|' where not. */
char format_pair_mark(const struct format_pair *pair);

/* Print an empty line and the heading of the columns. */
void side_by_side_print_heading(const struct page *page);

/*
 * Print the fields in PARTS of A (left) and B (right), a line each, by their place in B. The mark
 * between them tells fields that differ (~) and fields on one side only (< and >). Returns 0 or
 * -ENOMEM.
 */
int side_by_side_print(const struct format *a, const struct format *b, unsigned int parts,
		       const struct page *page) MUST_CHECK;

#endif
