/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages that name options as they were typed. Whole command lines: tests/live/test_usage.py.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/typed.h"
#include "support.h"
#include "support_memory.h"

static const struct poptOption table[] = {
	{"pid", 'p', POPT_ARG_STRING, NULL, 'p', NULL, NULL},
	{"tid", 't', POPT_ARG_STRING, NULL, 't', NULL, NULL},
	{"stream", '\0', POPT_ARG_NONE, NULL, 256, NULL, NULL},
	{NULL, '?', POPT_ARG_NONE, NULL, 'h', NULL, NULL},
	POPT_TABLEEND,
};

/* What is known after the command line WORDS, ended by NULL, and what popt gave for the last one.
 */
static struct typed type(const char *const *words, int *last)
{
	struct typed typed = {0};
	struct poptOption *split = typed_table(table);
	int argc = 0, value;

	assert_non_null(split);
	while (words[argc])
		argc++;
	poptContext context = poptGetContext(NULL, argc, (const char **)words, split, 0);
	while ((value = poptGetNextOpt(context)) >= 0)
		*last = typed_note(&typed, split, value);
	assert_int_equal(value, -1);
	poptFreeContext(context);
	free(split);
	return typed;
}

static void assert_named(const char *const *words, const char *what, const char *first,
			 const char *all)
{
	int last;
	const struct typed typed = type(words, &last);
	struct error err;

	error_set(&err, 0, "%s", what);
	error_remedy(&err, "-p 1");
	typed_name_last(&typed, &err);
	assert_string_equal(err.what, first);
	assert_string_equal(err.remedy, "-p 1");
	error_set(&err, 0, "%s", what);
	typed_name_all(&typed, &err);
	assert_string_equal(err.what, all);
	assert_string_equal(err.remedy, "");
}

#define WORDS(...) ((const char *const[]){"program", __VA_ARGS__, NULL})

static void test_names(void **state)
{
	(void)state;
	assert_named(WORDS("-p", "1"), "-p takes, not '-p'", "-p takes, not '-p'",
		     "-p takes, not '-p'");
	assert_named(WORDS("--pid", "1"), "-p takes, not -p", "--pid takes, not -p",
		     "--pid takes, not --pid");
	assert_named(WORDS("--pid=1"), "-p: no", "--pid: no", "--pid: no");
	assert_named(WORDS("--pid=1", "-t1"), "-p, -t and", "-t, -t and", "--pid, -t and");
	assert_named(WORDS("--pid=1", "-p1"), "-p and", "-p and", "-p and");
	assert_named(WORDS("--stream"), "-p and -pid - -", "--stream and -pid - -",
		     "-p and -pid - -");
	assert_named(WORDS("--pid=1"), "out of memory", "out of memory", "out of memory");
	assert_named(WORDS("-?"), "-h", "-?", "-h");
}

static void test_values_are_those_of_the_table(void **state)
{
	int last;

	(void)state;
	type(WORDS("--pid=1"), &last);
	assert_int_equal(last, 'p');
	type(WORDS("-p1"), &last);
	assert_int_equal(last, 'p');
	type(WORDS("--stream"), &last);
	assert_int_equal(last, 256);
}

/* The text that a message is about may fill it. */
static void test_long_messages(void **state)
{
	int last;
	const struct typed typed = type(WORDS("--pid=1"), &last);
	struct error err;
	char full[sizeof(err.what)];

	(void)state;
	memset(full, 'x', sizeof(full) - 1);
	full[sizeof(full) - 1] = '\0';
	memcpy(full, "-p ", 3);
	error_set(&err, 0, "%s", full);
	typed_name_last(&typed, &err);
	assert_int_equal(strncmp(err.what, "--pid xxx", 9), 0);
	for (size_t i = 0; i + 3 < sizeof(full); i += 3)
		memcpy(full + i, "-p ", 3);
	error_set(&err, 0, "%s", full);
	typed_name_all(&typed, &err);
	assert_int_equal(strncmp(err.what, "--pid --pid ", 12), 0);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
}

static void test_no_memory(void **state)
{
	(void)state;
	allocations_left = 1;
	assert_null(typed_table(table));
	allocations_left = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_values_are_those_of_the_table),
		cmocka_unit_test(test_long_messages),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
