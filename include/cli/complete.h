/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completes command lines for the shells, from the tables of syntax.h. The files in completions/
 * run `perf_exec_trace --complete -- WORD...`.
 */
#ifndef PXT_CLI_COMPLETE_H
#define PXT_CLI_COMPLETE_H

#include <stdio.h>

/*
 * Print what the last of WORDS may become; WORDS are those behind the program's name, up to the
 * cursor, and end with NULL. A line is one of
 *
 *	WORD TAB DESCRIPTION	a whole word that begins with what is typed
 *	:files, :directories	names of files or directories, which the shell completes
 *	:command N		COMMAND begins at WORDS[N]; the shell completes it as it would alone
 */
void complete_words(const char *const words[], FILE *out);

#endif
