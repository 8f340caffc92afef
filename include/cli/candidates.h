/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the candidates of each kind of argument to be completed: processes, users, kernels...
 */
#ifndef PXT_CLI_CANDIDATES_H
#define PXT_CLI_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The word to complete, as far as it is typed, and the output for candidates. */
struct partial_word {
	FILE *out;
	const char *word; /* the whole word */
	size_t before;    /* the bytes of it that stay: those of "--events=fork," */
	size_t list;      /* where the list among them begins, whose items are not offered again */
};

/* Print NAME and its description ABOUT, if NAME begins with what is typed and is not listed. */
void offer(const struct partial_word *typed, const char *name, const char *about);

/* Print the candidates for the argument of OPTION, a letter or an enum long_option. */
void offer_value(struct partial_word typed, int option);

/* Print the sources that `formats` takes. */
void offer_sources(const struct partial_word *typed);

/* Print the tracepoints of this host; where they cannot be read, those of a shipped kernel. */
void offer_tracepoints(const struct partial_word *typed);

#endif
