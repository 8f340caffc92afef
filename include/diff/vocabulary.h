/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of command lines as numbers, so that command lines can be compared word by word.
 */
#ifndef PXT_DIFF_VOCABULARY_H
#define PXT_DIFF_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "diff/commands.h"

struct vocabulary_word;

/* All 0 is an empty one. Words are borrowed from the commands. */
struct vocabulary {
	struct vocabulary_word *by_text;
	struct text *words; /* by id */
	uint32_t count;
	size_t capacity;
};

void vocabulary_done(struct vocabulary *vocabulary);

/* Sort COUNT ids of words. */
void vocabulary_sort(uint32_t *ids, size_t count);

/* The words of one command line, in its order: the program, then the arguments. */
struct wording {
	uint32_t *ids;
	uint32_t *numbered; /* those that `line.numbered` has in the same places; may be `ids` */
	uint32_t count;
	uint32_t arguments; /* of the command; one of several words counts once */
};

/*
 * Take LINE apart. An argument with blanks in it, as `sh -c` has, is several words, which quotes,
 * parentheses and semicolons end too; NAME=VALUE is two, "NAME=" and "VALUE". Returns 0 with
 * WORDING (free with wording_done()) or -ENOMEM.
 */
int wording_make(struct vocabulary *vocabulary, const struct command_line *line,
		 struct wording *wording) MUST_CHECK;

void wording_done(struct wording *wording);

#endif
