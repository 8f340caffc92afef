/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of bytes as people read them.
 */
#include "sink/text/sizes.h"

#include "support.h"

static void check(int64_t bytes, const char *expected)
{
	char out[SIZES_ROOM];

	*sizes_put(out, bytes) = '\0';
	assert_string_equal(out, expected);
}

static void test_sizes(void **state)
{
	(void)state;
	check(-1, "?");
	check(0, "0B");
	check(1023, "1023B");
	check(1024, "1K");
	check(812 * 1024 + 1023, "812K");
	check(1024 * 1024 - 1, "1023K");
	check(1024 * 1024, "1.0M");
	check(34 * 1024 * 1024 + 512 * 1024, "34.5M");
	check(100 * 1024 * 1024 - 1, "99.9M");
	check(512 * 1024 * 1024, "512M");
	check(INT64_C(3) << 29, "1.5G");
	check(INT64_C(7) << 40, "7.0T");
	check(INT64_MAX, "7.9E");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
