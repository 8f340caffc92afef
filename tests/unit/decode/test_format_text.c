/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard before libtraceevent: good format files pass whole, anything else gets a clear no.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/format_text.h"
#include "support.h"

static struct kernels kernels;

static int load(void **state)
{
	(void)state;
	kernels_load(&kernels, false);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	kernels_free(&kernels);
	return 0;
}

#define COMMON                                                                         \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define HEAD "name: some_event\nID: 77\nformat:\n" COMMON
#define PID "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
#define PRINT "\nprint fmt: \"pid=%d\", REC->pid\n"

/* Cleans TEXT, which ends at a guard page; the caller frees the result. NULL where it is refused.
 */
static char *clean_bytes(const char *text, size_t length, size_t *clean_length)
{
	struct error err = {.what = ""};
	struct guarded guarded;
	char *clean = NULL;

	guarded_new(&guarded, length + 1);
	int code = format_text_clean(guarded_put(&guarded, text, length, 1), length, &clean,
				     clean_length, &err);
	guarded_free(&guarded);
	if (code == 0) {
		assert_non_null(clean);
		assert_int_equal(strlen(clean), *clean_length);
		return clean;
	}
	assert_int_equal(code, -EBADMSG);
	assert_null(clean);
	assert_string_not_equal(err.what, "");
	assert_null(strchr(err.what, '\n'));
	return NULL;
}

static bool is_accepted(const char *text)
{
	size_t length;
	char *clean = clean_bytes(text, strlen(text), &length);
	bool accepted = clean != NULL;

	free(clean);
	return accepted;
}

static void assert_accepted(const char *text)
{
	if (!is_accepted(text))
		fail_msg("refused: %s", text);
}

static void assert_refused(const char *text)
{
	if (is_accepted(text))
		fail_msg("accepted: %s", text);
}

/* CLEAN still has all lines of TEXT up to its print fmt, but for blanks. */
static void assert_same_lines(const char *text, const char *clean)
{
	const char *end = strstr(text, "\nprint fmt:");

	assert_non_null(end);
	while (text < end) {
		while (*text != '\0' && strchr(" \t", *text))
			text++;
		while (*clean != '\0' && strchr(" \t", *clean))
			clean++;
		if (text >= end)
			break;
		assert_int_equal(*text, *clean);
		text++;
		clean++;
	}
}

static void test_all_kernels_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		for (size_t j = 0; j < KERNEL_EVENTS; j++) {
			const struct kernel *kernel = &kernels.items[i];
			size_t length;
			char *clean = clean_bytes(kernel->text[j], kernel->length[j], &length);

			if (!clean)
				fail_msg("%s: refused", kernel->name);
			assert_same_lines(kernel->text[j], clean);
			assert_null(strstr(clean, "REC->"));
			assert_null(strstr(clean, "__get_str"));
			free(clean);
		}
	}
}

static void test_print_fmt_goes(void **state)
{
	static const char *const nasty[] = {
		"\nprint fmt: \"%d\", 1 / 0\n",
		"\nprint fmt: \"%s\", __print_flags(REC->nothing, \"|\", {",
		"\nprint fmt: \"",
		"\nprint fmt:",
		"\nprint fmt: \"a\nb\", REC->pid\n",
		"\nprint fmt: \"%*.*s\", REC->pid, ((((((",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nasty); i++) {
		char text[4096];
		size_t length;

		snprintf(text, sizeof(text), "%s%s", HEAD PID, nasty[i]);
		char *clean = clean_bytes(text, strlen(text), &length);

		if (!clean)
			continue;
		assert_null(strstr(clean, "REC->"));
		assert_null(strstr(clean, "/ 0"));
		assert_null(strchr(clean, '{'));
		free(clean);
	}
}

static void test_the_parts_must_be_there(void **state)
{
	(void)state;
	assert_accepted(HEAD PID PRINT);
	assert_refused("");
	assert_refused("\n");
	assert_refused("name: some_event\n");
	assert_refused("name: some_event\nID: 77\n");
	assert_refused("name: some_event\nformat:\n" COMMON PID PRINT);
	assert_refused("ID: 77\nformat:\n" COMMON PID PRINT);
	assert_refused(COMMON PID PRINT);
	assert_refused("name: \nID: 77\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: \nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: x\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: -1\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: 65536\nformat:\n" COMMON PID PRINT);
	/* libtraceevent takes it for octal. */
	assert_refused("name: some_event\nID: 077\nformat:\n" COMMON PID PRINT);
	assert_accepted("name: some_event\nID: 0\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: 4294967373\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: 18446744073709551693\nformat:\n" COMMON PID PRINT);
}

static void check_field(bool accepted, const char *field)
{
	char text[8192];

	snprintf(text, sizeof(text), "%s%s\n%s", HEAD, field, PRINT);
	if (is_accepted(text) != accepted)
		fail_msg("%s: %s", accepted ? "refused" : "accepted", field);
}

