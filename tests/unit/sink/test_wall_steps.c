/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps of the wall clock: each event has the offset of its own time.
 */
#include "base/clock.h"
#include "host/perf_clock.h"
#include "run/wall_watch.h"
#include "sink/text/wall_steps.h"
#include "support.h"

uint64_t __wrap_perf_clock_now_ns(void);
bool __wrap_perf_clock_wall_offset(int64_t *offset_ns);

static uint64_t now_ns;
static int64_t offset_ns;
static bool undisturbed;

uint64_t __wrap_perf_clock_now_ns(void)
{
	return now_ns;
}

bool __wrap_perf_clock_wall_offset(int64_t *offset)
{
	*offset = offset_ns;
	return undisturbed;
}

static void test_offset_of_its_own_time(void **state)
{
	struct wall_steps steps = {0};

	(void)state;
	assert_int_equal(wall_steps_at(&steps, 5, 7), 7);
	wall_steps_add(&steps, 100, -50);
	wall_steps_add(&steps, 200, 60);
	assert_int_equal(wall_steps_at(&steps, 99, 7), 7);
	assert_int_equal(wall_steps_at(&steps, 100, 7), -50);
	assert_int_equal(wall_steps_at(&steps, 199, 7), -50);
	assert_int_equal(wall_steps_at(&steps, UINT64_MAX, 7), 60);
}

static void test_oldest_are_dropped(void **state)
{
	struct wall_steps steps = {0};

	(void)state;
	for (unsigned int i = 0; i < 2 * WALL_STEPS_MAX; i++)
		wall_steps_add(&steps, 10 * (i + 1), i);
	for (unsigned int i = WALL_STEPS_MAX; i < 2 * WALL_STEPS_MAX; i++)
		assert_int_equal(wall_steps_at(&steps, 10 * (i + 1), -1), i);
	assert_int_equal(wall_steps_at(&steps, 1, -1), WALL_STEPS_MAX - 1);
}

static void test_looking(void **state)
{
	struct wall_watch watch = {0};
	uint64_t from_ns = 0;

	(void)state;
	/* The first look counts, disturbed or not. */
	undisturbed = false;
	offset_ns = 1000;
	now_ns = 5;
	assert_true(wall_watch_look(&watch, &from_ns));
	assert_int_equal(watch.offset_ns, 1000);
	assert_int_equal(from_ns, 5);
	offset_ns = INT64_MIN;
	assert_false(wall_watch_look(&watch, &from_ns));
	undisturbed = true;
	offset_ns = 1000 + WALL_STEP_NS - 1;
	assert_false(wall_watch_look(&watch, &from_ns));
	/* Slow changes add up. */
	offset_ns = 1000 - WALL_STEP_NS;
	now_ns = 77;
	assert_true(wall_watch_look(&watch, &from_ns));
	assert_int_equal(watch.offset_ns, 1000 - WALL_STEP_NS);
	assert_int_equal(from_ns, 77);
	offset_ns = INT64_MAX;
	assert_true(wall_watch_look(&watch, &from_ns));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offset_of_its_own_time),
		cmocka_unit_test(test_oldest_are_dropped),
		cmocka_unit_test(test_looking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
