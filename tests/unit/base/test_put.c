/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers against what printf(3) writes, and that nothing behind them is touched.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/put.h"
#include "support.h"

/* No number has it. */
#define CANARY '#'

static char out[NUMBER_ROOM + 1];

static void begin(void)
{
	memset(out, CANARY, sizeof(out));
}

static void check(const char *end, const char *expected)
{
	assert_int_equal(*end, CANARY);
	assert_text((struct text){out, (size_t)(end - out)}, expected);
}

static void check_unsigned(uint64_t value)
{
	char expected[NUMBER_ROOM + 1];

	snprintf(expected, sizeof(expected), "%" PRIu64, value);
	begin();
	check(put_unsigned(out, value), expected);
}

static void check_signed(int64_t value)
{
	char expected[NUMBER_ROOM + 1];

	snprintf(expected, sizeof(expected), "%" PRId64, value);
	begin();
	check(put_signed(out, value), expected);
}

static void test_small_numbers(void **state)
{
	(void)state;
	for (uint64_t value = 0; value < 100000; value++) {
		check_unsigned(value);
		check_signed(-(int64_t)value);
	}
}

static void test_around_each_power_of_ten(void **state)
{
	(void)state;
	for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
		for (uint64_t value = power - 1; value <= power + 1; value++) {
			check_unsigned(value);
			check_unsigned(value * 10);
			check_signed((int64_t)value);
			check_signed(-(int64_t)value);
		}
	}
	check_unsigned(UINT64_MAX);
	check_signed(INT64_MAX);
	check_signed(INT64_MIN);
}

/* As many of each length. */
static void test_random_numbers(void **state)
{
	struct random random = {1};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		uint64_t value = random_below(&random, UINT64_MAX) >> random_below(&random, 64);

		check_unsigned(value);
		check_signed((int64_t)value);
		check_signed((int64_t)(0 - value));
	}
}

static void test_fixed_digits(void **state)
{
	char expected[NUMBER_ROOM + 1];

	(void)state;
	for (uint32_t value = 0; value < 10000; value++) {
		snprintf(expected, sizeof(expected), "%02u", value % 100);
		begin();
		check(put_two(out, value % 100), expected);
		snprintf(expected, sizeof(expected), "%03u", value % 1000);
		begin();
		check(put_three(out, value % 1000), expected);
		snprintf(expected, sizeof(expected), "%04u", value);
		begin();
		check(put_four(out, value), expected);
		snprintf(expected, sizeof(expected), "%08u", value * 9999);
		begin();
		check(put_eight(out, value * 9999), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_numbers),
		cmocka_unit_test(test_around_each_power_of_ten),
		cmocka_unit_test(test_random_numbers),
		cmocka_unit_test(test_fixed_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
