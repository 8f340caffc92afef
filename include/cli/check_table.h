/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the table of `check`, 80 columns wide: what, found, verdict, and under a row the command
 * to try. Commands are never broken, so that they can be copied.
 */
#ifndef PXT_CLI_CHECK_TABLE_H
#define PXT_CLI_CHECK_TABLE_H

#include <stdio.h>

#include "base/error.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

void check_table_head(FILE *out);

/* Print a row: FOUND is what was found and the remedy, VERDICT an enum verdict. */
void check_table_row(FILE *out, const char *what, int verdict, const struct error *found);

#endif
