/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes any arguments into text that a shell takes apart again, and that no terminal obeys.
 */
#ifndef PXT_SINK_TEXT_QUOTE_H
#define PXT_SINK_TEXT_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A word of LENGTH bytes takes QUOTE_GROWTH times that, and QUOTE_EXTRA. */
#define QUOTE_GROWTH 4U
#define QUOTE_EXTRA 3U

/*
 * Write WORD to OUT as one shell word, and return the end: valid UTF-8 without control characters,
 * or others that escape_text() escapes.
 *
 * As it is where no shell would change it; else in '…', which every shell knows; in $'…' with octal
 * escapes (POSIX.1-2024, bash, ksh, zsh) where it holds control characters, bytes that are not
 * UTF-8 or the like. NUL, which no argument holds, would end the word for the shell. A word that
 * IS_COMMAND comes first: then reserved words and assignments are quoted too.
 */
char *quote_word(char *out, struct text word, bool is_command);

#endif
