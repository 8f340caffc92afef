/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escapes any bytes as one field of a line: valid UTF-8 without separators or control characters.
 */
#ifndef PXT_SINK_TEXT_ESCAPE_H
#define PXT_SINK_TEXT_ESCAPE_H

#include <stddef.h>

#include "base/text.h"

/* Bytes written per byte at most: \xHH. */
#define ESCAPE_GROWTH 4U

/*
 * Write TEXT escaped to OUT, which has room for ESCAPE_GROWTH times its length. Returns the end.
 *
 * Written as \xHH, in lower case, are | and \, control characters (C0, DEL, and C1 in UTF-8), bytes
 * that are not UTF-8 (overlong forms, surrogates and cut sequences included), and characters that
 * break or reorder a line on a terminal (U+2028, U+2029, bidirectional controls). Decoding every
 * \xHH gives the same bytes back.
 */
char *escape_text(char *out, struct text text);

/* escape_text() that also escapes invisible characters (utf8_is_invisible()). */
char *escape_text_visibly(char *out, struct text text);

/* escape_text() that also escapes the characters of ASCII in ALSO, two at most. */
char *escape_text_and(char *out, struct text text, const char *also);

#endif
