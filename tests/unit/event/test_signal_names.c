/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of signals against the C library's own, and back to numbers.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "base/compiler.h"
#include "event/signal_names.h"
#include "support.h"

static void test_signals(void **state)
{
	(void)state;
	assert_string_equal(signal_name(1), "SIGHUP");
	assert_string_equal(signal_name(9), "SIGKILL");
	assert_string_equal(signal_name(15), "SIGTERM");
	assert_string_equal(signal_name(31), "SIGSYS");
	assert_string_equal(signal_name(34), "SIGRTMIN");
	assert_string_equal(signal_name(37), "SIGRTMIN+3");
	assert_string_equal(signal_name(64), "SIGRTMIN+30");
}

static void test_numbers_that_are_no_signals(void **state)
{
	static const int32_t numbers[] = {INT32_MIN, -1, 0, 32, 33, 65, 1000, INT32_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_null(signal_name(numbers[i]));
}

/* This host is one of those whose numbers the table has, as all are that the tool supports. */
static void test_signals_as_glibc_has_them(void **state)
{
	(void)state;
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32) /* sigabbrev_np() */
	for (int32_t number = 1; number < 32; number++) {
		const char *short_name = sigabbrev_np(number);
		char name[32];

		/* glibc: SIGPOLL, the same number. */
		if (number == SIGIO)
			short_name = "IO";
		assert_non_null(short_name);
		snprintf(name, sizeof(name), "SIG%s", short_name);
		assert_string_equal(signal_name(number), name);
	}
	assert_int_equal(SIGRTMIN, 34);
	assert_int_equal(SIGRTMAX, 64);
#else
	skip();
#endif
}

static void assert_number(const char *text, int32_t expected)
{
	int32_t number = -7;

	assert_int_equal(signal_number(text, &number), 0);
	assert_int_equal(number, expected);
}

static void test_numbers_of_names(void **state)
{
	static const char *const wrong[] = {"",         "SIG",        "SIG0",     "SIG128",
					    "SIG-1",    "SIG 9",      "9",        "term",
					    "SIGTERM ", "SIGSIGTERM", "TER",      "TERMS",
					    "SIG32x",   "RTMIN+31",   "SIGRTMAX", "SIG+9"};
	int32_t number = -7;
	char name[32];

	(void)state;
	assert_number("SIGTERM", 15);
	assert_number("KILL", 9);
	assert_number("RTMIN", 34);
	assert_number("SIGRTMIN+30", 64);
	assert_number("SIG9", 9);
	assert_number("SIG127", SIGNAL_MAX);
	for (int32_t i = 1; i <= SIGNAL_MAX; i++) {
		snprintf(name, sizeof(name), "SIG%d", i);
		assert_number(signal_name(i) ? signal_name(i) : name, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(signal_number(wrong[i], &number), -EINVAL);
	assert_int_equal(number, -7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_numbers_that_are_no_signals),
		cmocka_unit_test(test_signals_as_glibc_has_them),
		cmocka_unit_test(test_numbers_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
