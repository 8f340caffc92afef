/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates against known ones, each after another one, and where sums leave 64 bits.
 */
#include "sink/text/wall_time.h"
#include "support.h"

#define S INT64_C(1000000000)

static void check(uint64_t time_ns, int64_t offset_ns, const char *expected)
{
	static struct wall_second last;
	char out[WALL_TIME_ROOM];
	char *end = wall_time_put(out, &last, time_ns, offset_ns);

	assert_text((struct text){out, (size_t)(end - out)}, expected);
}

static void test_dates(void **state)
{
	(void)state;
	check(0, 0, "1970-01-01T00:00:00.000000000Z");
	check(123456789, 951782400 * S, "2000-02-29T00:00:00.123456789Z");
	check(86399 * S, 1767139200 * S, "2025-12-31T23:59:59.000000000Z");
	check(S - 1, 1767225599 * S, "2025-12-31T23:59:59.999999999Z");
	check(S - 1, 1767225599 * S + 1, "2026-01-01T00:00:00.000000000Z");
	check(1, 1767225599 * S + S - 1, "2026-01-01T00:00:00.000000000Z");
	check(2, 1767225599 * S + S - 1, "2026-01-01T00:00:00.000000001Z");
}

static void test_offsets_below_zero(void **state)
{
	(void)state;
	check(0, -1, "1969-12-31T23:59:59.999999999Z");
	check(5 * S, -5 * S, "1970-01-01T00:00:00.000000000Z");
	check(5 * S + 1, -5 * S - 2, "1969-12-31T23:59:59.999999999Z");
}

static void test_the_ends_of_both_numbers(void **state)
{
	(void)state;
	check(UINT64_MAX, INT64_MAX, "2846-10-30T23:21:50.564327422Z");
	check(0, INT64_MIN, "1677-09-21T00:12:43.145224192Z");
	check(UINT64_MAX, INT64_MIN, "2262-04-11T23:47:16.854775807Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_offsets_below_zero),
		cmocka_unit_test(test_the_ends_of_both_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
