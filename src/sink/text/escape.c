/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/utf8.h"
#include "sink/text/plain.h"

static const struct plain_exceptions exceptions = {{'|', '\\', '\\', '\\'}};

static char *put_escaped(char *out, unsigned char c)
{
	*out++ = '\\';
	*out++ = 'x';
	return put_hex_byte(out, c);
}

static bool is_kept(uint32_t point, bool visible_only)
{
	return point >= 0x80 && point != UTF8_BAD && !utf8_is_harmful(point) &&
	       !(visible_only && utf8_is_invisible(point));
}

/* Write the character at FROM, which is not plain; *LENGTH becomes its bytes. */
static char *put_special(char *out, const unsigned char *from, size_t available, bool visible_only,
			 size_t *length)
{
	uint32_t point;

	*length = utf8_next(from, available, &point);
	if (is_kept(point, visible_only))
		return (char *)memcpy(out, from, *length) + *length;
	for (size_t i = 0; i < *length; i++)
		out = put_escaped(out, from[i]);
	return out;
}

/* From a byte that is not plain on: of ASCII, nothing that is not plain is kept. */
static NOINLINE char *escape_rest(char *out, const unsigned char *from, const unsigned char *end,
				  struct plain_exceptions but, bool visible_only)
{
	while (from < end) {
		size_t length;

		out = put_special(out, from, (size_t)(end - from), visible_only, &length);
		from += length;
		out = plain_copy(out, &from, end, but);
	}
	return out;
}

static ALWAYS_INLINE char *escape(char *out, struct text text, struct plain_exceptions but,
				  bool visible_only)
{
	const unsigned char *from = (const unsigned char *)text.bytes;
	/* An empty text may be NULL, to which not even 0 can be added. */
	const unsigned char *end = text.length > 0 ? from + text.length : from;

	out = plain_copy(out, &from, end, but);
	return from < end ? escape_rest(out, from, end, but, visible_only) : out;
}

char *escape_text(char *out, struct text text)
{
	return escape(out, text, exceptions, false);
}

char *escape_text_visibly(char *out, struct text text)
{
	return escape(out, text, exceptions, true);
}

char *escape_text_and(char *out, struct text text, const char *also)
{
	struct plain_exceptions more = exceptions;

	more.list[2] = (unsigned char)also[0];
	more.list[3] = (unsigned char)(also[0] ? also[1] : also[0]);
	return escape(out, text, more, false);
}
