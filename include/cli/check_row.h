/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of `check`: one thing that tracing needs or one source of events, and how it is here.
 */
#ifndef PXT_CLI_CHECK_ROW_H
#define PXT_CLI_CHECK_ROW_H

#include <stdbool.h>

#include "base/error.h"
#include "source/source.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL };

struct check_row {
	char what[32];
	enum verdict verdict;
	struct error found;               /* what was found, and the remedy */
	const struct source_type *source; /* NULL: the row is of no source */
	bool works;                       /* of a source: it would work here */
};

/* The facts that a source tells, as words for users; NULL: no more. */
#define CHECK_TELLS_MAX 10

/* Fill TELLS, which ends with NULL, with what TYPE tells of: "forks", "arguments". Static. */
void check_tells(const struct source_type *type, const char *tells[CHECK_TELLS_MAX]);

#endif
