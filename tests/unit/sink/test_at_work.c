/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many processes are at work, on average and at most.
 */
#include "sink/at_work.h"
#include "support.h"

#define assert_average(work, first, last, expected) \
	assert_true(at_work_average(work, first, last) == (expected))

static void test_nothing(void **state)
{
	struct at_work work = {0};

	(void)state;
	assert_average(&work, 5, 5, 0);
	assert_average(&work, 5, 105, 0);
	assert_int_equal(work.peak, 0);
}

/* One that waits for its children does no work. */
static void test_parents_wait(void **state)
{
	struct at_work work = {0};
	uint32_t make = 0;

	(void)state;
	at_work_begin(&work, NULL, 1000);
	at_work_begin(&work, &make, 1010);
	assert_int_equal(work.now, 1);
	at_work_begin(&work, &make, 1020);
	assert_int_equal(work.now, 2);
	at_work_end(&work, 0, &make, 1050);
	assert_int_equal(work.now, 1);
	at_work_end(&work, 0, &make, 1060);
	assert_int_equal(work.now, 1);
	at_work_end(&work, make, NULL, 1100);
	assert_int_equal(work.now, 0);
	assert_int_equal(work.peak, 2);
	assert_int_equal(work.peak_ns, 1020);
	/* 20 ns of 1, 30 of 2, 50 of 1, 100 of 0. */
	assert_average(&work, 1000, 1200, 0.65);
}

/* It was not at work: that its child goes on makes no difference. */
static void test_a_parent_ends_first(void **state)
{
	struct at_work work = {0};
	uint32_t shell = 0;

	(void)state;
	at_work_begin(&work, NULL, 10);
	at_work_begin(&work, &shell, 20);
	at_work_end(&work, shell, NULL, 30);
	assert_int_equal(work.now, 1);
	at_work_end(&work, 0, NULL, 40);
	assert_int_equal(work.now, 0);
	assert_average(&work, 10, 40, 1);
}

/* The peak is where it was first; late events do not turn time back. */
static void test_peak_and_late_events(void **state)
{
	struct at_work work = {0};

	(void)state;
	at_work_begin(&work, NULL, 100);
	at_work_end(&work, 0, NULL, 90);
	at_work_begin(&work, NULL, 200);
	assert_int_equal(work.peak, 1);
	assert_int_equal(work.peak_ns, 100);
	assert_average(&work, 100, 300, 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_parents_wait),
		cmocka_unit_test(test_a_parent_ends_first),
		cmocka_unit_test(test_peak_and_late_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
