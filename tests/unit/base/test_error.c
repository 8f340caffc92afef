/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Error texts: one line each, whatever is put into them.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "support.h"

static void test_set_fills_and_returns_the_code(void **state)
{
	struct error err = {.what = "old", .remedy = "old"};

	(void)state;
	assert_int_equal(error_set(&err, -EPERM, "cannot open %s on CPU %d", "x", 3), -EPERM);
	assert_string_equal(err.what, "cannot open x on CPU 3");
	assert_string_equal(err.remedy, "");
	error_remedy(&err, "sudo %s", "x");
	assert_string_equal(err.what, "cannot open x on CPU 3");
	assert_string_equal(err.remedy, "sudo x");
}

static void test_long_texts_are_cut(void **state)
{
	struct error err = {0};
	char name[2000];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	error_set(&err, -1, "%s", name);
	error_remedy(&err, "%s", name);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_int_equal(strlen(err.remedy), sizeof(err.remedy) - 1);
}

static void test_control_bytes_make_no_second_line(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, -1, "no file '%s'", "a\nFORK|1\033[2J\177\tü");
	assert_string_equal(err.what, "no file 'a\\x0aFORK|1\\x1b[2J\\x7f\\x09ü'");
	error_remedy(&err, "rm '%s'", "a\n");
	assert_string_equal(err.remedy, "rm 'a\\x0a'");
}

static void test_nothing_drives_a_terminal_or_hides(void **state)
{
	/* CSI as one character, a byte that is not UTF-8, an override, what is not seen, a tag. */
	static const char *const texts[][2] = {
		{"\xc2\x9b"
		 "2J",
		 "\\xc2\\x9b2J"},
		{"\xff", "\\xff"},
		{"\u202e", "\\xe2\\x80\\xae"},
		{"\ufeff\u2060", "\\xef\\xbb\\xbf\\xe2\\x81\\xa0"},
		{"\U000e0041", "\\xf3\\xa0\\x81\\x81"},
		{"caf\u00e9 a\\b|", "caf\u00e9 a\\b|"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct error err;

		error_set(&err, 0, "%s", texts[i][0]);
		error_remedy(&err, "%s", texts[i][0]);
		assert_string_equal(err.what, texts[i][1]);
		assert_string_equal(err.remedy, texts[i][1]);
	}
}

static void test_own_texts_may_be_arguments(void **state)
{
	struct error err = {0};

	(void)state;
	error_set(&err, -1, "inner");
	error_remedy(&err, "this");
	error_set(&err, -1, "outer: %s (%s)", err.what, err.remedy);
	assert_string_equal(err.what, "outer: inner (this)");
}

static void test_no_memory(void **state)
{
	struct error err = {.remedy = "of before"};

	(void)state;
	assert_int_equal(error_no_memory(&err), -ENOMEM);
	assert_string_equal(err.what, "out of memory");
	assert_string_equal(err.remedy, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_fills_and_returns_the_code),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_control_bytes_make_no_second_line),
		cmocka_unit_test(test_nothing_drives_a_terminal_or_hides),
		cmocka_unit_test(test_own_texts_may_be_arguments),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
