/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture says was lost, of as many CPUs as it likes.
 */
#include "capture/read/losses.h"

#include "perf/record.h"
#include "support.h"

static void test_what_was_not_told_comes_by_cpu(void **state)
{
	struct losses losses = {0};
	uint64_t count;
	uint32_t cpu;
	(void)state;

	assert_int_equal(losses_add(&losses, 900, 0, 7), 0);
	assert_int_equal(losses_add(&losses, 3, 0, 5), 0);
	assert_int_equal(losses_add(&losses, 3, 2, 0), 0);
	assert_true(losses_take_rest(&losses, &cpu, &count));
	assert_int_equal(cpu, 3);
	assert_int_equal(count, 3);
	assert_true(losses_take_rest(&losses, &cpu, &count));
	assert_int_equal(cpu, 900);
	assert_int_equal(count, 7);
	assert_false(losses_take_rest(&losses, &cpu, &count));
	assert_int_equal(losses.told, 12);
	losses_done(&losses);
}

static void test_cpus_that_cannot_be(void **state)
{
	struct losses losses = {0};
	uint64_t count;
	uint32_t cpu;
	(void)state;

	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(losses_add(&losses, UINT32_MAX - i * 1000, 0, 1), 0);
	assert_int_equal(losses.count, 0);
	assert_true(losses_take_rest(&losses, &cpu, &count));
	assert_int_equal(cpu, RECORD_NO_CPU);
	assert_int_equal(count, 1000);
	assert_false(losses_take_rest(&losses, &cpu, &count));
	losses_done(&losses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_not_told_comes_by_cpu),
		cmocka_unit_test(test_cpus_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
