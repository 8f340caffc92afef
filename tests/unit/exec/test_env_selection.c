/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --env: parsing it, and picking variables.
 */
#include <errno.h>
#include <string.h>

#include "exec/env_selection.h"
#include "support.h"

/* What "LD=1", "LD=2", "L=", "=x", "LD", "PATH=a=b" become, each followed by a '|' for its NUL. */
static void assert_selects(const char *text, const char *expected, uint32_t count)
{
	static const char bytes[] = "LD=1\0LD=2\0L=\0=x\0LD\0PATH=a=b";
	const struct string_list strings = {.bytes = {bytes, sizeof(bytes)}, .count = 6};
	struct env_selection selection;
	struct environment environment;
	struct buffer buffer = {0};

	assert_int_equal(env_selection_parse(text, &selection), 0);
	/* Twice: what the buffer held is replaced. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(env_selection_take(&selection, &strings, &buffer, &environment),
				 0);
	assert_true(environment.known);
	assert_int_equal(environment.entries.count, count);
	for (size_t i = 0; i < buffer.size; i++)
		if (buffer.bytes[i] == '\0')
			buffer.bytes[i] = '|';
	assert_text(environment.entries.bytes, expected);
	buffer_done(&buffer);
	env_selection_done(&selection);
}

static void test_selecting(void **state)
{
	(void)state;
	assert_selects("all", "LD=1|LD=2|L=|=x|PATH=a=b|", 5);
	assert_selects("LD", "LD=1|LD=2|", 2);
	assert_selects("L", "L=|", 1);
	assert_selects("PATH,L", "L=|PATH=a=b|", 2);
	assert_selects("PATH,PATH", "PATH=a=b|", 1);
	assert_selects("P,PAT,PATHS,path", "", 0);
	assert_selects("all,L", "L=|", 1);
}

static void test_an_empty_environment_is_known(void **state)
{
	const struct env_selection all = {.all = true};
	const struct string_list none = {0};
	struct environment environment;
	struct buffer buffer = {0};

	(void)state;
	assert_int_equal(env_selection_take(&all, &none, &buffer, &environment), 0);
	assert_true(environment.known);
	assert_int_equal(environment.entries.count, 0);
	buffer_done(&buffer);
}

static void test_what_is_no_selection(void **state)
{
	static const char *const texts[] = {"",  ",",  "A,",  ",A", "A,,B",
					    "=", "A=", "A=1", "=A", "A,B=1"};
	struct env_selection selection, untouched;

	(void)state;
	memset(&selection, 0x5a, sizeof(selection));
	untouched = selection;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(env_selection_parse(texts[i], &selection), -EINVAL);
		assert_memory_equal(&selection, &untouched, sizeof(selection));
	}
}

static void test_a_large_environment(void **state)
{
	static char bytes[100 * 1000];
	const struct env_selection all = {.all = true};
	const struct string_list strings = {.bytes = {bytes, sizeof(bytes)}, .count = 100};
	struct environment environment;
	struct buffer buffer = {0};

	(void)state;
	memset(bytes, '=', sizeof(bytes));
	for (size_t i = 999; i < sizeof(bytes); i += 1000)
		bytes[i] = '\0';
	assert_int_equal(env_selection_take(&all, &strings, &buffer, &environment), 0);
	assert_int_equal(environment.entries.count, 100);
	assert_int_equal(environment.entries.bytes.length, sizeof(bytes));
	assert_memory_equal(environment.entries.bytes.bytes, bytes, sizeof(bytes));
	buffer_done(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selecting),
		cmocka_unit_test(test_an_empty_environment_is_known),
		cmocka_unit_test(test_what_is_no_selection),
		cmocka_unit_test(test_a_large_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
