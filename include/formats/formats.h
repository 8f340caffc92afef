/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `formats`: list, show and compare tracepoint formats.
 */
#ifndef PXT_FORMATS_FORMATS_H
#define PXT_FORMATS_FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

/*
 * ARGUMENTS, ended by NULL: list [SOURCE], show [EVENT] [SOURCE], diff A B [EVENT]; none is list.
 *
 * Returns the exit status, as diff(1) has it: 0, 1 where diff found differences, 2 on failure with
 * ERR filled.
 */
int formats_run(const char *const arguments[], bool verbose, FILE *out,
		struct error *err) MUST_CHECK;

#endif
