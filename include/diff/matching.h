/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairs the runs that only one side has with the most similar ones of the other side.
 *
 * Similar are command lines that have at least half of their words in common. Candidates are those
 * that share the rarest words, such as the names of files, so that the time grows with the number
 * of commands and not with its square. The closest pairs are made first.
 *
 * A run whose arguments are not all known may be any run of its program that begins like it. Such
 * runs are paired with what is left of those on the other side, after the pairs that are sure to be
 * the same thing: those that have in common what is rarer than their difference.
 */
#ifndef PXT_DIFF_MATCHING_H
#define PXT_DIFF_MATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "diff/commands.h"
#include "diff/vocabulary.h"

/* The two captures. */
enum side { SIDE_A, SIDE_B, SIDES };

/* A command with `surplus` runs. */
struct odd_command {
	struct ran_command *command;
	struct wording wording;
	uint32_t *sorted; /* the ids of `wording` */
	uint32_t *spread; /* of these words, by spread_of(); NULL: all is known of all commands */
};

struct odd_pair {
	const struct odd_command *sides[SIDES];
	uint64_t runs;
	/* No difference but in numbers that are pids on one side, or in what is not known. */
	bool is_same;
};

/* All 0 at first. */
struct matching {
	struct vocabulary vocabulary;
	struct odd_command *odd[SIDES];
	size_t odd_count[SIDES];
	struct odd_pair *pairs;
	size_t pair_count, pair_capacity;
};

/*
 * Pair the commands of SETS that have a surplus, which becomes smaller by the runs that are paired.
 * Commands are borrowed. Returns 0 or -ENOMEM; free with matching_done() in any case.
 */
int matching_make(struct matching *matching, const struct commands *const sets[SIDES]) MUST_CHECK;

void matching_done(struct matching *matching);

/* Words of one side of a pair that the other side does not have: each once, in its order. */
struct odd_words {
	uint32_t *ids;
	size_t count;
};

/*
 * Fill OUT with the odd words of SIDE in PAIR; its `ids` have room for all words of that side.
 */
void matching_odd_words(const struct odd_pair *pair, enum side side, struct odd_words *out);

#endif
