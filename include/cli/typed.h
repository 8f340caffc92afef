/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remembers by which of their names options were typed, -p or --pid, so that messages name them so.
 */
#ifndef PXT_CLI_TYPED_H
#define PXT_CLI_TYPED_H

#include <limits.h>
#include <popt.h>

#include "base/error.h"

/* All 0 at first. */
struct typed {
	char last[32];                    /* "-p" or "--pid", the last option */
	const char *longs[UCHAR_MAX + 1]; /* by letter: "pid" where typed so; NULL: not; static */
};

/*
 * Returns TABLE with a row for each name of an option, by whose `val` typed_note() tells them
 * apart. The caller frees it. NULL without memory.
 */
struct poptOption *typed_table(const struct poptOption *table);

/* Note the option of TABLE, as above, for which popt returned VALUE. Returns the `val` of its row.
 */
int typed_note(struct typed *typed, const struct poptOption *table, int value);

/* In ERR, which an option gave, the last option is the first word: put what was typed there. */
void typed_name_last(const struct typed *typed, struct error *err);

/* In ERR, which has no text of the user's, put what was typed for every "-p". */
void typed_name_all(const struct typed *typed, struct error *err);

#endif
