/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `formats` lists, shows and compares tracepoint formats.
 */
#ifndef PXT_FORMATS_FORMATS_H
#define PXT_FORMATS_FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "sandbox/sandbox.h"

struct formats_options {
	bool verbose;                       /* diff prints the ids that differ */
	bool json;                          /* diff prints one JSON object */
	const struct sandbox_plan *sandbox; /* to enter once all is read; NULL: none */
};

/*
 * Run list [SOURCE], show [EVENT] [SOURCE] or diff A B [EVENT] of ARGUMENTS, which end with NULL;
 * without any, list, which reads one source after the other and enters no sandbox.
 *
 * Returns the exit status, as that of diff(1): 0, 1 where diff found differences, 2 on failure with
 * ERR filled.
 */
int formats_run(const char *const arguments[], const struct formats_options *options, FILE *out,
		struct error *err) MUST_CHECK;

#endif
