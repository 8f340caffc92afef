/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs between their COMM and their EXEC.
 */
#include "task/unfinished_execs.h"

#include <errno.h>
#include <string.h>

#include "support.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool has_memory = true;

void *__wrap_malloc(size_t size)
{
	return has_memory ? __real_malloc(size) : NULL;
}

static struct unfinished_execs execs;

static int set_up(void **state)
{
	(void)state;
	execs = (struct unfinished_execs){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unfinished_execs_done(&execs);
	return 0;
}

static void add(int32_t tid, const char *comm, uint64_t losses)
{
	const struct text text = {comm, strlen(comm)};

	assert_int_equal(unfinished_execs_add(&execs, tid, text, losses), 0);
}

static void assert_taken(int32_t tid, const char *comm, uint64_t losses)
{
	const struct unfinished_exec *exec = unfinished_execs_take(&execs, tid);

	assert_non_null(exec);
	assert_int_equal(exec->sample_tid, tid);
	assert_int_equal(exec->losses, losses);
	assert_int_equal(unfinished_exec_comm(exec).length, strlen(comm));
	assert_memory_equal(unfinished_exec_comm(exec).bytes, comm, strlen(comm));
}

static void test_each_is_taken_once(void **state)
{
	(void)state;
	add(10, "ten", 0);
	add(20, "twenty", 3);
	assert_taken(20, "twenty", 3);
	assert_null(unfinished_execs_take(&execs, 20));
	assert_taken(10, "ten", 0);
	assert_null(unfinished_execs_take(&execs, 10));
}

static void test_a_newer_one_replaces_it(void **state)
{
	(void)state;
	add(10, "a longer name", 1);
	add(10, "new", 2);
	assert_taken(10, "new", 2);
	assert_null(unfinished_execs_take(&execs, 10));
}

/* An empty name is one, too. */
static void test_empty_name(void **state)
{
	const struct unfinished_exec *exec;

	(void)state;
	add(10, "", 0);
	exec = unfinished_execs_take(&execs, 10);
	assert_non_null(exec);
	assert_non_null(unfinished_exec_comm(exec).bytes);
	assert_int_equal(unfinished_exec_comm(exec).length, 0);
}

static void test_long_name_is_cut(void **state)
{
	(void)state;
	add(10, "0123456789abcdefghi", 0);
	assert_taken(10, "0123456789abcdef", 0);
}

/* The memory of the one that was taken is used again. */
static void test_taking_and_adding_in_turn(void **state)
{
	(void)state;
	add(30, "stays", 9);
	for (int32_t tid = 100; tid < 104; tid++) {
		add(tid, "in turn", 1);
		assert_taken(tid, "in turn", 1);
	}
	assert_taken(30, "stays", 9);
}

enum { MANY = 10 * UNFINISHED_EXECS_NEW };

static void test_many_at_once(void **state)
{
	(void)state;
	for (int32_t tid = 0; tid < MANY; tid++)
		add(tid, "first", 1);
	for (int32_t tid = 0; tid < MANY; tid++)
		add(tid, tid % 2 ? "odd" : "even", (uint64_t)tid);
	for (int32_t tid = MANY - 1; tid >= 0; tid--)
		assert_taken(tid, tid % 2 ? "odd" : "even", (uint64_t)tid);
	for (int32_t tid = 0; tid < MANY; tid++)
		assert_null(unfinished_execs_take(&execs, tid));
}

/* Those that are there stay. */
static void test_no_memory(void **state)
{
	int code = 0;
	int32_t tid = 0;

	(void)state;
	has_memory = false;
	while (code == 0)
		code = unfinished_execs_add(&execs, tid++, (struct text){"x", 1}, 0);
	has_memory = true;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(tid, UNFINISHED_EXECS_NEW + 1);
	assert_null(unfinished_execs_take(&execs, tid - 1));
	while (tid-- > 1)
		assert_taken(tid - 1, "x", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_is_taken_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_newer_one_replaces_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_empty_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_name_is_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_taking_and_adding_in_turn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
