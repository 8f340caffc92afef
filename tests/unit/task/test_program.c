/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs are copies, and are shared.
 */
#include <string.h>

#include "support.h"
#include "task/program.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool has_memory = true;

void *__wrap_malloc(size_t size)
{
	return has_memory ? __real_malloc(size) : NULL;
}

static void test_a_program_is_a_copy(void **state)
{
	char filename[] = "/bin/prog", argv[] = "prog\0a b";
	const struct exec_image image = {
		.arguments = {.argc = 3,
			      .known = {{argv, sizeof(argv)}, 2},
			      .complete = false,
			      .source = ARGV_STACK},
		.credentials = {.known = true, .uid = 1, .euid = 2},
	};
	struct program *program = program_new((struct text){filename, 9}, &image.arguments);

	(void)state;
	assert_non_null(program);
	memset(filename, '#', sizeof(filename));
	memset(argv, '#', sizeof(argv));
	assert_text(program->filename, "/bin/prog");
	assert_int_equal(program->arguments.argc, 3);
	assert_int_equal(program->arguments.known.count, 2);
	assert_int_equal(program->arguments.known.bytes.length, sizeof(argv));
	assert_memory_equal(program->arguments.known.bytes.bytes, "prog\0a b", sizeof(argv));
	assert_false(program->arguments.complete);
	program_release(program);
}

static void test_nothing_but_a_name(void **state)
{
	struct program *program = program_new((struct text){"/x", 2}, NULL);

	(void)state;
	assert_text(program->filename, "/x");
	assert_int_equal(program->arguments.argc, -1);
	assert_int_equal(program->arguments.known.count, 0);
	assert_int_equal(program->arguments.source, ARGV_NONE);
	program_release(program);
	program = program_new((struct text){NULL, 0}, NULL);
	assert_int_equal(program->filename.length, 0);
	program_release(program);
}

static void test_what_was_executed_when(void **state)
{
	struct program *program = program_new((struct text){"/x", 2}, NULL);

	(void)state;
	assert_ptr_equal(program_at(program, 0), program);
	program->since_ns = 100;
	assert_null(program_at(program, 99));
	assert_ptr_equal(program_at(program, 100), program);
	assert_null(program_at(NULL, 100));
	program_release(program);
}

static void test_references(void **state)
{
	struct program *program = program_new((struct text){"/x", 2}, NULL);

	(void)state;
	assert_ptr_equal(program_hold(program), program);
	program_release(program);
	assert_text(program->filename, "/x");
	program_release(program);
	assert_null(program_hold(NULL));
	program_release(NULL);
}

static void test_no_memory(void **state)
{
	(void)state;
	has_memory = false;
	struct program *program = program_new((struct text){"/x", 2}, NULL);
	has_memory = true;
	assert_null(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_program_is_a_copy),
		cmocka_unit_test(test_nothing_but_a_name),
		cmocka_unit_test(test_what_was_executed_when),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
