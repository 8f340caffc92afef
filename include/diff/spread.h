/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the commands of a program that have a word: few have the name of a file, many an option.
 */
#ifndef PXT_DIFF_SPREAD_H
#define PXT_DIFF_SPREAD_H

#include <stdint.h>

#include "base/compiler.h"
#include "diff/commands.h"
#include "diff/vocabulary.h"

struct spread_word;

/* All 0 is an empty one. */
struct spread {
	struct spread_word *by_word;
};

/* Count all COMMANDS. Returns 0 or -ENOMEM; free with spread_done() in any case. */
int spread_make(struct vocabulary *vocabulary, const struct commands *commands,
		struct spread *spread) MUST_CHECK;

/* Returns the number of commands of PROGRAM that have WORD; both are ids. */
uint32_t spread_of(const struct spread *spread, uint32_t program, uint32_t word);

void spread_done(struct spread *spread);

#endif
