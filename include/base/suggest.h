/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did-you-mean suggestions for a name that does not exist.
 */
#ifndef PXT_BASE_SUGGEST_H
#define PXT_BASE_SUGGEST_H

#include <stddef.h>

/* How many are worth reading. */
#define SUGGESTIONS_MAX 4

struct suggestions {
	const char *wanted;
	struct {
		const char *name;
		size_t distance;
	} best[SUGGESTIONS_MAX]; /* the nearest first, those given earlier before later ones */
	size_t count;
};

/*
 * CANDIDATE is borrowed; it is taken up (once) where it holds WANTED, or begins nearly like it.
 */
void suggest(struct suggestions *suggestions, const char *candidate);

/* Write "A, B or C" to OUT; "" where nothing is near. What does not fit is left out. */
void suggestions_text(const struct suggestions *suggestions, char *out, size_t size);

#endif
