/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Longer names than any kernel has are near to nothing. */
#define LENGTH_MAX 128

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many characters have to be put in, taken out, replaced or swapped with their neighbour to
 * make A the beginning of B. B is at most LENGTH_MAX long.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][LENGTH_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		last[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			row[j] = min(min(last[j], row[j - 1]) + 1,
				     last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	size_t fewest = last[0];
	for (size_t j = 1; j <= length; j++)
		fewest = min(fewest, last[j]);
	return fewest;
}

/* SIZE_MAX where they are not near. */
static size_t distance(const char *wanted, const char *candidate)
{
	size_t length = strlen(wanted);

	if (length == 0 || length > LENGTH_MAX || strlen(candidate) > LENGTH_MAX)
		return SIZE_MAX;
	if (strstr(candidate, wanted))
		return 0;
	size_t changes = edit_distance(wanted, candidate);
	return changes <= length / 4 ? changes : SIZE_MAX;
}

void suggest(struct suggestions *suggestions, const char *candidate)
{
	size_t far = distance(suggestions->wanted, candidate);
	size_t at = suggestions->count;

	if (far == SIZE_MAX)
		return;
	for (size_t i = 0; i < suggestions->count; i++) {
		if (strcmp(suggestions->best[i].name, candidate) == 0)
			return;
	}
	while (at > 0 && suggestions->best[at - 1].distance > far)
		at--;
	if (at == SUGGESTIONS_MAX)
		return;
	if (suggestions->count < SUGGESTIONS_MAX)
		suggestions->count++;
	for (size_t i = suggestions->count - 1; i > at; i--)
		suggestions->best[i] = suggestions->best[i - 1];
	suggestions->best[at].name = candidate;
	suggestions->best[at].distance = far;
}

void suggestions_text(const struct suggestions *suggestions, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < suggestions->count; i++) {
		const char *between = i == 0 ? "" : i + 1 < suggestions->count ? ", " : " or ";
		int more = snprintf(out + used, size - used, "%s%s", between,
				    suggestions->best[i].name);

		if (more < 0 || (size_t)more >= size - used) {
			out[used] = '\0';
			return;
		}
		used += (size_t)more;
	}
}
