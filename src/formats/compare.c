/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/compare.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static unsigned int field_changes(const struct format_field *a, const struct format_field *b)
{
	return (a->at.offset != b->at.offset ? FIELD_MOVED : 0U) |
	       (a->at.size != b->at.size ? FIELD_RESIZED : 0U) |
	       (strcmp(a->type, b->type) != 0 ? FIELD_RETYPED : 0U) |
	       (a->at.is_signed != b->at.is_signed ? FIELD_RESIGNED : 0U);
}

static uint32_t place(const struct field_diff *diff)
{
	return diff->b ? diff->b->at.offset : diff->a->at.offset;
}

/* What was removed stands before what came in its place; the rest is as in the formats. */
static int compare_places(const void *one, const void *other)
{
	const struct field_diff *a = one;
	const struct field_diff *b = other;

	if (place(a) != place(b))
		return place(a) < place(b) ? -1 : 1;
	if (!a->b != !b->b)
		return !a->b ? -1 : 1;
	const struct format_field *field = a->b ? a->b : a->a;
	const struct format_field *other_field = b->b ? b->b : b->a;
	return strcmp(field->name, other_field->name);
}

static bool is_in_part(const struct format_field *field, enum compare_part part)
{
	return (unsigned int)part & (field->common ? COMPARE_COMMON : COMPARE_OWN);
}

static void add(struct format_diff *diff, unsigned int changes, const struct format_field *a,
		const struct format_field *b)
{
	if (changes)
		diff->fields[diff->count++] = (struct field_diff){changes, a, b};
}

int format_compare(const struct format *a, const struct format *b, enum compare_part part,
		   struct format_diff *diff)
{
	struct format_diff made = {
		.fields = calloc(a->field_count + b->field_count + 1, sizeof(*made.fields)),
	};

	if (!made.fields)
		return -ENOMEM;
	for (size_t i = 0; i < a->field_count; i++) {
		const struct format_field *field = &a->fields[i];
		const struct format_field *same = format_find(b, field->name);

		if (is_in_part(field, part))
			add(&made, same ? field_changes(field, same) : FIELD_REMOVED, field, same);
	}
	for (size_t i = 0; i < b->field_count; i++) {
		const struct format_field *field = &b->fields[i];

		if (is_in_part(field, part) && !format_find(a, field->name))
			add(&made, FIELD_ADDED, NULL, field);
	}
	qsort(made.fields, made.count, sizeof(*made.fields), compare_places);
	*diff = made;
	return 0;
}

static int compare_names(const struct format_entry *a, const struct format_entry *b)
{
	int order = strcmp(a->system, b->system);

	return order ? order : strcmp(a->name, b->name);
}

int format_sets_pair(const struct format_set *a, const struct format_set *b, const char *pattern,
		     compare_visit *visit, void *context)
{
	size_t i = 0, j = 0;
	int code = 0;

	while (code == 0 && (i < a->count || j < b->count)) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : compare_names(&a->entries[i], &b->entries[j]);
		struct event_pair pair = {
			.a = order <= 0 ? &a->entries[i++] : NULL,
			.b = order >= 0 ? &b->entries[j++] : NULL,
		};
		const struct format_entry *entry = pair.a ? pair.a : pair.b;

		if (!pattern || format_pattern_matches(pattern, entry->system, entry->name))
			code = visit(context, &pair);
	}
	return code;
}
