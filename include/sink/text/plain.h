/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fast copy of plain text: printable ASCII that no format escapes. Inline, so that each format's
 * exceptions are constants.
 */
#ifndef PXT_SINK_TEXT_PLAIN_H
#define PXT_SINK_TEXT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/load.h"

/* Characters of ASCII that are not plain; one may stand there twice. */
struct plain_exceptions {
	unsigned char list[4];
};

/* gcc and clang look at 16 bytes at once where the machine can. */
typedef unsigned char plain_bytes __attribute__((vector_size(16)));

struct plain_words {
	uint64_t first, last;
};

/* Returns whether the byte C is plain. */
static inline bool plain_byte(unsigned char c, struct plain_exceptions but)
{
	return c >= ' ' && c <= '~' && c != but.list[0] && c != but.list[1] && c != but.list[2] &&
	       c != but.list[3];
}

/* Returns whether all of these 16 bytes are plain. */
static ALWAYS_INLINE bool plain_block(struct plain_words words, struct plain_exceptions but)
{
	plain_bytes block;

	memcpy(&block, &words, sizeof(block));
	__auto_type special = (block < ' ') | (block > '~');
	special |= (block == but.list[0]) | (block == but.list[1]);
	special |= (block == but.list[2]) | (block == but.list[3]);
	memcpy(&words, &special, sizeof(words));
	return (words.first | words.last) == 0;
}

/* Copy 8 to 15 bytes if all are plain. Those in the middle are in both words. */
static ALWAYS_INLINE bool plain_copy_8(char *out, const unsigned char *from, size_t length,
				       struct plain_exceptions but)
{
	struct plain_words words = {load64(from, false), load64(from + length - 8, false)};

	if (!plain_block(words, but))
		return false;
	memcpy(out, &words.first, 8);
	memcpy(out + length - 8, &words.last, 8);
	return true;
}

/* The same of 4 to 7. */
static ALWAYS_INLINE bool plain_copy_4(char *out, const unsigned char *from, size_t length,
				       struct plain_exceptions but)
{
	uint32_t first = load32(from, false), last = load32(from + length - 4, false);
	uint64_t both = (uint64_t)first << 32 | last;

	if (!plain_block((struct plain_words){both, both}, but))
		return false;
	memcpy(out, &first, 4);
	memcpy(out + length - 4, &last, 4);
	return true;
}

/* The same of up to 15. */
static ALWAYS_INLINE bool plain_copy_short(char *out, const unsigned char *from, size_t length,
					   struct plain_exceptions but)
{
	if (length >= 8)
		return plain_copy_8(out, from, length, but);
	if (length >= 4)
		return plain_copy_4(out, from, length, but);
	for (size_t i = 0; i < length; i++) {
		if (!plain_byte(from[i], but))
			return false;
		out[i] = (char)from[i];
	}
	return true;
}

/*
 * Copy plain bytes from *FROM to OUT, up to END or the first one that is not plain, and advance
 * *FROM behind them. Returns the end of what was written.
 */
static ALWAYS_INLINE char *plain_copy(char *out, const unsigned char **from,
				      const unsigned char *end, struct plain_exceptions but)
{
	const unsigned char *at = *from;
	struct plain_words words;

	for (; end - at >= 16; at += 16, out += 16) {
		memcpy(&words, at, 16);
		if (!plain_block(words, but))
			break;
		memcpy(out, &words, 16);
	}
	if (end - at < 16 && plain_copy_short(out, at, (size_t)(end - at), but)) {
		*from = end;
		return out + (end - at);
	}
	while (at < end && plain_byte(*at, but))
		*out++ = (char)*at++;
	*from = at;
	return out;
}

#endif
