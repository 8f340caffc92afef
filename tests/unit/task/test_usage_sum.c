/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tasks used, added up and as that of a process.
 */
#include "task/usage_sum.h"

#include "support.h"

static struct usage usage_of(const struct task_usage *tasks, size_t count)
{
	struct task_usage sum = {0};

	for (size_t i = 0; i < count; i++)
		usage_sum_add(&sum, &tasks[i]);
	return usage_sum_of_process(&sum);
}

static struct usage usage_of_times(uint64_t user_us, uint64_t system_us, uint64_t run_ns)
{
	const struct task_usage usage = {
		.user_us = user_us, .system_us = system_us, .run_ns = run_ns};

	return usage_sum_of_process(&usage);
}

static void check_times(uint64_t user_us, uint64_t system_us, uint64_t run_ns, int64_t user_ns,
			int64_t system_ns)
{
	struct usage usage = usage_of_times(user_us, system_us, run_ns);

	assert_int_equal(usage.user_ns, user_ns);
	assert_int_equal(usage.system_ns, system_ns);
}

/* As cputime_adjust() of the kernel does; the first one was measured against wait4(2). */
static void test_times(void **state)
{
	(void)state;
	check_times(36000, 12000, 48190000, 36142500, 12047500);
	check_times(0, 0, 1730000, 1730000, 0);
	check_times(4000, 0, 1730000, 1730000, 0);
	check_times(0, 4000, 1730000, 0, 1730000);
	check_times(0, 0, 0, 0, 0);
	/* Kernels that tell ticks only. */
	check_times(8000, 4000, 0, 8000000, 4000000);
}

/* Days on many CPUs, and what a capture may claim. */
static void test_large_times(void **state)
{
	const int64_t day_ns = INT64_C(86400000000000);
	const uint64_t day_us = UINT64_C(86400000000);

	(void)state;
	check_times(3 * day_us, day_us, 8 * (uint64_t)day_ns, 6 * day_ns, 2 * day_ns);
	assert_int_equal(usage_cpu_ns(&(struct usage){INT64_MAX, INT64_MAX, 0, 0, 0}), -2);
	for (unsigned int shift = 0; shift < 64; shift++) {
		uint64_t most = UINT64_MAX >> shift;
		struct usage usage = usage_of_times(most, most, most);

		assert_true((uint64_t)usage.system_ns <= most);
		assert_true((uint64_t)usage.user_ns + (uint64_t)usage.system_ns == most);
	}
}

static void test_sums(void **state)
{
	const struct task_usage tasks[] = {
		{true, true, true, 1000, 2000, 3000000, 40, 4096, 8192},
		{true, false, true, 1000, 0, 1000000, 70, 1024, 0},
		{true, false, true, 0, 0, 0, 50, 0, 0},
	};
	struct usage usage = usage_of(tasks, ARRAY_SIZE(tasks));

	(void)state;
	assert_int_equal(usage.user_ns, 2000000);
	assert_int_equal(usage.system_ns, 2000000);
	assert_int_equal(usage.max_rss_bytes, 70 * 1024);
	assert_int_equal(usage.read_bytes, 5120);
	assert_int_equal(usage.written_bytes, 8192);
}

static void test_what_is_not_told(void **state)
{
	const struct task_usage tasks[] = {
		{.known = true, .has_bytes = true, .read_bytes = 4096},
		{.known = true, .read_bytes = 4096},
		{.known = true, .has_bytes = true},
	};
	struct usage usage = usage_of(tasks, ARRAY_SIZE(tasks));

	(void)state;
	assert_int_equal(usage.max_rss_bytes, -1);
	assert_int_equal(usage.read_bytes, -1);
	assert_int_equal(usage.written_bytes, -1);
}

static void test_sums_that_overflow(void **state)
{
	const struct task_usage most = {true,       false,      true,       UINT64_MAX, UINT64_MAX,
					UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	const struct task_usage tasks[] = {most, most};
	struct task_usage sum = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		usage_sum_add(&sum, &tasks[i]);
	assert_true(sum.user_us == UINT64_MAX && sum.system_us == UINT64_MAX);
	assert_true(sum.run_ns == UINT64_MAX && sum.read_bytes == UINT64_MAX);
	usage_sum_of_process(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_large_times),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_what_is_not_told),
		cmocka_unit_test(test_sums_that_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
