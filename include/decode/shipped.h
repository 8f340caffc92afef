/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels whose formats come with the program: the directories under formats/.
 */
#ifndef PXT_DECODE_SHIPPED_H
#define PXT_DECODE_SHIPPED_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format_dir.h"

/* Names the directory that holds them instead of the one they were installed to. */
#define SHIPPED_VARIABLE "PERF_EXEC_TRACE_FORMATS"

struct shipped {
	char directory[256];
	char **names; /* sorted, versions by number: 6.1 before 6.12 */
	size_t count;
};

/*
 * Find them: where SHIPPED_VARIABLE says, else in the source tree when run from its build
 * directory, else where they were installed. Returns 0 (free with shipped_done()) or a negative
 * errno with ERR filled.
 */
int shipped_open(struct shipped *shipped, struct error *err) MUST_CHECK;

void shipped_done(struct shipped *shipped);

/*
 * The one name that NAME means: itself, or what it is the beginning of ("amd64-6.1" means
 * amd64-6.1.0-50, never 6.12). NULL where there is none or several, with ERR saying which names are
 * near. Borrowed from SHIPPED.
 */
const char *shipped_find(const struct shipped *shipped, const char *name, struct error *err);

/*
 * Resolve NAME as the user typed it: a path where it has a slash or is a file's name, else a
 * shipped kernel (whose full name comes before a file's, its beginning after). Returns 0 with a
 * path in PATH, 1 with the path of a shipped kernel's directory, or a negative errno with ERR
 * filled.
 */
int shipped_locate(const char *name, char *path, size_t size, struct error *err) MUST_CHECK;

/* format_dir_open() of what a user means by NAME. */
int shipped_open_dir(struct format_dir *dir, const char *name, struct error *err) MUST_CHECK;

#endif
