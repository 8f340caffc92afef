/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the table of `check` as wide as the terminal: what, verdict, found, and under a row the
 * remedy; below the table the advice. Texts wrap inside their column. Commands are broken only
 * where they are too long for a line, between two words and with a backslash, so that they can be
 * copied.
 */
#ifndef PXT_CLI_CHECK_TABLE_H
#define PXT_CLI_CHECK_TABLE_H

#include <stdio.h>

#include "cli/check_advice.h"
#include "cli/check_row.h"

void check_table_head(FILE *out);

/* WIDTH: columns of the terminal. */
void check_table_row(FILE *out, unsigned int width, const struct check_row *row);

void check_table_advice(FILE *out, unsigned int width, const struct check_advice *advice);

#endif
