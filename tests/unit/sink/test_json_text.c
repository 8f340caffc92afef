/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts in JSON against a reference that goes character by character.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "sink/text/json_text.h"
#include "support.h"

#define LENGTH_MAX 200U

/* ---- the reference ---- */

static size_t put_expected_character(char *out, const unsigned char *from, size_t length,
				     uint32_t point)
{
	if (point == UTF8_BAD)
		return (size_t)sprintf(out, "\xef\xbf\xbd");
	if (point == '"' || point == '\\')
		return (size_t)sprintf(out, "\\%c", (int)point);
	if (utf8_is_harmful(point))
		return (size_t)sprintf(out, "\\u%04x", point);
	memcpy(out, from, length);
	return length;
}

static size_t put_expected_string(char *out, const unsigned char *from, size_t left)
{
	size_t size = (size_t)sprintf(out, "\"");
	uint32_t point;

	while (left > 0) {
		size_t length = utf8_next(from, left, &point);

		size += put_expected_character(out + size, from, length, point);
		from += length;
		left -= length;
	}
	return size + (size_t)sprintf(out + size, "\"");
}

static size_t put_expected(char *out, struct text text)
{
	const unsigned char *from = (const unsigned char *)text.bytes;
	size_t size;

	if (utf8_is_valid(text))
		return put_expected_string(out, from, text.length);
	size = (size_t)sprintf(out, "{\"hex\":\"");
	for (size_t i = 0; i < text.length; i++)
		size += (size_t)sprintf(out + size, "%02x", from[i]);
	size += (size_t)sprintf(out + size, "\",\"text\":");
	size += put_expected_string(out + size, from, text.length);
	return size + (size_t)sprintf(out + size, "}");
}

/* ---- the tests ---- */

static void check(const char *bytes, size_t length)
{
	static char out[JSON_TEXT_ROOM(LENGTH_MAX)], expected[JSON_TEXT_ROOM(LENGTH_MAX) + 1];
	size_t size = put_expected(expected, (struct text){bytes, length});
	const char *end = json_put_text(out, (struct text){bytes, length});

	assert_int_equal(end - out, size);
	assert_memory_equal(out, expected, size);
}

static void test_no_text(void **state)
{
	char out[JSON_TEXT_ROOM(0)];
	const char *end = json_put_text(out, (struct text){NULL, 0});

	(void)state;
	assert_text((struct text){out, (size_t)(end - out)}, "null");
	end = json_put_string(out, (struct text){NULL, 0});
	assert_text((struct text){out, (size_t)(end - out)}, "\"\"");
	check("", 0);
}

static void test_each_byte_at_each_place(void **state)
{
	char text[40];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t place = 0; place < sizeof(text); place++) {
		for (unsigned int c = 0; c <= UINT8_MAX; c++) {
			text[place] = (char)c;
			check(text, sizeof(text));
			check(text, place + 1);
		}
		text[place] = 'a';
	}
}

static void test_random_texts(void **state)
{
	static const char *const pieces[] = {
		"a",
		"plain text",
		"\"",
		"\\",
		"\n",
		"\x7f",
		"é",
		"漢字",
		"\xe2\x80\xae",
		"😀",
		"/usr/share/applications",
		"\xff",
		"\xe6\xbc",
		"\xc2\x85",
	};
	struct random random = {11};
	char text[LENGTH_MAX];

	(void)state;
	for (int round = 0; round < 50000; round++) {
		/* Of the first ones alone, all UTF-8. */
		uint64_t kinds = 1 + random_below(&random, ARRAY_SIZE(pieces));
		size_t length = 0, most = (size_t)random_below(&random, LENGTH_MAX);

		for (;;) {
			const char *piece = pieces[random_below(&random, kinds)];

			if (length + strlen(piece) > most)
				break;
			memcpy(text + length, piece, strlen(piece));
			length += strlen(piece);
		}
		check(text, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_each_byte_at_each_place),
		cmocka_unit_test(test_random_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
