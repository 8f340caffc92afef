/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Characters beyond ASCII, and which of them a terminal obeys.
 */
#ifndef PXT_SINK_UTF8_H
#define PXT_SINK_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the UTF-8 sequence that begins at FROM, 2 to 4 bytes of the AVAILABLE ones (at
 * least one), and its code point; 0, POINT untouched, where there is none that The Unicode
 * Standard, table 3-7, calls well-formed: so for ASCII.
 */
size_t utf8_decode(const unsigned char *from, size_t available, uint32_t *point);

/* Whether a terminal obeys POINT, which is beyond ASCII, or it ends or reorders a line. */
bool utf8_is_harmful(uint32_t point);

#endif
