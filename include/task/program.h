/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program is a copy of what an exec showed, shared by the process and all that it forks.
 */
#ifndef PXT_TASK_PROGRAM_H
#define PXT_TASK_PROGRAM_H

#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

struct program {
	unsigned int references;
	struct text filename;
	struct arguments arguments;
	uint64_t since_ns; /* what was executed before that is not known; 0: it begins at an exec */
	char bytes[];      /* that the texts refer to */
};

/* Copy FILENAME and, where it is not NULL, ARGUMENTS. Returns NULL without memory. */
struct program *program_new(struct text filename, const struct arguments *arguments);

/* PROGRAM where that was executed at TIME_NS for sure; else, or where PROGRAM is NULL, NULL. */
struct program *program_at(struct program *program, uint64_t time_ns);

/* Another reference to PROGRAM, which may be NULL; returns it. */
struct program *program_hold(struct program *program);

/* Give a reference up; the last one frees it. NULL is fine. */
void program_release(struct program *program);

#endif
