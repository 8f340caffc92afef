/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the format files that come with the program: one directory a kernel, under formats/.
 */
#ifndef PXT_DECODE_SHIPPED_H
#define PXT_DECODE_SHIPPED_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format_dir.h"

/* The environment variable with a directory to use instead of the installed one. */
#define SHIPPED_VARIABLE "PERF_EXEC_TRACE_FORMATS"

struct shipped {
	char directory[256];
	char **names; /* sorted, versions by number: 6.1 before 6.12 */
	size_t count;
};

/*
 * List the kernels of SHIPPED_VARIABLE's directory, else of the source tree when run from its build
 * directory, else of the installed directory. Returns 0 (free with shipped_done()) or a negative
 * errno with ERR filled.
 */
int shipped_open(struct shipped *shipped, struct error *err) MUST_CHECK;

void shipped_done(struct shipped *shipped);

/*
 * Returns the one kernel that NAME means, borrowed from SHIPPED: its name, or the beginning of it
 * ("amd64-6.1" means amd64-6.1.0-50, never 6.12). NULL where there is none or several, with ERR
 * filled, which suggests similar names.
 */
const char *shipped_find(const struct shipped *shipped, const char *name, struct error *err);

/*
 * Resolve NAME as the user typed it: with a slash it is a path; else the full name of a shipped
 * kernel, the name of a file, or the beginning of a kernel's name, in this order. Returns 0 with a
 * path in PATH, 1 with the directory of a shipped kernel, or a negative errno with ERR filled.
 */
int shipped_locate(const char *name, char *path, size_t size, struct error *err) MUST_CHECK;

/* format_dir_open() of NAME, resolved by shipped_locate(). */
int shipped_open_dir(struct format_dir *dir, const char *name, struct error *err) MUST_CHECK;

#endif
