/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of execve(2) between their beginning and their end.
 */
#include "task/exec_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool has_memory = true;

void *__wrap_malloc(size_t size)
{
	return has_memory ? __real_malloc(size) : NULL;
}

static struct exec_calls calls;

static int set_up(void **state)
{
	(void)state;
	calls = (struct exec_calls){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	exec_calls_done(&calls);
	return 0;
}

static void add(int32_t tid, const char *path, uint64_t losses)
{
	char *copy = strdup(path);

	assert_int_equal(exec_calls_add(&calls, tid, (struct text){copy, strlen(copy)}, losses), 0);
	free(copy);
}

static void assert_taken(int32_t tid, const char *path, uint64_t losses)
{
	struct text taken = exec_calls_take(&calls, tid, losses);

	assert_non_null(taken.bytes);
	assert_int_equal(taken.length, strlen(path));
	assert_memory_equal(taken.bytes, path, taken.length);
}

static void assert_none(int32_t tid)
{
	assert_null(exec_calls_take(&calls, tid, 0).bytes);
}

static void test_each_is_taken_once(void **state)
{
	(void)state;
	assert_none(10);
	add(10, "/bin/ten", 0);
	add(20, "", 0);
	assert_none(30);
	assert_taken(20, "", 0);
	assert_taken(10, "/bin/ten", 0);
	assert_none(10);
	assert_none(20);
}

static void test_a_new_one_takes_the_place_of_an_old_one(void **state)
{
	(void)state;
	add(10, "/bin/old", 0);
	add(10, "/bin/new", 0);
	assert_taken(10, "/bin/new", 0);
	assert_none(10);
}

static void test_one_without_a_path(void **state)
{
	(void)state;
	add(10, "/bin/old", 0);
	assert_int_equal(exec_calls_add(&calls, 10, (struct text){0}, 0), 0);
	assert_none(10);
}

/* The end of one and the beginning of another may have been lost. */
static void test_none_is_trusted_across_a_loss(void **state)
{
	(void)state;
	add(10, "/bin/ten", 3);
	assert_null(exec_calls_take(&calls, 10, 4).bytes);
	add(10, "/bin/ten", 4);
	assert_taken(10, "/bin/ten", 4);
}

static void test_dropped(void **state)
{
	(void)state;
	exec_calls_drop(&calls, 10);
	add(10, "/bin/ten", 0);
	add(20, "/bin/twenty", 0);
	exec_calls_drop(&calls, 10);
	assert_none(10);
	assert_taken(20, "/bin/twenty", 0);
}

static void test_the_oldest_are_given_up(void **state)
{
	(void)state;
	for (int32_t tid = 1; tid <= (int32_t)EXEC_CALLS_MAX + 2; tid++)
		add(tid, "/bin/true", 0);
	assert_none(1);
	assert_none(2);
	assert_taken(3, "/bin/true", 0);
	assert_taken((int32_t)EXEC_CALLS_MAX + 2, "/bin/true", 0);
}

static void test_without_memory(void **state)
{
	(void)state;
	add(10, "/bin/ten", 0);
	has_memory = false;
	int code = exec_calls_add(&calls, 20, (struct text){"/bin/x", 6}, 0);
	int again = exec_calls_add(&calls, 10, (struct text){"/bin/x", 6}, 0);
	has_memory = true;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(again, -ENOMEM);
	assert_none(20);
	assert_taken(10, "/bin/ten", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_is_taken_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_new_one_takes_the_place_of_an_old_one,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_without_a_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_none_is_trusted_across_a_loss, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_dropped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_oldest_are_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
