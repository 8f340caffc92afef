/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decimal numbers: digits only, within limits.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "support.h"

static void assert_number(const char *text, uint64_t min, uint64_t max, uint64_t expected)
{
	uint64_t number = 0;

	assert_int_equal(number_parse(text, min, max, &number), 0);
	assert_true(number == expected);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_number("0", 0, 9, 0);
	assert_number("1", 1, 9, 1);
	assert_number("9", 1, 9, 9);
	assert_number("007", 1, 9, 7);
	assert_number("18446744073709551615", 0, UINT64_MAX, UINT64_MAX);
}

static void test_what_is_no_number(void **state)
{
	static const char *const wrong[] = {
		"",   "0",   "10",  "-1", "+1", " 1",
		"1 ", "1,2", "0x1", "1.", "x",  "18446744073709551616",
	};
	uint64_t number = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(number_parse(wrong[i], 1, 9, &number), -EINVAL);
		assert_true(number == 77);
	}
	assert_int_equal(number_parse("18446744073709551616", 0, UINT64_MAX, &number), -EINVAL);
}

static void test_numbers_in_a_list(void **state)
{
	const char *text = "12,99";
	uint64_t number = 0;

	(void)state;
	assert_int_equal(number_take(&text, 1, 50, &number), 0);
	assert_true(number == 12);
	assert_string_equal(text, ",99");
	assert_int_equal(number_take(&text, 1, 50, &number), -EINVAL);
	text++;
	assert_int_equal(number_take(&text, 1, 50, &number), -EINVAL);
	assert_string_equal(text, "99");
	assert_true(number == 12);
}

static void assert_seconds(const char *text, uint64_t wanted)
{
	uint64_t ns = 0;

	assert_int_equal(number_parse_seconds(text, 60, &ns), 0);
	assert_int_equal(ns, wanted);
}

static void test_seconds(void **state)
{
	static const char *const wrong[] = {
		"",   "0",   "0.0", ".",    "-1",  "+1", "1s",           "60.1",
		"61", "1,5", "1..", "1.-5", "1e3", " 1", "0.0000000001", "60.000000001"};
	uint64_t ns = 77;

	(void)state;
	assert_seconds("1", 1000000000);
	assert_seconds("60", 60000000000);
	assert_seconds("0.5", 500000000);
	assert_seconds(".25", 250000000);
	assert_seconds("1.000000001", 1000000001);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (number_parse_seconds(wrong[i], 60, &ns) != -EINVAL)
			fail_msg("taken: '%s'", wrong[i]);
		assert_int_equal(ns, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_what_is_no_number),
		cmocka_unit_test(test_numbers_in_a_list),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
