/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes arguments so that a shell splits them as they were, without terminal control characters.
 */
#ifndef PXT_SINK_TEXT_QUOTE_H
#define PXT_SINK_TEXT_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A word of LENGTH bytes takes at most QUOTE_GROWTH times that and QUOTE_EXTRA bytes. */
#define QUOTE_GROWTH 4U
#define QUOTE_EXTRA 3U

/*
 * Write WORD as one shell word to OUT: valid UTF-8, without the characters that escape_text()
 * escapes as harmful. Returns the end.
 *
 * A word that no shell changes is not quoted. Others are in '…', which every shell knows, or, with
 * control characters, bytes that are not UTF-8 or the like, in $'…' with octal escapes
 * (POSIX.1-2024, bash, ksh, zsh). WORD has no NUL, as no argument has. IS_COMMAND: it is the first
 * word, where reserved words and assignments are quoted too.
 */
char *quote_word(char *out, struct text word, bool is_command);

/* Bytes that quote_words() writes at most of LENGTH bytes. */
#define QUOTE_WORDS_ROOM(length) (QUOTE_GROWTH * ((length) + 2))

/*
 * Write WORDS, with a NUL behind each but perhaps the last, as a command line; " …" follows where
 * that is not COMPLETE. Returns the end.
 */
char *quote_words(char *out, struct text words, bool complete);

#endif
