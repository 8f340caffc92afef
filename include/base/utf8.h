/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes UTF-8, and names the characters that no output shows as they are.
 */
#ifndef PXT_BASE_UTF8_H
#define PXT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* The "code point" of a byte that is not UTF-8. */
#define UTF8_BAD UINT32_MAX

/*
 * Decode the code point at FROM, of AVAILABLE bytes (1 at least), to *POINT. Returns its size in
 * bytes. Overlong forms, surrogates and cut sequences are UTF8_BAD, byte by byte.
 */
size_t utf8_next(const unsigned char *from, size_t available, uint32_t *point);

/*
 * Returns whether POINT controls a terminal, ends a line or reorders it: control characters (C0,
 * DEL, C1), line and paragraph separator, bidirectional controls.
 */
bool utf8_is_harmful(uint32_t point);

/*
 * Returns whether POINT is invisible, so that two different texts can look the same: format
 * characters, fillers, tags. Joiners and U+FE00..U+FE0F do not count: emoji and whole scripts need
 * them.
 */
bool utf8_is_invisible(uint32_t point);

bool utf8_is_valid(struct text text);

#endif
