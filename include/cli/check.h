/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `check` prints what tracing needs of this host, what was found, and the remedies.
 */
#ifndef PXT_CLI_CHECK_H
#define PXT_CLI_CHECK_H

#include <stdio.h>

#include "base/compiler.h"

/*
 * Print the table to OUT. FORMATS is the --formats directory or NULL. The row of the perf backend
 * is the proof: it opens and maps everything on one CPU. Returns 0 where no row fails, else -EPERM.
 */
int check_host(FILE *out, const char *formats) MUST_CHECK;

#endif
