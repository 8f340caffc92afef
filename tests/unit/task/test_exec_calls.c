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

	assert_int_equal(
		exec_calls_add(&calls, tid, 0x1000, (struct text){copy, strlen(copy)}, losses), 0);
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
	assert_int_equal(exec_calls_add(&calls, 10, 0x1000, (struct text){0}, 0), 0);
	assert_none(10);
}

static void name(int32_t tid, uint64_t pointer, const char *path)
{
	char *copy = strdup(path);

	assert_int_equal(exec_calls_name(&calls, tid, pointer, (struct text){copy, strlen(copy)}),
			 0);
	free(copy);
}

static void add_unnamed(int32_t tid, uint64_t pointer, uint64_t losses)
{
	assert_int_equal(exec_calls_add(&calls, tid, pointer, (struct text){0}, losses), 0);
}

static void test_named_later(void **state)
{
	(void)state;
	add_unnamed(10, 0x1000, 0);
	add_unnamed(20, 0x2000, 0);
	name(20, 0x2000, "/bin/twenty");
	name(10, 0x1000, "");
	assert_taken(10, "", 0);
	assert_taken(20, "/bin/twenty", 0);
	/* What follows is of no call that is kept. */
	name(20, 0x2000, "/bin/late");
	assert_none(20);
}

/* As of an interpreter, a call that was not seen, or a kernel that tells no address. */
static void test_named_by_another(void **state)
{
	(void)state;
	add_unnamed(10, 0x1000, 0);
	name(10, 0x1001, "/bin/other");
	name(10, 0, "/lib/interpreter");
	name(11, 0x1000, "/bin/other");
	assert_none(10);
	add_unnamed(10, 0, 0);
	name(10, 0, "/lib/interpreter");
	assert_none(10);
}

static void test_the_first_name_stays(void **state)
{
	(void)state;
	add_unnamed(10, 0x1000, 0);
	name(10, 0x1000, "/bin/first");
	name(10, 0x1000, "/bin/second");
	assert_taken(10, "/bin/first", 0);
	add(10, "/bin/told", 0);
	name(10, 0x1000, "/bin/second");
	assert_taken(10, "/bin/told", 0);
}

/* The name may be that of a later call at the same address. */
static void test_named_across_a_loss(void **state)
{
	(void)state;
	add_unnamed(10, 0x1000, 3);
	name(10, 0x1000, "/bin/ten");
	assert_null(exec_calls_take(&calls, 10, 4).bytes);
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
	add_unnamed(30, 0x3000, 0);
	has_memory = false;
	int code = exec_calls_add(&calls, 20, 0x1000, (struct text){"/bin/x", 6}, 0);
	int again = exec_calls_add(&calls, 10, 0x1000, (struct text){"/bin/x", 6}, 0);
	int named = exec_calls_name(&calls, 30, 0x3000, (struct text){"/bin/x", 6});
	has_memory = true;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(named, -ENOMEM);
	assert_none(30);
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
		cmocka_unit_test_setup_teardown(test_named_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named_by_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_first_name_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named_across_a_loss, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dropped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_oldest_are_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
