/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of command lines: all commands that lost and got the same words are one change.
 */
#ifndef PXT_DIFF_CHANGES_H
#define PXT_DIFF_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/hash_table.h"
#include "diff/commands.h"
#include "diff/matching.h"

struct program_count {
	const char *name; /* borrowed from a command */
	uint64_t runs;
};

struct change {
	struct odd_words words[SIDES]; /* removed, added; both empty: the order alone differs */
	uint64_t runs;
	struct program_count *programs; /* the most frequent first */
	size_t program_count, program_capacity;
	const struct ran_command *example[SIDES]; /* the first pair */

	UT_hash_handle hh;
	size_t key_size;
	uint32_t key[]; /* the words of both sides, sorted, with UINT32_MAX between the two */
};

/* All 0 is an empty one. Walk it by `hh.next`: the most frequent first. */
struct changes {
	struct change *by_words;
};

/* Take the changes out of the pairs of MATCHING, borrowed. Returns 0 or -ENOMEM. */
int changes_make(const struct matching *matching, struct changes *changes) MUST_CHECK;

void changes_done(struct changes *changes);

#endif
