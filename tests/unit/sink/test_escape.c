/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escaping against a reference that is built on the Unicode standard's table of well-formed UTF-8
 * (version 15, table 3-7) and the list in sink/text/escape.h.
 */
#include <stdio.h>
#include <string.h>

#include "sink/text/escape.h"
#include "support.h"

#define TEXT_MAX 4096

/* ---- the reference ---- */

struct range {
	unsigned char low, high;
};

/* One row of the table: what the first, second … byte may be. */
static const struct {
	size_t length;
	struct range bytes[4];
} well_formed[] = {
	{1, {{0x00, 0x7f}}},
	{2, {{0xc2, 0xdf}, {0x80, 0xbf}}},
	{3, {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}}},
	{3, {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{3, {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}}},
	{3, {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
	{4, {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}}},
};

/* Valid UTF-8 that is escaped all the same: separators, C0, DEL, C1, line and bidi controls. */
static const char *const unwanted[] = {
	"|",
	"\\",
	"\x7f",
	"\xe2\x80\xa8",
	"\xe2\x80\xa9",
	"\xd8\x9c",
	"\xe2\x80\x8e",
	"\xe2\x80\x8f",
	"\xe2\x80\xaa",
	"\xe2\x80\xab",
	"\xe2\x80\xac",
	"\xe2\x80\xad",
	"\xe2\x80\xae",
	"\xe2\x81\xa6",
	"\xe2\x81\xa7",
	"\xe2\x81\xa8",
	"\xe2\x81\xa9",
};

static bool row_matches(size_t row, const unsigned char *bytes, size_t left)
{
	if (well_formed[row].length > left)
		return false;
	for (size_t i = 0; i < well_formed[row].length; i++)
		if (bytes[i] < well_formed[row].bytes[i].low ||
		    bytes[i] > well_formed[row].bytes[i].high)
			return false;
	return true;
}

/* The length of the character at BYTES, 0 where there is none. */
static size_t character_length(const unsigned char *bytes, size_t left)
{
	for (size_t row = 0; row < ARRAY_SIZE(well_formed); row++)
		if (row_matches(row, bytes, left))
			return well_formed[row].length;
	return 0;
}

static bool is_unwanted(const unsigned char *bytes, size_t length)
{
	if (length == 1 && bytes[0] < 0x20)
		return true;
	if (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(unwanted); i++)
		if (strlen(unwanted[i]) == length && !memcmp(unwanted[i], bytes, length))
			return true;
	return false;
}

static size_t reference(const unsigned char *bytes, size_t length, char *out)
{
	size_t made = 0;

	for (size_t at = 0; at < length;) {
		size_t character = character_length(bytes + at, length - at);
		bool keep = character > 0 && !is_unwanted(bytes + at, character);

		for (size_t end = at + (character ? character : 1); at < end; at++) {
			if (keep)
				out[made++] = (char)bytes[at];
			else
				made += (size_t)sprintf(out + made, "\\x%02x", bytes[at]);
		}
	}
	return made;
}

/* ---- the checks ---- */

/* Undo every \xHH. */
static size_t unescape(const char *text, size_t length, unsigned char *out)
{
	size_t made = 0;

	for (size_t at = 0; at < length;) {
		unsigned int byte = (unsigned char)text[at];
		size_t used = 1;

		if (text[at] == '\\') {
			assert_true(at + 4 <= length);
			assert_int_equal(sscanf(text + at, "\\x%2x", &byte), 1);
			used = 4;
		}
		out[made++] = (unsigned char)byte;
		at += used;
	}
	return made;
}

static struct guarded input, output;

static int set_up(void **state)
{
	(void)state;
	guarded_new(&input, TEXT_MAX);
	guarded_new(&output, ESCAPE_GROWTH * TEXT_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	guarded_free(&input);
	guarded_free(&output);
	return 0;
}

/* Escape LENGTH bytes between guard pages and hold the result against the reference. */
static void check(const void *bytes, size_t length)
{
	const unsigned char *text = guarded_put(&input, bytes, length, 1);
	char *out = (char *)output.end - ESCAPE_GROWTH * length;
	char expected[ESCAPE_GROWTH * TEXT_MAX + 1];
	unsigned char back[ESCAPE_GROWTH * TEXT_MAX];
	char *end = escape_text(out, (struct text){(const char *)text, length});

	assert_true(end >= out && end <= (char *)output.end);
	size_t made = (size_t)(end - out);
	assert_int_equal(made, reference(text, length, expected));
	assert_memory_equal(out, expected, made);
	expected[made] = '\0';
	assert_int_equal(unescape(expected, made, back), length);
	assert_memory_equal(back, text, length);
}

static void check_string(const char *text, const char *expected)
{
	char out[ESCAPE_GROWTH * 256];
	char *end = escape_text(out, (struct text){text, strlen(text)});

	assert_text((struct text){out, (size_t)(end - out)}, expected);
	check(text, strlen(text));
}

static void test_nothing_stays_nothing(void **state)
{
	char out[1];

	(void)state;
	assert_ptr_equal(escape_text(out, (struct text){"", 0}), out);
	assert_ptr_equal(escape_text(out, (struct text){NULL, 0}), out);
}

static void test_examples(void **state)
{
	(void)state;
	check_string("plain name-1.0_x (y) [z] $HOME \"'", "plain name-1.0_x (y) [z] $HOME \"'");
	check_string("a|b", "a\\x7cb");
	check_string("C:\\x41", "C:\\x5cx41");
	check_string("new\nline\ttab\r", "new\\x0aline\\x09tab\\x0d");
	check_string("\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m");
	check_string("caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
		     "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
	check_string("caf\xe9", "caf\\xe9");
	check_string("\x7f", "\\x7f");
	check_string("\xc2\x9b"
		     "31m",
		     "\\xc2\\x9b31m");
	check_string("\xc2\xa0", "\xc2\xa0");
	check_string("\xe2\x80\xae"
		     "fdp.exe",
		     "\\xe2\\x80\\xaefdp.exe");
	check_string("\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
	check_string("\xc0\xaf", "\\xc0\\xaf");
	check_string("\xed\xa0\x80", "\\xed\\xa0\\x80");
	check_string("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	check_string("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	check_string("\xf0\x9f\x98|", "\\xf0\\x9f\\x98\\x7c");
	check_string("\xe6\x97\xe6\x97\xa5", "\\xe6\\x97\xe6\x97\xa5");
}

static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		unsigned char text[] = {(unsigned char)byte, 'a', (unsigned char)byte};

		check(text, 1);
		check(text, 2);
		check(text + 1, 2);
		check(text, 3);
	}
}

static void test_every_two_bytes(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 256; first++) {
		for (unsigned int second = 0; second < 256; second++) {
			unsigned char text[] = {(unsigned char)first, (unsigned char)second};

			check(text, 2);
		}
	}
}

/* Where any rule about UTF-8 begins or ends. */
static const unsigned char edges[] = {
	0x00, 0x1f, 0x20, 'A',  0x7c, 0x7f, 0x80, 0x8e, 0x8f, 0x90, 0x9c, 0x9f,
	0xa0, 0xa6, 0xa8, 0xae, 0xbf, 0xc0, 0xc1, 0xc2, 0xd8, 0xdf, 0xe0, 0xe1,
	0xe2, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff,
};

static void test_edges_of_four_bytes(void **state)
{
	unsigned char text[4];

	(void)state;
	for (size_t a = 0; a < ARRAY_SIZE(edges); a++) {
		text[0] = edges[a];
		for (size_t b = 0; b < ARRAY_SIZE(edges); b++) {
			text[1] = edges[b];
			for (size_t c = 0; c < ARRAY_SIZE(edges); c++) {
				text[2] = edges[c];
				text[3] = edges[(a + b + c) % ARRAY_SIZE(edges)];
				check(text, 3);
				check(text, 4);
			}
		}
	}
}

static size_t encode(uint32_t point, unsigned char *out)
{
	if (point < 0x80) {
		out[0] = (unsigned char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (unsigned char)(0xc0 | point >> 6);
		out[1] = (unsigned char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (unsigned char)(0xe0 | point >> 12);
		out[1] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (unsigned char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (unsigned char)(0xf0 | point >> 18);
	out[1] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (unsigned char)(0x80 | (point & 0x3f));
	return 4;
}

/* The controls of the contract, as code points; surrogates and what lies above are no characters.
 */
static bool point_is_kept(uint32_t point)
{
	if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == '|' || point == '\\')
		return false;
	if (point >= 0xd800 && point <= 0xdfff)
		return false;
	if (point == 0x61c || point == 0x200e || point == 0x200f || point == 0x2028 ||
	    point == 0x2029)
		return false;
	if ((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069))
		return false;
	return point <= 0x10ffff;
}

static void test_every_code_point(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x140000; point++) {
		unsigned char text[4];
		char out[ESCAPE_GROWTH * 4];
		size_t length = encode(point, text);
		char *end = escape_text(out, (struct text){(const char *)text, length});
		bool kept = (size_t)(end - out) == length && !memcmp(out, text, length);

		if (kept != point_is_kept(point))
			fail_msg("U+%04X is %s", point, kept ? "kept" : "escaped");
		if (!kept)
			assert_int_equal(end - out, ESCAPE_GROWTH * length);
	}
}

static void test_cut_at_every_length(void **state)
{
	static const char text[] = "a\xc3\xa9|\xe6\x97\xa5\xf0\x9f\x98\x80\xe2\x80\xae\\z";

	(void)state;
	for (size_t from = 0; from < sizeof(text); from++)
		for (size_t to = from; to < sizeof(text); to++)
			check(text + from, to - from);
}

static void test_at_random(void **state)
{
	struct random random = {.state = 13};
	unsigned char text[300];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t length = (size_t)random_below(&random, sizeof(text));

		for (size_t i = 0; i < length; i++)
			text[i] = edges[random_below(&random, ARRAY_SIZE(edges))];
		check(text, length);
	}
}

static void test_output_never_outgrows_its_room(void **state)
{
	static unsigned char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		memset(text, edges[i], sizeof(text));
		check(text, sizeof(text));
	}
}

static void check_and(struct text text, const char *also, const char *expected)
{
	char out[ESCAPE_GROWTH * 64];
	char *end = escape_text_and(out, text, also);

	assert_text((struct text){out, (size_t)(end - out)}, expected);
}

static void test_more_characters(void **state)
{
	(void)state;
	check_and((struct text){NULL, 0}, " ", "");
	check_and((struct text){"  ", 2}, " ", "\\x20\\x20");
	check_and((struct text){"a b'c", 5}, "", "a b'c");
	check_and((struct text){"a b'c", 5}, " '", "a\\x20b\\x27c");
	check_and((struct text){"a\0 \0", 4}, " ", "a\\x00\\x20\\x00");
	check_and((struct text){"|\\\xc3\xa9 \xff", 6}, " |", "\\x7c\\x5c\xc3\xa9\\x20\\xff");
}

/* Wherever it stands in a text that is looked at eight bytes at a time. */
static void test_one_more_character_anywhere(void **state)
{
	(void)state;
	for (size_t at = 0; at < 20; at++) {
		char text[] = "aaaaaaaaaaaaaaaaaaaa", expected[64];

		text[at] = '>';
		snprintf(expected, sizeof(expected), "%.*s\\x3e%s", (int)at, text, text + at + 1);
		check_and((struct text){text, sizeof(text) - 1}, "'>", expected);
	}
}

static void test_what_is_shown_as_nothing_is_escaped_for_eyes_alone(void **state)
{
	/* U+00AD, U+200B, U+2060, U+FEFF, U+FFF9, a tag. */
	static const char *const invisible[] = {"\xc2\xad",     "\xe2\x80\x8b", "\xe2\x81\xa0",
						"\xef\xbb\xbf", "\xef\xbf\xb9", "\xf3\xa0\x81\x81"};
	/* An accent, U+200D and U+FE0F of emoji, U+00A0, a letter. */
	static const char *const kept[] = {"e\xcc\x81", "\xe2\x80\x8d", "\xef\xb8\x8f", "\xc2\xa0",
					   "\xe6\x97\xa5"};
	char out[ESCAPE_GROWTH * 8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(invisible); i++) {
		struct text text = {invisible[i], strlen(invisible[i])};

		check_string(invisible[i], invisible[i]);
		assert_int_equal(escape_text_visibly(out, text) - out, ESCAPE_GROWTH * text.length);
		assert_memory_equal(out, "\\x", 2);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		struct text text = {kept[i], strlen(kept[i])};

		assert_int_equal(escape_text_visibly(out, text) - out, text.length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_stays_nothing),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_what_is_shown_as_nothing_is_escaped_for_eyes_alone),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_every_two_bytes),
		cmocka_unit_test(test_edges_of_four_bytes),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_output_never_outgrows_its_room),
		cmocka_unit_test(test_more_characters),
		cmocka_unit_test(test_one_more_character_anywhere),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
