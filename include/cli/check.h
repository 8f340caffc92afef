/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `perf_exec_trace check`: what tracing needs of this host, what was found, what would mend it.
 */
#ifndef PXT_CLI_CHECK_H
#define PXT_CLI_CHECK_H

#include <stdio.h>

#include "base/compiler.h"

/*
 * Print the table to OUT, FORMATS being the --formats directory or NULL. The last row is the proof:
 * everything is opened and mapped once. Returns 0 where the perf backend works, -EPERM where it
 * does not, another negative errno where OUT cannot be written.
 */
int check_host(FILE *out, const char *formats) MUST_CHECK;

#endif
