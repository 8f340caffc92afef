/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did-you-mean suggestions for a name that does not exist.
 */
#ifndef PXT_BASE_SUGGEST_H
#define PXT_BASE_SUGGEST_H

#include <stddef.h>

/* More suggestions are not worth reading. */
#define SUGGESTIONS_MAX 4

struct suggestions {
	const char *wanted;
	struct {
		const char *name;
		size_t distance;
	} best[SUGGESTIONS_MAX]; /* the nearest first, equally near ones in the order of suggest()
				  */
	size_t count;
};

/* Add CANDIDATE (borrowed, once) where it contains `wanted` or begins nearly like it. */
void suggest(struct suggestions *suggestions, const char *candidate);

/* Write "A, B or C" to OUT; "" without suggestions. Names that do not fit are left out. */
void suggestions_text(const struct suggestions *suggestions, char *out, size_t size);

#endif
