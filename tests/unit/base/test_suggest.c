/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/suggest.h"
#include "support.h"

/* What is suggested for WANTED out of CANDIDATES, which NULL ends. */
static void assert_suggested(const char *expected, const char *wanted,
			     const char *const candidates[])
{
	struct suggestions suggestions = {.wanted = wanted};
	char text[128];

	for (size_t i = 0; candidates[i]; i++)
		suggest(&suggestions, candidates[i]);
	suggestions_text(&suggestions, text, sizeof(text));
	assert_string_equal(text, expected);
}

#define SUGGESTED(expected, wanted, ...) \
	assert_suggested(expected, wanted, (const char *const[]){__VA_ARGS__, NULL})

static void test_the_nearest_come_first(void **state)
{
	(void)state;
	SUGGESTED("abcdefgh", "abcdefgx", "abcdefgh");
	SUGGESTED("abcdefgh, abcdefxh or xxcdefgh", "abcdefgh", "xxcdefgh", "abcdefgh", "abcdefxh",
		  "xxxdefgh");
	SUGGESTED("aaaaaaaa, aaaaaaab, aaaaaaac or aaaaaaad", "aaaaaaaa", "aaaaaaab", "aaaaaaac",
		  "aaaaaaad", "aaaaaaae", "aaaaaaaa");
	/* Equally near ones stay in their order, and none comes twice. */
	SUGGESTED("aaab or aaac", "aaaa", "aaab", "aaac", "aaab");
}

static void test_what_is_near(void **state)
{
	(void)state;
	SUGGESTED("abcd", "abdc", "abcd");
	SUGGESTED("abcd", "abxd", "abcd");
	SUGGESTED("xabdx", "abd", "xxxx", "abcd", "xabdx");
	SUGGESTED("", "abd", "abcd");
	SUGGESTED("sched_switch", "switch", "sched_switch");
	SUGGESTED("abcdefgh-and-more", "abcdefxh", "abcdefgh-and-more");
	SUGGESTED("", "", "a");
	SUGGESTED("", "wxyz", "abcd");
	SUGGESTED("", "abcd", "");
}

static void test_long_names(void **state)
{
	char name[300], almost[130];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(almost, 'a', sizeof(almost) - 2);
	almost[128] = '\0';
	SUGGESTED("", name, almost);
	SUGGESTED("", almost, name);
	almost[5] = 'b';
	char *wanted = name + sizeof(name) - 1 - 128;
	struct suggestions suggestions = {.wanted = wanted};
	suggest(&suggestions, almost);
	assert_int_equal(suggestions.count, 1);

	/* What does not fit is left out whole. */
	char text[128];
	suggestions_text(&suggestions, text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_nearest_come_first),
		cmocka_unit_test(test_what_is_near),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
