/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings that were completed before their exec's turn came: given out once, to that exec alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exec/argv_kept.h"
#include "support_memory.h"
#include "support_stack.h"

#define BOTH (ARGV_WANT_ARGUMENTS | ARGV_WANT_ENVIRONMENT)

static const char argv_bytes[] = "prog\0a b";
static const char env_bytes[] = "HOME=/root\0LANG=C";
static const struct string_list argv_list = {{argv_bytes, sizeof(argv_bytes)}, 2};
static const struct string_list env_list = {{env_bytes, sizeof(env_bytes)}, 2};
static const struct env_selection everything = {.all = true};

static struct made_stack made;
static struct argv_provider *kept;

static int set_up(void **state)
{
	static const char *const argv[] = {"prog", "a b", NULL};
	static const char *const envp[] = {"HOME=/root", "LANG=C", NULL};

	(void)state;
	stack_make(&made, &(struct stack_plan){.word_size = 8, .argv = argv, .envp = envp});
	/* The dump ends before the strings do. */
	made.stack.size = made.argv_at;
	kept = argv_kept_new(&everything);
	return kept ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	argv_provider_free(kept);
	stack_done(&made);
	return 0;
}

struct got {
	struct arguments arguments;
	struct environment environment;
};

static struct got ask(int32_t pid, unsigned int wants)
{
	struct got got = {.arguments = {.argc = -1}};

	assert_int_equal(argv_provider_complete(kept, pid, &made.stack, wants, &got.arguments,
						&got.environment),
			 0);
	return got;
}

static void keep(int32_t pid, const struct string_list *arguments,
		 const struct string_list *environment)
{
	assert_int_equal(argv_kept_add(kept, pid, made.stack.pointer, arguments,
				       arguments ? ARGV_PROBE : ARGV_NONE, environment),
			 0);
}

static void assert_arguments(const struct got *got)
{
	assert_true(got->arguments.complete);
	assert_int_equal(got->arguments.argc, 2);
	assert_int_equal(got->arguments.source, ARGV_PROBE);
	assert_int_equal(got->arguments.known.count, 2);
	assert_int_equal(got->arguments.known.bytes.length, sizeof(argv_bytes));
	assert_memory_equal(got->arguments.known.bytes.bytes, argv_bytes, sizeof(argv_bytes));
}

static void assert_nothing(const struct got *got)
{
	assert_false(got->arguments.complete);
	assert_int_equal(got->arguments.argc, -1);
	assert_false(got->environment.known);
}

static void test_it_is_given_once(void **state)
{
	(void)state;
	struct got got = ask(5, BOTH);
	assert_nothing(&got);
	keep(5, &argv_list, &env_list);
	got = ask(5, BOTH);
	assert_arguments(&got);
	assert_true(got.environment.known);
	assert_int_equal(got.environment.entries.count, 2);
	assert_memory_equal(got.environment.entries.bytes.bytes, env_bytes, sizeof(env_bytes));
	got = ask(5, BOTH);
	assert_nothing(&got);
}

static void test_only_what_is_wanted_and_there(void **state)
{
	(void)state;
	keep(5, &argv_list, &env_list);
	struct got got = ask(5, ARGV_WANT_ARGUMENTS);
	assert_arguments(&got);
	assert_false(got.environment.known);
	keep(5, &argv_list, &env_list);
	got = ask(5, ARGV_WANT_ENVIRONMENT);
	assert_int_equal(got.arguments.argc, -1);
	assert_true(got.environment.known);
	keep(5, NULL, &env_list);
	got = ask(5, BOTH);
	assert_int_equal(got.arguments.argc, -1);
	assert_true(got.environment.known);
	keep(5, &argv_list, NULL);
	got = ask(5, BOTH);
	assert_arguments(&got);
	assert_false(got.environment.known);
	keep(5, NULL, NULL);
	got = ask(5, BOTH);
	assert_nothing(&got);
}

static void test_nobody_asked_for_environments(void **state)
{
	(void)state;
	argv_provider_free(kept);
	kept = argv_kept_new(NULL);
	keep(5, &argv_list, &env_list);
	struct got got = ask(5, BOTH);
	assert_arguments(&got);
	assert_false(got.environment.known);
}