static void test_good_fields_pass(void **state)
{
	static const char *const good[] = {
		"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;",
		"\tfield:char comm[32];\toffset:8;\tsize:16;\tsigned:1;",
		"\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;",
		"\tfield:__rel_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;",
		"\tfield:__data_loc cpumask_t cpumask;\toffset:8;\tsize:4;\tsigned:0;",
		"\tfield:__rel_loc cpumask_t cpumask;\toffset:8;\tsize:4;\tsigned:0;",
		"\tfield:unsigned long clone_flags;\toffset:32;\tsize:8;\tsigned:0;",
		"\tfield:const char * filename;\toffset:16;\tsize:8;\tsigned:0;",
		"\tfield:bool group_dead;\toffset:32;\tsize:1;\tsigned:0;",
		"\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;",
		"\tfield:unsigned long args[6];\toffset:16;\tsize:48;",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_field(true, good[i]);
}

static void test_bad_fields_are_refused(void **state)
{
	static const char *const bad[] = {
		"\tfield:char comm[",
		"\tfield:char comm[16",
		"\tfield:char comm[16;\toffset:8;\tsize:16;\tsigned:0;",
		"\tfield:char comm]16[;\toffset:8;\tsize:16;\tsigned:0;",
		"\tfield:;\toffset:8;\tsize:16;\tsigned:0;",
		"\tfield:pid;\toffset:8;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:-8;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:-4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:4",
		"\tfield:pid_t pid;\toffset:8;",
		"\tfield:pid_t pid;",
		"\tfield:pid_t pid",
		"\tfield:",
		"\tfield",
		"\tfield:pid_t pid;\toffset:4294967304;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:2147483648;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:65536;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:4294967300;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:2147483647;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:010;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:2;",
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1; ",
		"\tfield:pid_t pid;\toffset:0x8;\tsize:4;\tsigned:1;",
		"\tfield:pid_t pid;\tsize:4;\toffset:8;\tsigned:1;",
		"junk",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_field(false, bad[i]);
}

static void assert_clean(const char *text, const char *expected)
{
	size_t length;
	char *clean = clean_bytes(text, strlen(text), &length);

	assert_non_null(clean);
	assert_string_equal(clean, expected);
	free(clean);
}

/* The first one ends the common fields; behind the last field they mean nothing. */
static void test_empty_lines(void **state)
{
	static const char whole[] = HEAD PID "\nprint fmt: \"\"\n";
	static const char common[] = HEAD "\nprint fmt: \"\"\n";

	(void)state;
	assert_clean(HEAD PID PRINT, whole);
	assert_clean(HEAD PID "\n\n\n" PRINT, whole);
	assert_clean(HEAD PID, whole);
	assert_clean(HEAD "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;", whole);
	assert_clean(HEAD PRINT, common);
	assert_clean(HEAD "\n" PRINT, common);
	assert_refused(HEAD "\n" PID PRINT);
	assert_refused(HEAD PID "\n" PID PRINT);
	assert_refused("name: some_event\n\nID: 77\nformat:\n" COMMON PID PRINT);
	assert_refused("name: some_event\nID: 77\nformat:\n\n" COMMON PID PRINT);
	assert_refused("\n" HEAD PID PRINT);
}

static void test_the_wrong_line_is_named(void **state)
{
	static const char text[] = HEAD "\tfield:broken\n" PID PRINT;
	struct error err;
	char *clean;
	size_t length;

	(void)state;
	assert_int_equal(format_text_clean(text, strlen(text), &clean, &length, &err), -EBADMSG);
	/* name, ID, format:, four common fields and an empty line come before it. */
	assert_non_null(strstr(err.what, "9"));
}

static void test_too_large_is_refused(void **state)
{
	size_t room = FORMAT_TEXT_MAX + sizeof(HEAD PID PRINT), clean_length;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', room);
	memcpy(text, HEAD PID, strlen(HEAD PID));
	assert_null(clean_bytes(text, FORMAT_TEXT_MAX + 1, &clean_length));
	free(text);
}

static void test_cut_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < kernels.count; i += 6) {
		const struct kernel *kernel = &kernels.items[i];

		for (size_t length = 0; length < kernel->length[0]; length++) {
			size_t clean_length;

			free(clean_bytes(kernel->text[0], length, &clean_length));
		}
	}
}

/* Printable, and accepted as it is: what libtraceevent sees has the shape that was checked. */
static void assert_stays_clean(const char *clean)
{
	size_t length;

	for (const char *c = clean; *c != '\0'; c++)
		assert_true((*c >= ' ' && *c <= '~') || *c == '\t' || *c == '\n');
	char *again = clean_bytes(clean, strlen(clean), &length);
	assert_non_null(again);
	free(again);
}

static void test_every_byte_at_every_place(void **state)
{
	char text[] = HEAD PID "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"
			       "\tfield:__data_loc char[] name;\toffset:28;\tsize:4;\tsigned:0;\n";
	size_t length = strlen(text);

	(void)state;
	for (size_t at = 0; at < length; at++) {
		char original = text[at];

		for (int byte = 0; byte < 256; byte++) {
			size_t clean_length;

			text[at] = (char)byte;
			char *clean = clean_bytes(text, length, &clean_length);

			if (clean)
				assert_stays_clean(clean);
			free(clean);
		}
		text[at] = original;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kernels_pass),
		cmocka_unit_test(test_print_fmt_goes),
		cmocka_unit_test(test_the_parts_must_be_there),
		cmocka_unit_test(test_good_fields_pass),
		cmocka_unit_test(test_bad_fields_are_refused),
		cmocka_unit_test(test_empty_lines),
		cmocka_unit_test(test_the_wrong_line_is_named),
		cmocka_unit_test(test_too_large_is_refused),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_every_byte_at_every_place),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
