/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `diff` compares what two captures ran.
 */
#ifndef PXT_DIFF_DIFF_H
#define PXT_DIFF_DIFF_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "diff/matching.h"
#include "source/request.h"

struct diff_options {
	char *directories[SIDES]; /* --dir-a, --dir-b; NULL: that of the first exec. Owned */
	bool raw;                 /* --raw: replace nothing in command lines */
};

void diff_options_done(struct diff_options *options);

struct diff_call {
	const struct request *request; /* for notices, sandbox, colours and --usage */
	const struct diff_options *options;
	const char *const *captures; /* two, and NULL */
	bool json;
};

/*
 * Compare the captures of CALL, and write what differs to OUT.
 *
 * Returns the exit status, as that of diff(1): 0, 1 where they differ, 2 on failure with ERR
 * filled. With 0 and 1 ERR->what may tell that a capture is cut short.
 */
int diff_run(const struct diff_call *call, FILE *out, struct error *err) MUST_CHECK;

#endif
