/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/escape.h"

#include <string.h>

#include "base/load.h"
#include "base/put.h"
#include "base/utf8.h"
#include "sink/text/plain.h"

/* Printable ASCII but for | and \. */
static const bool is_plain[UCHAR_MAX + 1] = {
	[' ' ... '['] = true,
	[']' ... '{'] = true,
	['}' ... '~'] = true,
};

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

static char *escape(char *out, struct text text, bool visible_only)
{
	/* An empty text may be NULL, to which not even 0 can be added. */
	if (text.length == 0)
		return out;

	const unsigned char *from = (const unsigned char *)text.bytes;
	const unsigned char *end = from + text.length;

	for (;;) {
		out = plain_copy(out, &from, end, is_plain, '|');
		if (from == end)
			return out;

		size_t length;
		out = put_special(out, from, (size_t)(end - from), visible_only, &length);
		from += length;
	}
}

char *escape_text(char *out, struct text text)
{
	return escape(out, text, false);
}

char *escape_text_visibly(char *out, struct text text)
{
	return escape(out, text, true);
}

/* For the one or two characters that SET has, less than a call of strchr(). */
static bool is_in(unsigned char c, const char *set)
{
	while (*set && (unsigned char)*set != c)
		set++;
	return *set != '\0';
}

static bool has_any(uint64_t chunk, const char *set)
{
	while (*set && !plain_has_byte(chunk, *set))
		set++;
	return *set != '\0';
}

/* plain_copy() that stops at the characters in ALSO too. */
static char *copy_without(char *out, const unsigned char **from, const unsigned char *end,
			  const char *also)
{
	const unsigned char *at = *from;
	uint64_t chunk;

	while (end - at >= (ptrdiff_t)sizeof(chunk) &&
	       (chunk = load64(at, false), plain_chunk(chunk, '|') && !has_any(chunk, also))) {
		memcpy(out, &chunk, sizeof(chunk));
		out += sizeof(chunk);
		at += sizeof(chunk);
	}
	while (at < end && is_plain[*at] && !is_in(*at, also))
		*out++ = (char)*at++;
	*from = at;
	return out;
}

char *escape_text_and(char *out, struct text text, const char *also)
{
	if (text.length == 0)
		return out;

	const unsigned char *from = (const unsigned char *)text.bytes;
	const unsigned char *end = from + text.length;

	for (;;) {
		out = copy_without(out, &from, end, also);
		if (from == end)
			return out;

		/* Of ASCII, nothing that is not plain is kept. */
		size_t length;
		out = put_special(out, from, (size_t)(end - from), false, &length);
		from += length;
	}
}
