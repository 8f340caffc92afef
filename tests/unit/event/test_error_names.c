/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of errors against the C library's own.
 */
#include <string.h>

#include "base/compiler.h"
#include "event/error_names.h"
#include "support.h"

static void test_errors(void **state)
{
	(void)state;
	assert_string_equal(error_name(1), "EPERM");
	assert_string_equal(error_name(2), "ENOENT");
	assert_string_equal(error_name(7), "E2BIG");
	assert_string_equal(error_name(8), "ENOEXEC");
	assert_string_equal(error_name(11), "EAGAIN");
	assert_string_equal(error_name(13), "EACCES");
	assert_string_equal(error_name(36), "ENAMETOOLONG");
	assert_string_equal(error_name(133), "EHWPOISON");
}

static void test_numbers_that_are_no_errors(void **state)
{
	static const int32_t numbers[] = {INT32_MIN, -2, 0, 41, 58, 134, 512, INT32_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_null(error_name(numbers[i]));
}

/* This host is one of those whose numbers the table has, as all are that the tool supports. */
static void test_errors_as_glibc_has_them(void **state)
{
	(void)state;
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32) /* strerrorname_np() */
	for (int32_t number = 1; number < 512; number++) {
		const char *expected = strerrorname_np(number);

		/* It calls 95 as POSIX does, which has two names for it. */
		if (!expected)
			assert_null(error_name(number));
		else if (number != 95)
			assert_string_equal(error_name(number), expected);
	}
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_numbers_that_are_no_errors),
		cmocka_unit_test(test_errors_as_glibc_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
