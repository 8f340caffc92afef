/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/escape.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "load.h"
#include "sink/utf8.h"

/* A word with 1 in each byte. */
#define EACH UINT64_C(0x0101010101010101)

/* Printable ASCII but for | and \. */
static const bool is_plain[UCHAR_MAX + 1] = {
	[' ' ... '['] = true,
	[']' ... '{'] = true,
	['}' ... '~'] = true,
};

/* Whether one of the 8 bytes in CHUNK is BYTE. */
static bool has_byte(uint64_t chunk, unsigned char byte)
{
	uint64_t differs = chunk ^ (EACH * byte);

	return ((differs - EACH) & ~differs & (EACH * 0x80)) != 0;
}

/* is_plain[] of all 8 bytes in CHUNK; may be wrong where one is beyond ASCII, which is not plain.
 */
static bool are_plain(uint64_t chunk)
{
	uint64_t below = (chunk - EACH * ' ') | chunk;

	return (below & (EACH * 0x80)) == 0 && !has_byte(chunk, '|') && !has_byte(chunk, '\\') &&
	       !has_byte(chunk, 0x7f);
}

static char *put_hex(char *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = '\\';
	*out++ = 'x';
	*out++ = digits[c >> 4];
	*out++ = digits[c & 0xf];
	return out;
}

/* How many bytes at FROM belong together that are not plain, and whether they stay as they are. */
static size_t measure_special(const unsigned char *from, size_t available, bool *keep)
{
	uint32_t point = 0;
	size_t length = utf8_decode(from, available, &point);

	*keep = length > 0 && !utf8_is_harmful(point);
	return length > 0 ? length : 1;
}

char *escape_text(char *out, struct text text)
{
	/* An empty text may be NULL, to which not even 0 can be added. */
	if (text.length == 0)
		return out;

	const unsigned char *from = (const unsigned char *)text.bytes;
	const unsigned char *end = from + text.length;
	uint64_t chunk;

	for (;;) {
		while (end - from >= (ptrdiff_t)sizeof(chunk) &&
		       (chunk = load64(from, false), are_plain(chunk))) {
			memcpy(out, &chunk, sizeof(chunk));
			out += sizeof(chunk);
			from += sizeof(chunk);
		}
		while (from < end && is_plain[*from])
			*out++ = (char)*from++;
		if (from == end)
			return out;

		bool keep;
		size_t length = measure_special(from, (size_t)(end - from), &keep);
		for (const unsigned char *stop = from + length; from < stop; from++) {
			if (keep)
				*out++ = (char)*from;
			else
				out = put_hex(out, *from);
		}
	}
}
