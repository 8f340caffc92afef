/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes any bytes into one field of a line: valid UTF-8 without separators or control characters.
 */
#ifndef PXT_SINK_TEXT_ESCAPE_H
#define PXT_SINK_TEXT_ESCAPE_H

#include <stddef.h>

#include "base/text.h"

/* One byte becomes four at most: \xHH. */
#define ESCAPE_GROWTH 4U

/*
 * Write TEXT to OUT, which has room for ESCAPE_GROWTH times its length, and return the end.
 *
 * As \xHH (lower-case hex) go: | and \, control characters (C0, DEL, and C1 in UTF-8), bytes that
 * are not UTF-8 (overlong forms, surrogates and cut sequences included), and the characters that
 * break or reorder a line on a terminal (U+2028, U+2029, bidirectional controls). Undoing every
 * \xHH gives the very bytes back.
 */
char *escape_text(char *out, struct text text);

/* The same for eyes: as \xHH go characters that are shown as nothing too (utf8_is_invisible()). */
char *escape_text_visibly(char *out, struct text text);

/* As escape_text(), and as \xHH go the characters of ALSO too, which are ASCII. */
char *escape_text_and(char *out, struct text text, const char *also);

#endif
