/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints lists, layouts and differences of formats, for 80 columns.
 */
#ifndef PXT_FORMATS_REPORT_H
#define PXT_FORMATS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "formats/format_set.h"
#include "formats/style.h"

/* The name of a source: a path may hold anything, all other names have been checked. */
void report_name(const char *name, FILE *out);

/* "NAME  KERNEL, 64-bit". */
void report_source(const struct format_set *set, FILE *out);

/* The events of SET, a line each. */
void report_events(const struct format_set *set, FILE *out);

/* The layout of every format in SET: what lies where, and the holes. */
void report_layouts(const struct format_set *set, const struct style *style, FILE *out);

/*
 * Print the differences between A and B in the events that match PATTERN (NULL: all); with IDS,
 * also which ids differ. Returns 0 where they agree on all fields of all events that both cover, 1
 * where not, a negative errno with ERR filled where something could not be compared; all else is
 * shown nevertheless.
 */
int report_diff(const struct format_set *a, const struct format_set *b, const char *pattern,
		bool ids, const struct style *style, FILE *out, struct error *err) MUST_CHECK;

#endif
