/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --exit takes, and what is in such a list.
 */
#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "filter/exit_list.h"
#include "support.h"

static struct exit_list parse(const char *text)
{
	struct exit_list list = {0};
	struct error err = {0};

	assert_int_equal(exit_list_parse(&list, text, &err), 0);
	assert_true(list.is_set);
	return list;
}

static bool has_code(const struct exit_list *list, int32_t code)
{
	return exit_list_has(list, &(struct exit_status){.known = true, .code = code});
}

/* Of a process that a signal ended `code` is not valid. */
static bool has_signal(const struct exit_list *list, int32_t signal)
{
	return exit_list_has(list, &(struct exit_status){.known = true, .signal = signal});
}

static void test_codes_and_signals(void **state)
{
	const struct exit_list list = parse("0,1,127,255,SIGSEGV,KILL,SIG63,SIG127");

	(void)state;
	for (int32_t code = 0; code < 256; code++)
		assert_int_equal(has_code(&list, code),
				 code == 0 || code == 1 || code == 127 || code == 255);
	for (int32_t signal = 1; signal < 128; signal++)
		assert_int_equal(has_signal(&list, signal),
				 signal == 11 || signal == 9 || signal == 63 || signal == 127);
}

/* 9 is a code, SIG9 a signal. */
static void test_one_is_not_the_other(void **state)
{
	const struct exit_list code = parse("9"), signal = parse("SIG9");

	(void)state;
	assert_true(has_code(&code, 9) && !has_signal(&code, 9));
	assert_true(has_signal(&signal, 9) && !has_code(&signal, 9));
	assert_false(has_code(&signal, 0));
}

static void test_what_is_not_known(void **state)
{
	const struct exit_list list = parse("0,1,TERM");

	(void)state;
	assert_false(exit_list_has(&list, &(struct exit_status){.known = false}));
	assert_false(exit_list_has(&list, &(struct exit_status){.known = false, .code = 1}));
	/* No kernel has such. */
	assert_false(has_code(&list, -1));
	assert_false(has_code(&list, 256));
	assert_false(has_signal(&list, -1));
	assert_false(has_signal(&list, 128));
}

static void test_wrong_lists(void **state)
{
	static const char *const wrong[] = {
		"",    ",",      "1,",   ",1",     "1,,2",
		"256", "-1",     "+1",   " 1",     "1 ",
		"SIG", "segv",   "SIG0", "SIG128", "SIGNOPE",
		"1-2", "SIG9,x", "0x1",  "1;2",    "SIGRTMIN+30000000000000000000000"};
	struct exit_list list = parse("3"), before = list;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(exit_list_parse(&list, wrong[i], &err), -EINVAL);
		assert_int_equal(strncmp(err.what, "--exit takes ", 13), 0);
		assert_memory_equal(&list, &before, sizeof(list));
	}
	/* The item that is wrong, not the whole list. */
	assert_int_equal(exit_list_parse(&list, "1,SIGNOPE,2", &err), -EINVAL);
	assert_non_null(strstr(err.what, "not 'SIGNOPE'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_and_signals),
		cmocka_unit_test(test_one_is_not_the_other),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_wrong_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
