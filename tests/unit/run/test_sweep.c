/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is forgotten after a loss: who is twice not found in /proc, and when it is looked for.
 */
#include <fcntl.h>
#include <unistd.h>

#include "run/sweep.h"
#include "support.h"

/* 140, a zombie, and 150 are not alive there. */
static const int32_t tids[] = {100, 121, 140, 142, 150};

static struct task_table *table;
static int proc_fd;

static int set_up(void **state)
{
	(void)state;
	table = task_table_new();
	proc_fd = open("fixtures/proc/lookup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; table && i < ARRAY_SIZE(tids); i++)
		assert_int_equal(task_table_add(table, tids[i], true), 0);
	return table && proc_fd >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	task_table_free(table);
	close(proc_fd);
	return 0;
}

static void test_nothing_was_lost(void **state)
{
	struct sweep sweep = {0};

	(void)state;
	assert_false(sweep_go_on(&sweep, proc_fd, table, SWEEP_PAUSE_NS));
	assert_int_equal(task_table_followed(table), ARRAY_SIZE(tids));
}

static void test_the_dead_are_forgotten_in_the_second_round(void **state)
{
	struct sweep sweep = {0};
	uint64_t now = SWEEP_PAUSE_NS;

	(void)state;
	sweep_begin(&sweep);
	assert_true(sweep_go_on(&sweep, proc_fd, table, now));
	assert_int_equal(task_table_followed(table), ARRAY_SIZE(tids));
	assert_false(sweep_go_on(&sweep, proc_fd, table, now + SWEEP_PAUSE_NS - 1));
	assert_int_equal(task_table_followed(table), ARRAY_SIZE(tids));
	assert_true(sweep_go_on(&sweep, proc_fd, table, now + SWEEP_PAUSE_NS));
	assert_int_equal(task_table_followed(table), 3);
	assert_null(task_table_find(table, 140));
	assert_null(task_table_find(table, 150));
	assert_true(sweep_go_on(&sweep, proc_fd, table, now + 2 * SWEEP_PAUSE_NS));
	/* That was enough of it. */
	assert_false(sweep_go_on(&sweep, proc_fd, table, now + 3 * SWEEP_PAUSE_NS));
}

/* Born again between two rounds: that is another one. */
static void test_an_id_that_names_another(void **state)
{
	struct sweep sweep = {0};
	const struct task *task;
	struct event fork = {.type = EVENT_FORK, .fork = {.parent_tid = 100, .child_tid = 150}};

	(void)state;
	sweep_begin(&sweep);
	assert_true(sweep_go_on(&sweep, proc_fd, table, 0));
	assert_int_equal(task_table_apply(table, &fork, &task), 0);
	assert_true(sweep_go_on(&sweep, proc_fd, table, SWEEP_PAUSE_NS));
	assert_non_null(task_table_find(table, 150));
	assert_null(task_table_find(table, 140));
}

static void test_a_large_table_takes_several_calls(void **state)
{
	struct sweep sweep = {0};

	(void)state;
	for (int32_t tid = 1000; tid < 1000 + 2 * (int32_t)SWEEP_TASKS; tid++)
		assert_int_equal(task_table_add(table, tid, true), 0);
	for (unsigned int round = 0; round < 2; round++) {
		const uint64_t now = round * SWEEP_PAUSE_NS;

		sweep_begin(&sweep);
		assert_false(sweep_go_on(&sweep, proc_fd, table, now));
		assert_false(sweep_go_on(&sweep, proc_fd, table, now));
		assert_true(sweep_go_on(&sweep, proc_fd, table, now));
	}
	assert_int_equal(task_table_followed(table), 3);
}

#define sweep_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		sweep_test(test_nothing_was_lost),
		sweep_test(test_the_dead_are_forgotten_in_the_second_round),
		sweep_test(test_an_id_that_names_another),
		sweep_test(test_a_large_table_takes_several_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
