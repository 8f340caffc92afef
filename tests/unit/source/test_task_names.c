/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of live tasks: set, changed, forgotten; which thread stands for a process; no memory.
 */
#include <errno.h>

#include "base/compiler.h"
#include "source/names.h"
#include "support.h"
#include "support_memory.h"

#define TEXT(string) ((struct text){(string), sizeof(string) - 1})

static const struct text unknown;

static struct names *new_names(void)
{
	struct names *names = names_new();

	assert_non_null(names);
	return names;
}

static void set(struct names *names, int32_t tid, int32_t tgid, struct text comm)
{
	assert_int_equal(names_set(names, tid, tgid, comm), 0);
}

static void test_names_come_and_go(void **state)
{
	struct names *names = new_names();

	(void)state;
	assert_null(names_of(names, 5).bytes);
	set(names, 5, 5, TEXT("sh"));
	set(names, 6, 5, TEXT("worker"));
	assert_text(names_of(names, 5), "sh");
	assert_text(names_of(names, 6), "worker");
	set(names, 5, 5, TEXT("true"));
	assert_text(names_of(names, 5), "true");
	set(names, 5, 5, unknown);
	assert_null(names_of(names, 5).bytes);
	/* prctl(2) takes an empty one, too. */
	set(names, 5, 5, TEXT(""));
	assert_text(names_of(names, 5), "");
	set(names, 5, 5, TEXT("again"));
	names_forget(names, 5);
	names_forget(names, 5);
	assert_null(names_of(names, 5).bytes);
	assert_text(names_of(names, 6), "worker");
	names_free(names);
	names_free(NULL);
}

static void test_a_name_is_cut_and_copied(void **state)
{
	char long_name[] = "0123456789abcdefgh";
	struct names *names = new_names();

	(void)state;
	set(names, 5, 5, (struct text){long_name, sizeof(long_name) - 1});
	long_name[0] = 'X';
	assert_text(names_of(names, 5), "0123456789abcdef");
	names_free(names);
}

static void test_who_stands_for_a_process(void **state)
{
	struct names *names = new_names();

	(void)state;
	assert_int_equal(names_thread_of(names, 5), 5);
	set(names, 8, 8, TEXT("other"));
	set(names, 6, 5, unknown);
	assert_int_equal(names_thread_of(names, 5), 6);
	assert_false(names_has_others(names, 6, 5));
	set(names, 5, 5, TEXT("leader"));
	assert_true(names_has_others(names, 6, 5));
	assert_true(names_has_others(names, 5, 5));
	assert_false(names_has_others(names, 8, 8));
	assert_int_equal(names_thread_of(names, 5), 5);
	names_forget(names, 5);
	assert_int_equal(names_thread_of(names, 5), 6);
	/* A tid that is used again by a thread of another process. */
	set(names, 6, 8, unknown);
	assert_int_equal(names_thread_of(names, 5), 5);
	names_free(names);
}

static void test_many(void **state)
{
	struct names *names = new_names();

	(void)state;
	for (int32_t tid = 1; tid <= 2000; tid++)
		set(names, tid, tid, TEXT("many"));
	for (int32_t tid = 1; tid <= 2000; tid += 2)
		names_forget(names, tid);
	for (int32_t tid = 1; tid <= 2000; tid++)
		assert_int_equal(names_of(names, tid).bytes != NULL, tid % 2 == 0);
	names_free(names);
}

static void test_no_memory(void **state)
{
	(void)state;
	allocations_left = 1;
	struct names *none = names_new();
	allocations_left = -1;
	assert_null(none);

	/* The name itself, and what the table takes for its first one. */
	struct names *names = new_names();
	int failures = 0, code;
	do {
		allocations_left = ++failures;
		code = names_set(names, 5, 5, TEXT("sh"));
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		assert_int_equal(names_of(names, 5).bytes != NULL, code == 0);
	} while (code < 0);
	assert_true(failures > 2);
	assert_text(names_of(names, 5), "sh");

	/* One that is known takes none. */
	allocations_left = 1;
	code = names_set(names, 5, 5, TEXT("true"));
	allocations_left = -1;
	assert_int_equal(code, 0);
	assert_text(names_of(names, 5), "true");
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_come_and_go),
		cmocka_unit_test(test_a_name_is_cut_and_copied),
		cmocka_unit_test(test_who_stands_for_a_process),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
