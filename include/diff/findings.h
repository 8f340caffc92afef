/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The differences of two captures.
 */
#ifndef PXT_DIFF_FINDINGS_H
#define PXT_DIFF_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "diff/changes.h"
#include "diff/commands.h"
#include "diff/matching.h"

/* A time differs notably by both: a mean by half as much again, and by so much. */
#define NOTABLE_NS (100 * NS_PER_MS)
#define NOTABLE_TENTHS 15U

/* Command lines that are compared with each other. */
struct twins {
	const struct ran_command *sides[SIDES];
};

struct twins_list {
	struct twins *list;
	size_t count, capacity;
};

/* All commands of one program, by its name. */
struct program_sum {
	const char *name; /* borrowed from a command */
	uint64_t runs[SIDES];
	struct spent wall[SIDES], cpu[SIDES];
	UT_hash_handle hh;
};

/* All 0 at first. Commands are borrowed from the sets. */
struct findings {
	const struct commands *sets[SIDES];
	bool programs_only; /* one side knows no arguments, so that none were compared */
	struct matching matching;
	struct changes changes;
	struct twins_list only[SIDES]; /* ran on this side alone, or more often than its twin */
	struct twins_list ended;       /* ended differently */
	struct twins_list slower; /* took notably longer or less, the greatest difference first */
	struct program_sum *programs; /* all, the greatest difference first */
};

/*
 * Compare the two SETS, which are changed. Returns 0 or -ENOMEM; free with findings_done() in any
 * case, before the sets.
 */
int findings_make(struct findings *findings, struct commands *const sets[SIDES]) MUST_CHECK;

void findings_done(struct findings *findings);

/* Whether they differ: in what ran, and how it ended. Times differ always, and do not count. */
bool findings_differ(const struct findings *findings);

/*
 * The next ending of X, at *AT or behind it, that Y does not have as often: with the runs that Y
 * lacks. False at the end.
 */
bool findings_next_ending(const struct ran_command *x, const struct ran_command *y, size_t *at,
			  struct ending *ending);

/* Whether CPU time is what is compared, since it is known on both sides; else wall time is. */
bool findings_compare_cpu(const struct spent cpu[SIDES]);

/* The times by which TWINS are compared, of both sides; *IS_CPU: they are CPU time. */
void findings_times(const struct twins *twins, struct spent times[SIDES], bool *is_cpu);

/* Whether TIMES differ notably, by their sums. */
bool findings_notable(uint64_t a_ns, uint64_t b_ns);

#endif
