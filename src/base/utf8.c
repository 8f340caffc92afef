/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* 0: no sequence begins with FIRST, which is not ASCII. */
static size_t sequence_length(unsigned char first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/*
 * The length of the sequence that begins at FROM, and its code point; 0 where there is none that
 * The Unicode Standard, table 3-7, calls well-formed.
 */
static size_t decode_sequence(const unsigned char *from, size_t available, uint32_t *point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = sequence_length(from[0]);

	if (length == 0 || available < length)
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

size_t utf8_next(const unsigned char *from, size_t available, uint32_t *point)
{
	size_t length;

	if (from[0] < 0x80) {
		*point = from[0];
		return 1;
	}
	length = decode_sequence(from, available, point);
	if (length > 0)
		return length;
	*point = UTF8_BAD;
	return 1;
}

bool utf8_is_harmful(uint32_t point)
{
	return point < ' ' || (point >= 0x7f && point < 0xa0) ||
	       point == 0x61c ||                       /* ARABIC LETTER MARK */
	       point == 0x200e || point == 0x200f ||   /* LEFT-TO-RIGHT and RIGHT-TO-LEFT MARK */
	       (point >= 0x2028 && point <= 0x202e) || /* line breaks, embeddings, overrides */
	       (point >= 0x2066 && point <= 0x2069);   /* isolates */
}

/*
 * The Unicode Standard: Default_Ignorable_Code_Point (DerivedCoreProperties.txt), less the bidi
 * controls above and the variation selectors and joiners (U+200C, U+200D), which change how a
 * visible character before them looks; and the interlinear annotation characters.
 */
bool utf8_is_invisible(uint32_t point)
{
	static const uint32_t ranges[][2] = {
		{0xad, 0xad},       /* SOFT HYPHEN */
		{0x34f, 0x34f},     /* COMBINING GRAPHEME JOINER */
		{0x115f, 0x1160},   /* Hangul fillers */
		{0x17b4, 0x17b5},   /* Khmer inherent vowels */
		{0x180b, 0x180f},   /* Mongolian selectors, vowel separator */
		{0x200b, 0x200b},   /* ZERO WIDTH SPACE */
		{0x2060, 0x2065},   /* WORD JOINER, invisible operators */
		{0x206a, 0x206f},   /* deprecated format characters */
		{0x3164, 0x3164},   /* HANGUL FILLER */
		{0xfeff, 0xfeff},   /* ZERO WIDTH NO-BREAK SPACE */
		{0xffa0, 0xffa0},   /* HALFWIDTH HANGUL FILLER */
		{0xfff0, 0xfffb},   /* reserved, interlinear annotations */
		{0x1bca0, 0x1bca3}, /* shorthand format controls */
		{0x1d173, 0x1d17a}, /* musical format controls */
		{0xe0000, 0xe0fff}, /* tags, variation selectors supplement */
	};

	if (point < ranges[0][0])
		return false;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		if (point >= ranges[i][0] && point <= ranges[i][1])
			return true;
	}
	return false;
}

bool utf8_is_valid(struct text text)
{
	const unsigned char *from = (const unsigned char *)text.bytes;
	uint32_t point;

	for (size_t at = 0; at < text.length;) {
		at += utf8_next(from + at, text.length - at, &point);
		if (point == UTF8_BAD)
			return false;
	}
	return true;
}
