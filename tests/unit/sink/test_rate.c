/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rates over traces of any length.
 */
#include <string.h>

#include "sink/rate.h"
#include "support.h"

static void count(struct rate *rate, uint64_t second, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		rate_count(rate, second);
}

static void check_sparkline(const struct rate *rate, const char *expected)
{
	char columns[RATE_SPARKLINE_SIZE];

	rate_sparkline(rate, columns);
	assert_string_equal(columns, expected);
}

static void test_nothing(void **state)
{
	struct rate rate = {0};

	(void)state;
	check_sparkline(&rate, "");
	assert_int_equal(rate_column_seconds(&rate), 1);
	rate_advance(&rate, 3);
	assert_int_equal(rate.least, 0);
	assert_int_equal(rate.most, 0);
	check_sparkline(&rate, "▁▁▁");
}

static void test_seconds(void **state)
{
	struct rate rate = {0};

	(void)state;
	count(&rate, 0, 7);
	assert_int_equal(rate.over, 0);
	count(&rate, 1, 14);
	count(&rate, 0, 1); /* late */
	count(&rate, 2, 3);
	assert_int_equal(rate.over, 2);
	assert_int_equal(rate.least, 7);
	assert_int_equal(rate.most, 15);
	assert_int_equal(rate.total, 22);
	check_sparkline(&rate, "▅█");
	rate_advance(&rate, 3);
	assert_int_equal(rate.least, 3);
	rate_advance(&rate, 5);
	assert_int_equal(rate.least, 0);
	check_sparkline(&rate, "▅█▃▁▁");
}

static void test_minutes(void **state)
{
	struct rate rate = {0};

	(void)state;
	for (uint64_t second = 0; second < 240; second++)
		count(&rate, second, second < 120 ? 1 : 7);
	rate_advance(&rate, 240);
	assert_int_equal(rate_column_seconds(&rate), 4);
	assert_int_equal(rate.least, 1);
	assert_int_equal(rate.most, 7);
	check_sparkline(&rate, "▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃██████████████████████████████");
}

/* A damaged capture's time jumps to the end of the world. */
static void test_a_jump(void **state)
{
	struct rate rate = {0};
	char columns[RATE_SPARKLINE_SIZE];

	(void)state;
	count(&rate, 0, 2);
	count(&rate, UINT64_MAX / 1000000000, 1);
	assert_int_equal(rate.least, 0);
	assert_int_equal(rate.most, 2);
	rate_sparkline(&rate, columns);
	assert_true(strlen(columns) <= 3 * RATE_BUCKETS);
	assert_memory_equal(columns, "█▁", strlen("█▁"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_minutes),
		cmocka_unit_test(test_a_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
