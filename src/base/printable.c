/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/put.h"
#include "base/utf8.h"

#define ESCAPE_LENGTH 4U /* \xHH */

static bool is_shown(uint32_t point)
{
	return point != UTF8_BAD && !utf8_is_harmful(point) && !utf8_is_invisible(point);
}

static char *put_escaped(char *out, const unsigned char *from, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		*out++ = '\\';
		*out++ = 'x';
		out = put_hex_byte(out, from[i]);
	}
	return out;
}

void printable(char *out, size_t size, const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t left = strlen(text), room = size - 1;

	while (left > 0) {
		uint32_t point;
		size_t length = utf8_next(from, left, &point);
		size_t needed = is_shown(point) ? length : length * ESCAPE_LENGTH;

		if (needed > room)
			break;
		if (is_shown(point))
			out = (char *)memcpy(out, from, length) + length;
		else
			out = put_escaped(out, from, length);
		room -= needed;
		from += length;
		left -= length;
	}
	*out = '\0';
}
