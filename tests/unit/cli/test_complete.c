/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in a command line the last word is, and how candidates are chosen. What the host has is
 * looked at in tests/live/test_completion.py, through the shells too.
 */
#include "cli/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/candidates.h"
#include "support.h"

#define WORDS_MAX 16

/* What is printed for the words of LINE, which ' ' separates: "a  b" has an empty one. */
static char *completed(const char *line)
{
	char *copy = strdup(line), *rest = copy, *text = NULL;
	const char *words[WORDS_MAX] = {NULL};
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(copy);
	assert_non_null(out);
	for (size_t i = 0; rest; i++) {
		assert_true(i + 1 < WORDS_MAX);
		words[i] = strsep(&rest, " ");
	}
	complete_words(words, out);
	assert_int_equal(fclose(out), 0);
	free(copy);
	return text;
}

static void assert_completed(const char *line, const char *expected)
{
	char *text = completed(line);

	assert_string_equal(text, expected);
	free(text);
}

static void test_where_arguments_are(void **state)
{
	(void)state;
	assert_completed("-F j", "json\t\n");
	assert_completed("-xSF j", "json\t\n");
	assert_completed("-Fjson t", ":command 1\n");
	assert_completed("--format j", "json\t\n");
	assert_completed("--format=json t", ":command 1\n");
	assert_completed("--format=j", "--format=json\t\n");
	assert_completed("-F json -e fo", "fork\t\n");
	assert_completed("-n5 -F j", "json\t\n");
	/* The argument of an option may look like an option or a mode. */
	assert_completed("-o -F j", ":command 2\n");
	assert_completed("-o record -F j", "json\t\n");
}

static void test_where_command_begins(void **state)
{
	(void)state;
	assert_completed("-- ", ":command 1\n");
	assert_completed("-x -- make -F j", ":command 2\n");
	assert_completed("-x make -- -F j", ":command 1\n");
	assert_completed("record -o x m", ":command 3\n");
	assert_completed("record record ", ":command 1\n");
	assert_completed("replay -- m", ":files\n");
}

static void test_modes(void **state)
{
	(void)state;
	assert_completed("he", "help\t\n:command 0\n");
	assert_completed("help fo", "formats\t\n");
	assert_completed("help formats ", "");
	assert_completed("check ", "");
	assert_completed("replay ", ":files\n");
	assert_completed("replay - ", "");
	assert_completed("diff ", ":files\n");
	assert_completed("diff - ", ":files\n");
	assert_completed("diff a b ", "");
	assert_completed("diff -F j", "json\t\n");
	assert_completed("diff --dir-b=", ":directories\n");
	assert_completed("formats di", "diff\tthe layouts of two kernels\n");
	assert_completed("formats no-such ", "");
}

static void test_options(void **state)
{
	(void)state;
	assert_completed("--ra", "--raw\tbelow each line the record itself: every field, and the "
				 "bytes\n");
	/* It is hidden, or of another mode. */
	assert_completed("--call", "");
	assert_completed("check --ra", "");
	/* Neither is there an option nor does it take an argument. */
	assert_completed("--no-such=j", "");
	assert_completed("--raw=j", "");
	assert_completed("--no-such -Z -F j", "json\t\n");
	assert_completed("-Fj", "");
	assert_completed("help -", "--help\tshow this help\n");
	assert_completed("--complete -", "");
}

static void test_lists(void **state)
{
	(void)state;
	assert_completed("-e e", "exec\t\nexit\t\nexec_failed\t\n");
	assert_completed("-e exec,e", "exec,exit\t\nexec,exec_failed\t\n");
	assert_completed("-e exec,fork,", "exec,fork,exit\t\nexec,fork,exec_failed\t\n");
	assert_completed("-e exe,e", "exe,exec\t\nexe,exit\t\nexe,exec_failed\t\n");
	assert_completed("-e exec,fork,exit,exec_failed,", "");
	assert_completed("-e exec,fork,exit,", "exec,fork,exit,exec_failed\t\n");
	assert_completed("--events=exec,e", "--events=exec,exit\t\n--events=exec,exec_failed\t\n");
	/* There is no list of formats. */
	assert_completed("-F json,t", "");
}

static void test_no_words(void **state)
{
	const char *none[] = {NULL};

	(void)state;
	complete_words(none, NULL);
}

/* Names come from anywhere; a candidate is one line. */
static void test_odd_names(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct partial_word typed = {.out = out, .word = ""};

	(void)state;
	assert_non_null(out);
	offer(&typed, "", "");
	offer(&typed, "a\nb", "");
	offer(&typed, "a\x1b[31m", "");
	offer(&typed, "a\x7f", "");
	offer(&typed, "a b\\c", "kept");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "a b\\c\tkept\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_arguments_are),
		cmocka_unit_test(test_where_command_begins),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_odd_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
