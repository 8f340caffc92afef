/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/utf8.h"

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t utf8_decode(const unsigned char *from, size_t available, uint32_t *point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length;

	if (from[0] >= 0xc2 && from[0] <= 0xdf)
		length = 2;
	else if ((from[0] & 0xf0) == 0xe0)
		length = 3;
	else if (from[0] >= 0xf0 && from[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (available < length)
		return 0;

	uint32_t value = from[0] & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if (!is_continuation(from[i]))
			return 0;
		value = value << 6 | (from[i] & 0x3fU);
	}
	if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*point = value;
	return length;
}

bool utf8_is_harmful(uint32_t point)
{
	return point < 0xa0 ||                         /* C1 controls */
	       point == 0x61c ||                       /* ARABIC LETTER MARK */
	       point == 0x200e || point == 0x200f ||   /* LEFT-TO-RIGHT and RIGHT-TO-LEFT MARK */
	       (point >= 0x2028 && point <= 0x202e) || /* line breaks, embeddings, overrides */
	       (point >= 0x2066 && point <= 0x2069);   /* isolates */
}
