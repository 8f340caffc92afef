/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that `check` prints, 80 columns wide: what, found, verdict, and under a row the command
 * that would mend it. Commands are never broken, so that they can be copied.
 */
#ifndef PXT_CLI_CHECK_TABLE_H
#define PXT_CLI_CHECK_TABLE_H

#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

struct check_row {
	enum verdict verdict;
	struct error text; /* what was found, and the remedy */
};

/* Fill ROW, without a remedy. */
void check_row_set(struct check_row *row, enum verdict verdict, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

void check_table_head(FILE *out);
void check_table_row(FILE *out, const char *what, const struct check_row *row);

#endif
