/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/utf8.h"
#include "sink/text/plain.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static const struct plain_exceptions exceptions = {{'"', '\\', '\\', '\\'}};

/* Every harmful character is below U+10000: no surrogates. */
static char *put_escaped(char *out, uint32_t point)
{
	out = put_string(out, "\\u");
	out = put_hex_byte(out, (unsigned char)(point >> 8));
	return put_hex_byte(out, (unsigned char)(point & 0xff));
}

/* The character POINT, which is not plain: LENGTH bytes at FROM. */
static char *put_special(char *out, uint32_t point, const unsigned char *from, size_t length)
{
	if (point == UTF8_BAD)
		return put_string(out, REPLACEMENT);
	if (point == '"' || point == '\\')
		return put_char(put_char(out, '\\'), (char)point);
	if (utf8_is_harmful(point))
		return put_escaped(out, point);
	memcpy(out, from, length);
	return out + length;
}

/* From a byte that is not plain on. *BAD becomes true where one is not UTF-8. */
static NOINLINE char *put_rest(char *out, const unsigned char *from, const unsigned char *end,
			       bool *bad)
{
	while (from < end) {
		uint32_t point;
		size_t length = utf8_next(from, (size_t)(end - from), &point);

		*bad = *bad || point == UTF8_BAD;
		out = put_special(out, point, from, length);
		from += length;
		out = plain_copy(out, &from, end, exceptions);
	}
	return out;
}

/* Sets *BAD where it meets a byte that is not UTF-8, else leaves it. */
static ALWAYS_INLINE char *put_quoted(char *out, struct text text, bool *bad)
{
	const unsigned char *from = (const unsigned char *)text.bytes;
	/* An empty text may be NULL, to which not even 0 can be added. */
	const unsigned char *end = text.length > 0 ? from + text.length : from;

	out = plain_copy(put_char(out, '"'), &from, end, exceptions);
	if (from < end)
		out = put_rest(out, from, end, bad);
	return put_char(out, '"');
}

char *json_put_string(char *out, struct text text)
{
	bool bad = false;

	return put_quoted(out, text, &bad);
}

static NOINLINE char *put_object(char *out, struct text text)
{
	out = put_string(out, "{\"hex\":\"");
	for (size_t i = 0; i < text.length; i++)
		out = put_hex_byte(out, (unsigned char)text.bytes[i]);
	out = put_string(out, "\",\"text\":");
	out = json_put_string(out, text);
	return put_char(out, '}');
}

char *json_put_text(char *out, struct text text)
{
	bool bad = false;
	char *end;

	if (!text.bytes)
		return put_string(out, "null");
	end = put_quoted(out, text, &bad);
	return bad ? put_object(out, text) : end;
}
