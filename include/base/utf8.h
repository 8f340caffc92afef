/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 decoding, and the characters that no output shows as they are.
 */
#ifndef PXT_BASE_UTF8_H
#define PXT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* No code point: a byte that is not UTF-8. */
#define UTF8_BAD UINT32_MAX

/*
 * The code point that begins at FROM, where AVAILABLE bytes (1 at least) are, to *POINT. Returns
 * how many bytes it takes. Overlong forms, surrogates and cut sequences are UTF8_BAD, byte by byte.
 */
size_t utf8_next(const unsigned char *from, size_t available, uint32_t *point);

/*
 * Returns whether the character POINT drives a terminal, ends a line or reorders it: controls (C0,
 * DEL, C1), line and paragraph separator, bidirectional controls.
 */
bool utf8_is_harmful(uint32_t point);

/*
 * Returns whether the character POINT is shown as nothing at all, so that two texts look the same
 * that are not: format characters, fillers, tags. Joiners and U+FE00..U+FE0F are none: they are
 * part of how emoji and whole scripts are written.
 */
bool utf8_is_invisible(uint32_t point);

bool utf8_is_valid(struct text text);

#endif
