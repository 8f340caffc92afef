/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/columns.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/utf8.h"

struct range {
	uint32_t first, last;
};

/* Blocks of combining and other invisible characters. Those of single scripts are not among them:
 * terminals differ on them, and taking them for 1 errs on the safe side. */
static const struct range zero[] = {
	{0x0300, 0x036f},   /* combining diacritical marks */
	{0x1ab0, 0x1aff},   /* … extended */
	{0x1dc0, 0x1dff},   /* … supplement */
	{0x200b, 0x200d},   /* zero width space and joiners */
	{0x20d0, 0x20ff},   /* combining marks for symbols */
	{0x3099, 0x309a},   /* kana voicing marks */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfe20, 0xfe2f},   /* combining half marks */
	{0xfeff, 0xfeff},   /* zero width no-break space */
	{0xe0100, 0xe01ef}, /* variation selectors supplement */
};

/* Blocks with East_Asian_Width W or F (Unicode Standard Annex 11), a few narrow ones included. */
static const struct range wide[] = {
	{0x1100, 0x115f},   /* hangul jamo */
	{0x231a, 0x231b},   /* watch, hourglass */
	{0x2329, 0x232a},   /* angle brackets */
	{0x23e9, 0x23f3},   /* buttons, clocks */
	{0x25fd, 0x25fe},   /* medium small squares */
	{0x2600, 0x27bf},   /* symbols and dingbats, of which many are emoji */
	{0x2b1b, 0x2b55},   /* large squares, star, circle */
	{0x2e80, 0xa4cf},   /* CJK radicals to yi */
	{0xa960, 0xa97f},   /* hangul jamo extended A */
	{0xac00, 0xd7a3},   /* hangul syllables */
	{0xf900, 0xfaff},   /* CJK compatibility ideographs */
	{0xfe10, 0xfe19},   /* vertical forms */
	{0xfe30, 0xfe6f},   /* CJK compatibility forms, small forms */
	{0xff00, 0xff60},   /* fullwidth forms */
	{0xffe0, 0xffe6},   /* fullwidth signs */
	{0x16fe0, 0x18dff}, /* tangut, khitan */
	{0x1aff0, 0x1b2ff}, /* kana supplements, nushu */
	{0x1d300, 0x1d37f}, /* tai xuan jing, counting rods: wide since Unicode 16 */
	{0x1f000, 0x1faff}, /* tiles, emoji, pictographs */
	{0x20000, 0x3fffd}, /* CJK ideographs extensions */
};

static bool is_in(uint32_t point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && ranges[i].first <= point; i++) {
		if (point <= ranges[i].last)
			return true;
	}
	return false;
}

unsigned int columns_of_character(struct text text, size_t *length)
{
	uint32_t point;

	*length = utf8_next((const unsigned char *)text.bytes, text.length, &point);
	/* Nearly all characters, and each of a line is asked for. */
	if (point < zero[0].first)
		return 1;
	if (is_in(point, zero, ARRAY_SIZE(zero)))
		return 0;
	return is_in(point, wide, ARRAY_SIZE(wide)) ? 2 : 1;
}

unsigned int columns_of_text(struct text text)
{
	unsigned int columns = 0;
	size_t length;

	while (text.length > 0) {
		columns += columns_of_character(text, &length);
		text = (struct text){text.bytes + length, text.length - length};
	}
	return columns;
}
