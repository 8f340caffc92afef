/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two layouts of one event beside each other, for 80 columns.
 */
#ifndef PXT_FORMATS_SIDE_BY_SIDE_H
#define PXT_FORMATS_SIDE_BY_SIDE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "decode/format.h"
#include "formats/style.h"

/* The fields to compare, as bits. */
enum format_part {
	FORMAT_COMMON = 1, /* those that every event of a kernel begins with */
	FORMAT_OWN = 2,    /* the event's own */
};

/* Returns whether any field in PARTS lies elsewhere, or is declared otherwise, in B than in A. */
bool formats_differ(const struct format *a, const struct format *b, unsigned int parts);

/* Print the heading of the columns, and an empty line before it. */
void side_by_side_print_heading(const struct style *style, FILE *out);

/*
 * Print the fields in PARTS of A (left) and B (right) to OUT, a line each, by their place in B. A
 * mark between them tells fields that differ (~) and that are on one side only (< and >). Returns
 * 0 or -ENOMEM.
 */
int side_by_side_print(const struct format *a, const struct format *b, unsigned int parts,
		       const struct style *style, FILE *out) MUST_CHECK;

#endif
