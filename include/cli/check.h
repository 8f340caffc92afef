/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `check` prints what tracing needs of this host, what was found, and the remedies.
 */
#ifndef PXT_CLI_CHECK_H
#define PXT_CLI_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

struct check_options {
	const char *formats; /* --formats; NULL: tracefs */
	bool json;           /* one JSON object (docs/check.schema.json) instead of the table */
};

/*
 * Print to OUT what was found and what to do next, as wide as its terminal. The rows of the sources
 * (source/sources.h) are the proof: they try them; perf opens and maps one ring on one CPU. Returns
 * 0 where no row fails, else -EPERM.
 */
int check_host(FILE *out, const struct check_options *options) MUST_CHECK;

#endif
