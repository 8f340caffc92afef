/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks by tid: dense, far apart, with ids that no kernel gives, and without memory.
 */
#include <string.h>

#include "support.h"
#include "task/task_pages.h"

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool has_memory = true;
static size_t pages_made, array_bytes;

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	pages_made++;
	return has_memory ? __real_aligned_alloc(alignment, size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return has_memory ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
	array_bytes = size;
	return has_memory ? __real_realloc(old, size) : NULL;
}

static struct task_pages pages;

static int set_up(void **state)
{
	(void)state;
	pages = (struct task_pages){0};
	pages_made = array_bytes = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	task_pages_done(&pages);
	return 0;
}

static struct task *add(int32_t tid)
{
	struct task *task = task_pages_add(&pages, tid);

	assert_non_null(task);
	assert_int_equal(task->tid, tid);
	return task;
}

static void take_out(int32_t tid)
{
	struct task *task = task_pages_find(&pages, tid);

	assert_non_null(task);
	task_pages_take(&pages, tid);
	task_pages_free(&pages, task, tid);
}

/* In the order of task_pages_next(): the last four are far ones, in the order of their addition. */
static const int32_t tids[] = {
	0,
	1,
	TASK_PAGE_SIZE - 1,
	TASK_PAGE_SIZE,
	40000,
	TASK_PAGES_TIDS - 1,
	TASK_PAGES_TIDS,
	INT32_MAX,
	INT32_MIN,
	-1,
};

static void test_each_is_found_until_taken(void **state)
{
	struct task *added[ARRAY_SIZE(tids)];

	(void)state;
	assert_null(task_pages_find(&pages, 1));
	assert_null(task_pages_find(&pages, -1));
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		added[i] = add(tids[i]);
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_ptr_equal(task_pages_find(&pages, tids[i]), added[i]);
	assert_null(task_pages_find(&pages, 2));
	assert_null(task_pages_find(&pages, 80000));
	assert_null(task_pages_find(&pages, -2));
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++) {
		take_out(tids[i]);
		assert_null(task_pages_find(&pages, tids[i]));
	}
}

static void test_one_after_the_other(void **state)
{
	const struct task *task = NULL;

	(void)state;
	assert_null(task_pages_next(&pages, NULL));
	for (size_t i = 0; i < 6; i++)
		add(tids[5 - i]);
	for (size_t i = 6; i < ARRAY_SIZE(tids); i++)
		add(tids[i]);
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++) {
		task = task_pages_next(&pages, task);
		assert_non_null(task);
		assert_int_equal(task->tid, tids[i]);
	}
	assert_null(task_pages_next(&pages, task));
	assert_int_equal(task_pages_from(&pages, 2)->tid, TASK_PAGE_SIZE - 1);
	assert_int_equal(task_pages_from(&pages, 40001)->tid, TASK_PAGES_TIDS - 1);
	assert_null(task_pages_from(&pages, TASK_PAGES_TIDS));
}

static void test_what_was_taken_stays_readable(void **state)
{
	struct task *task = add(100), *far = add(-100);

	(void)state;
	task->followed = far->followed = true;
	task_pages_take(&pages, 100);
	task_pages_take(&pages, -100);
	assert_null(task_pages_find(&pages, 100));
	add(101);
	assert_true(task->followed);
	assert_true(far->followed);
	task_pages_free(&pages, task, 100);
	task_pages_free(&pages, far, -100);
	assert_false(add(100)->followed);
	assert_non_null(task_pages_find(&pages, 101));
}

static void test_marks(void **state)
{
	(void)state;
	add(100);
	add(101);
	add(-100);
	task_pages_mark(&pages, 101);
	task_pages_mark(&pages, -100);
	assert_false(task_pages_is_marked(&pages, 100));
	assert_true(task_pages_is_marked(&pages, 101));
	assert_true(task_pages_is_marked(&pages, -100));
	take_out(101);
	add(101);
	assert_false(task_pages_is_marked(&pages, 101));
}

/* One is made again and again, and another page stays in reserve. */
static void test_pages_are_used_again(void **state)
{
	(void)state;
	for (int32_t tid = 1; tid < 1000; tid++) {
		add(tid);
		take_out(tid);
	}
	assert_int_equal(pages_made, 1);
	assert_non_null(pages.spare);
}

/* Ids that no kernel gives out take no pages, and the array is never longer than for all others. */
static void test_hostile_ids(void **state)
{
	(void)state;
	for (int32_t i = 0; i < 1000; i++) {
		add(INT32_MIN + i * 1000003);
		add(INT32_MAX - i * 1000003);
	}
	assert_int_equal(pages_made, 0);
	assert_int_equal(array_bytes, 0);
	add(TASK_PAGES_TIDS - 1);
	assert_int_equal(array_bytes, TASK_PAGES_TIDS / TASK_PAGE_SIZE * sizeof(struct task_page));
	assert_int_equal(pages_made, 1);
}

static void test_no_memory(void **state)
{
	(void)state;
	has_memory = false;
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_null(task_pages_add(&pages, tids[i]));
	has_memory = true;
	add(5);
	has_memory = false;
	struct task *beside = task_pages_add(&pages, 6);
	struct task *on_a_new_page = task_pages_add(&pages, 1000);
	struct task *beyond_the_array = task_pages_add(&pages, TASK_PAGES_TIDS - 1);
	has_memory = true;
	assert_non_null(beside);
	assert_null(on_a_new_page);
	assert_null(beyond_the_array);
	assert_null(task_pages_find(&pages, 1000));
	assert_non_null(task_pages_find(&pages, 5));
	add(1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_each_is_found_until_taken),
		TEST(test_one_after_the_other),
		TEST(test_what_was_taken_stays_readable),
		TEST(test_marks),
		TEST(test_pages_are_used_again),
		TEST(test_hostile_ids),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
