/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains of processes that waited for one another: the parts of the critical path.
 *
 * A step is a process while it was on the path. A chain has the steps of the children of one
 * process, none of which overlap, the last one first. Chains share the steps that they begin with;
 * steps are counted references.
 *
 * A chain keeps the PATH_LONGEST longest of its steps and of those within them, and about as many
 * others; of further ones only number and time.
 */
#ifndef PXT_SINK_PATH_STEPS_H
#define PXT_SINK_PATH_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "sink/program_totals.h"

/* Steps that are never left out. */
#define PATH_LONGEST 15U

/* Bytes of arguments that are kept of a step. */
#define PATH_ARGV_BYTES 4096U

struct path_step;

/* All 0 is an empty one. */
struct path_chain {
	struct path_step *last; /* NULL: none is kept */
	uint64_t count;         /* steps, with those within them, also the ones not kept */
	uint64_t ns;            /* the time of its steps, without those within them */
	size_t kept;            /* steps with those within them, at most */
	size_t limit;           /* more than this are too many; 0: the least limit */
};

struct path_step {
	uint32_t references;
	struct path_step *previous; /* the one before it that is kept; NULL: none */
	struct path_chain within;   /* the children that it waited for */
	uint64_t from_ns, to_ns;
	const struct program_totals *program; /* NULL: not known */
	bool complete;                        /* `argv` has all arguments */
	size_t argv_size;                     /* 0: not known */
	char argv[];                          /* with their NULs */
};

/* The parts of a step; all are borrowed. */
struct path_part {
	const struct path_chain *before, *within;
	uint64_t from_ns, to_ns;
	const struct program_totals *program;
	struct text argv; /* the first PATH_ARGV_BYTES are kept */
	bool complete;
};

/* Returns the time of STEP. */
static inline uint64_t path_step_ns(const struct path_step *step)
{
	return step->to_ns - step->from_ns;
}

/* Make CHAIN, which is empty, PART's `before` with a step of PART behind. Returns 0 or -ENOMEM. */
int path_chain_make(struct path_chain *chain, const struct path_part *part) MUST_CHECK;

/* Make CHAIN, which is empty, the same as OTHER. */
void path_chain_share(struct path_chain *chain, const struct path_chain *other);

/* Free CHAIN, which becomes empty. */
void path_chain_done(struct path_chain *chain);

/* If CHAIN has too many steps, path_chain_prune(). Returns 0 or -ENOMEM. */
int path_chain_bound(struct path_chain *chain) MUST_CHECK;

/* Let go of steps in CHAIN that are not among the longest, for nobody. Returns 0 or -ENOMEM. */
int path_chain_prune(struct path_chain *chain) MUST_CHECK;

#endif
