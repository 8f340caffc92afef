/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the replay follows of what a capture found, whatever the order, in work that grows with
 * their number alone.
 */
#include "run/descendants.h"

#include <stdlib.h>

#include "support.h"
#include "task/task.h"

#define TASKS 4096

static size_t searches;

const struct task *__real_task_table_find(const struct task_table *table, int32_t tid);
const struct task *__wrap_task_table_find(const struct task_table *table, int32_t tid);

const struct task *__wrap_task_table_find(const struct task_table *table, int32_t tid)
{
	searches++;
	return __real_task_table_find(table, tid);
}

static bool is_followed(const struct task_table *table, int32_t tid)
{
	const struct task *task = task_table_find(table, tid);

	return task && task->followed;
}

/* 1 is the parent of 2, 2 that of 3, …; and 100001 of 100002, … . */
static void test_a_chain_that_comes_backwards(void **state)
{
	struct capture_task *tasks = calloc(2 * TASKS, sizeof(*tasks));
	struct task_table *table = task_table_new();
	struct pid_list pids;
	(void)state;

	assert_true(tasks && table);
	for (int32_t i = 0; i < TASKS; i++) {
		int32_t pid = TASKS + 1 - i;

		tasks[2 * i] = (struct capture_task){pid, pid, pid - 1, ""};
		pid += 100000;
		tasks[2 * i + 1] = (struct capture_task){pid, pid, pid - 1, ""};
	}
	assert_int_equal(pid_list_parse("1", &pids), 0);
	searches = 0;
	assert_int_equal(descendants_enter(table, &pids, tasks, (size_t)2 * TASKS, true), 0);
	assert_in_range(searches, TASKS, 2 * TASKS);
	assert_int_equal(task_table_followed(table), TASKS + 1);
	for (int32_t pid = 1; pid <= TASKS + 1; pid++)
		assert_true(is_followed(table, pid));
	assert_false(is_followed(table, 100002));
	pid_list_done(&pids);
	task_table_free(table);
	free(tasks);
}

/* A capture may say anything: a task that is its own parent, two that are each other's, none. */
static void test_circles(void **state)
{
	const struct capture_task tasks[] = {
		{5, 5, 5, ""}, {6, 6, 7, ""}, {7, 7, 6, ""},
		{7, 7, 5, ""}, {8, 8, 0, ""}, {9, 7, 7, ""},
	};
	struct task_table *table = task_table_new();
	struct pid_list pids;
	(void)state;

	assert_non_null(table);
	assert_int_equal(pid_list_parse("5,10", &pids), 0);
	assert_int_equal(descendants_enter(table, &pids, tasks, ARRAY_SIZE(tasks), true), 0);
	assert_int_equal(task_table_followed(table), 5);
	assert_true(is_followed(table, 6) && is_followed(table, 7) && is_followed(table, 9));
	assert_false(is_followed(table, 8));
	pid_list_done(&pids);
	task_table_free(table);
}

static void test_threads_only(void **state)
{
	const struct capture_task tasks[] = {
		{5, 5, 1, ""}, {6, 5, 5, ""}, {7, 7, 5, ""}, {8, 7, 7, ""}, {9, 9, 1, ""},
	};
	struct task_table *table = task_table_new();
	struct pid_list pids;

	(void)state;
	assert_non_null(table);
	assert_int_equal(pid_list_parse("5", &pids), 0);
	assert_int_equal(descendants_enter(table, &pids, tasks, ARRAY_SIZE(tasks), false), 0);
	assert_true(is_followed(table, 5) && is_followed(table, 6));
	assert_int_equal(task_table_followed(table), 2);
	pid_list_done(&pids);
	task_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_chain_that_comes_backwards),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_threads_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
