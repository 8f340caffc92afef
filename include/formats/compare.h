/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where two formats of one event, or all formats of two kernels, disagree.
 */
#ifndef PXT_FORMATS_COMPARE_H
#define PXT_FORMATS_COMPARE_H

#include <stddef.h>

#include "compiler.h"
#include "decode/format.h"
#include "formats/format_set.h"

/* As bits. A field that is only on one side has no other. */
enum field_change {
	FIELD_ADDED = 1,
	FIELD_REMOVED = 2,
	FIELD_MOVED = 4,
	FIELD_RESIZED = 8,
	FIELD_RETYPED = 16,
	FIELD_RESIGNED = 32, /* same or other type, but the sign changed */
};
#define FIELD_CHANGES 6

struct field_diff {
	unsigned int changes;
	const struct format_field *a, *b; /* NULL: not there. Borrowed from the formats */
};

struct format_diff {
	struct field_diff *fields; /* those that differ, by their place in B (removed: in A) */
	size_t count;
};

/* Which of the fields to look at: common ones, the event's own, or both. */
enum compare_part { COMPARE_COMMON = 1, COMPARE_OWN = 2, COMPARE_ALL = 3 };

/* Returns 0 with DIFF (free its `fields`), or -ENOMEM. */
int format_compare(const struct format *a, const struct format *b, enum compare_part part,
		   struct format_diff *diff) MUST_CHECK;

/* One event of either kernel. */
struct event_pair {
	const struct format_entry *a, *b; /* NULL: not there */
};

/*
 * Called for every event of A and B that matches PATTERN (NULL: all), sorted by system and name.
 * Other than 0 ends the walk and is returned.
 */
typedef int compare_visit(void *context, const struct event_pair *pair);
int format_sets_pair(const struct format_set *a, const struct format_set *b, const char *pattern,
		     compare_visit *visit, void *context) MUST_CHECK;

#endif
