/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program: filename and arguments of an exec and the credentials that it gave, reference-counted,
 * as a process shares it with the processes that it forks.
 */
#ifndef PXT_TASK_PROGRAM_H
#define PXT_TASK_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

struct program {
	unsigned int references;
	struct text filename;
	struct arguments arguments;
	struct credentials credentials;
	uint64_t since_ns; /* known to be executed from then on; 0: since its exec */
	char bytes[];      /* of the texts */
};

/*
 * Create a program with copies of FILENAME and ARGUMENTS (NULL: not known), and credentials that
 * are not known. Returns it with one reference, or NULL without memory.
 */
struct program *program_new(struct text filename, const struct arguments *arguments);

/* Returns PROGRAM if it certainly was executed at TIME_NS, else NULL. NULL is fine. */
static inline const struct program *program_at(const struct program *program, uint64_t time_ns)
{
	return program && program->since_ns <= time_ns ? program : NULL;
}

/* Take another reference; returns PROGRAM. NULL is fine. */
struct program *program_hold(struct program *program);

/* Drop a reference; the last one frees PROGRAM. NULL is fine. */
void program_release(struct program *program);

#endif
