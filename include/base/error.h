/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error message for the user: one line with what failed and why, and a remedy.
 *
 * Library modules never print. A function that can fail for reasons an errno does not tell takes a
 * struct error, fills it with error_set() and returns the negative code; main prints it once.
 */
#ifndef PXT_BASE_ERROR_H
#define PXT_BASE_ERROR_H

#include "base/compiler.h"

struct error {
	char what[400];   /* what failed and why, without a newline; "" while nothing has failed */
	char remedy[240]; /* what to type; "": nothing helps */
};

/*
 * Format ERR->what, clear ERR->remedy, and return CODE (a negative errno). The text is made
 * printable (printable.h) and cut to fit. ERR's own texts may be among the arguments.
 */
int error_set(struct error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Fill ERR with "out of memory" and return -ENOMEM. */
int error_no_memory(struct error *err);

/* Set the remedy: a command to type or an option to give. */
void error_remedy(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
