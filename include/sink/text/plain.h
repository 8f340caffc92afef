/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fast copy of plain text: printable ASCII that no format escapes. Inline, so that each format's
 * exceptions are constants.
 */
#ifndef PXT_SINK_TEXT_PLAIN_H
#define PXT_SINK_TEXT_PLAIN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/load.h"

/* A word with 1 in each byte. */
#define PLAIN_EACH UINT64_C(0x0101010101010101)

/* Returns whether one of the 8 bytes in CHUNK is BYTE. */
static inline bool plain_has_byte(uint64_t chunk, char byte)
{
	uint64_t differs = chunk ^ (PLAIN_EACH * (unsigned char)byte);

	return ((differs - PLAIN_EACH) & ~differs & (PLAIN_EACH * 0x80)) != 0;
}

/*
 * Returns whether all 8 bytes in CHUNK are printable ASCII other than \ and EXCEPTION. Bytes beyond
 * ASCII are not plain, and may make it false for others.
 */
static inline bool plain_chunk(uint64_t chunk, char exception)
{
	uint64_t below = (chunk - PLAIN_EACH * ' ') | chunk;

	return (below & (PLAIN_EACH * 0x80)) == 0 && !plain_has_byte(chunk, exception) &&
	       !plain_has_byte(chunk, '\\') && !plain_has_byte(chunk, 0x7f);
}

/*
 * Copy plain bytes from *FROM to OUT, up to END or the first other byte, and advance *FROM behind
 * them. IS_PLAIN is the table of plain bytes: printable ASCII but for \ and EXCEPTION. Returns the
 * end of what was written.
 */
static inline char *plain_copy(char *out, const unsigned char **from, const unsigned char *end,
			       const bool is_plain[UCHAR_MAX + 1], char exception)
{
	const unsigned char *at = *from;
	uint64_t chunk;

	while (end - at >= (ptrdiff_t)sizeof(chunk) &&
	       (chunk = load64(at, false), plain_chunk(chunk, exception))) {
		memcpy(out, &chunk, sizeof(chunk));
		out += sizeof(chunk);
		at += sizeof(chunk);
	}
	while (at < end && is_plain[*at])
		*out++ = (char)*at++;
	*from = at;
	return out;
}

#endif
