/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program is a copy of what an exec showed, shared by the process and all that it forks.
 */
#ifndef PXT_TASK_PROGRAM_H
#define PXT_TASK_PROGRAM_H

#include "facts.h"
#include "text.h"

struct program {
	unsigned int references;
	struct text filename;
	struct arguments arguments;
	char bytes[]; /* that the texts refer to */
};

/* Copy FILENAME and, where it is not NULL, of IMAGE. Returns NULL without memory. */
struct program *program_new(struct text filename, const struct exec_image *image);

/* Another reference to PROGRAM, which may be NULL; returns it. */
struct program *program_hold(struct program *program);

/* Give a reference up; the last one frees it. NULL is fine. */
void program_release(struct program *program);

#endif
