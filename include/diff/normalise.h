/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaces in command lines what differs between two runs of the same: build directories, names of
 * temporary files, pids. The rules are a table in normalise.c, and in docs/diff.md.
 */
#ifndef PXT_DIFF_NORMALISE_H
#define PXT_DIFF_NORMALISE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/text.h"
#include "diff/pid_set.h"

/* A directory by two names: with symbolic links and without. */
#define DIRECTORIES_MAX 2U

struct normaliser {
	struct text directories[DIRECTORIES_MAX]; /* owned, absolute, without a slash at the end */
	unsigned int directory_count;
	/* Pids that are replaced, borrowed: of the living, and in names of whoever has lived. */
	const struct pid_set *alive, *seen;
	bool raw; /* replace nothing */
};

/*
 * Replace DIRECTORY and what is below it from now on, unless it is the root, not absolute, or one
 * too many. Returns 0 or -ENOMEM.
 */
int normaliser_add_directory(struct normaliser *normaliser, struct text directory) MUST_CHECK;

void normaliser_done(struct normaliser *normaliser);

enum normalised {
	NORMALISED_ALL,
	NORMALISED_BUT_PIDS,
	NORMALISED_DIRECTORIES, /* only these; the text may be several words with NULs behind them
				 */
};

/* Append WORD to OUT with WHAT replaced. Without memory OUT->failed is set. */
void normalise(const struct normaliser *normaliser, struct text word, enum normalised what,
	       struct buffer *out);

#endif