static void test_another_exec_gets_nothing(void **state)
{
	(void)state;
	keep(5, &argv_list, &env_list);
	struct got got = ask(6, BOTH);
	assert_nothing(&got);
	made.stack.pointer += 16;
	got = ask(5, BOTH);
	assert_nothing(&got);
	made.stack.pointer -= 16;
	got = ask(5, BOTH);
	assert_arguments(&got);
}

/* Without randomisation every stack pointer may be the same. */
static void test_what_the_stack_contradicts_is_not_given(void **state)
{
	static const char longer[] = "prog\0a bc";
	const struct string_list others[] = {
		{{longer, sizeof(longer)}, 2},
		{{argv_bytes, 5}, 1},
		{{argv_bytes, sizeof(argv_bytes) - 1}, 2},
		{{NULL, 0}, 0},
		{{NULL, 0}, 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		keep(5, &others[i], &env_list);
		struct got got = ask(5, BOTH);
		assert_nothing(&got);
	}
}

static void test_the_last_one_counts(void **state)
{
	static const char old[] = "prog\0x y";
	const struct string_list old_list = {{old, sizeof(old)}, 2};

	(void)state;
	keep(5, &old_list, NULL);
	keep(5, &argv_list, NULL);
	struct got got = ask(5, BOTH);
	assert_arguments(&got);
}

static void test_the_oldest_are_forgotten(void **state)
{
	const size_t size = ARGV_KEPT_MAX / 4;
	char *big = calloc(1, size);
	const struct string_list big_list = {{big, size}, 1};

	(void)state;
	assert_non_null(big);
	keep(1, NULL, &env_list);
	keep(2, NULL, &big_list);
	keep(3, NULL, &big_list);
	keep(4, NULL, &big_list);
	keep(1, NULL, &env_list);
	keep(5, NULL, &big_list);
	assert_false(ask(2, BOTH).environment.known);
	assert_true(ask(3, BOTH).environment.known);
	assert_true(ask(1, BOTH).environment.known);
	assert_true(ask(5, BOTH).environment.known);
	free(big);
}

/* One that is larger than all may be is kept nevertheless, alone. */
static void test_one_that_is_too_large(void **state)
{
	char *huge = calloc(1, ARGV_KEPT_MAX);
	const struct string_list huge_list = {{huge, ARGV_KEPT_MAX}, 1};

	(void)state;
	assert_non_null(huge);
	keep(1, NULL, &env_list);
	keep(2, NULL, &huge_list);
	assert_false(ask(1, BOTH).environment.known);
	assert_true(ask(2, BOTH).environment.known);
	keep(3, NULL, &env_list);
	assert_true(ask(3, BOTH).environment.known);
	free(huge);
}

/* They come one after the other, and the source is the arguments'. */
static void test_arguments_first_then_environment(void **state)
{
	(void)state;
	keep(5, &argv_list, NULL);
	keep(5, NULL, &env_list);
	const struct got got = ask(5, BOTH);
	assert_arguments(&got);
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM;

	(void)state;
	for (int count = 1; code == -ENOMEM; count++) {
		allocations_left = count;
		code = argv_kept_add(kept, 5, made.stack.pointer, &argv_list, ARGV_PROBE,
				     &env_list);
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
	}
	struct got got = ask(5, BOTH);
	assert_arguments(&got);
	allocations_left = 1;
	struct argv_provider *none = argv_kept_new(NULL);
	allocations_left = -1;
	assert_null(none);
}

#define kept_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kept_test(test_it_is_given_once),
		kept_test(test_only_what_is_wanted_and_there),
		kept_test(test_nobody_asked_for_environments),
		kept_test(test_another_exec_gets_nothing),
		kept_test(test_what_the_stack_contradicts_is_not_given),
		kept_test(test_the_last_one_counts),
		kept_test(test_the_oldest_are_forgotten),
		kept_test(test_one_that_is_too_large),
		kept_test(test_arguments_first_then_environment),
		kept_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
