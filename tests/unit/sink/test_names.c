/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names against linux/sched.h.
 */
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

#include "sink/text/names.h"
#include "support.h"

#define FLAG(name)            \
	{                     \
		(name), #name \
	}

static void check_flags(uint64_t flags, const char *separator, const char *expected)
{
	char text[CLONE_FLAGS_ROOM + 1];

	*clone_flags_put(text, flags, separator) = '\0';
	assert_string_equal(text, expected);
}

static void test_clone_flags(void **state)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} flags[] = {
		FLAG(CLONE_VM),
		FLAG(CLONE_FS),
		FLAG(CLONE_FILES),
		FLAG(CLONE_SIGHAND),
		FLAG(CLONE_PTRACE),
		FLAG(CLONE_VFORK),
		FLAG(CLONE_PARENT),
		FLAG(CLONE_THREAD),
		FLAG(CLONE_NEWNS),
		FLAG(CLONE_SYSVSEM),
		FLAG(CLONE_SETTLS),
		FLAG(CLONE_PARENT_SETTID),
		FLAG(CLONE_CHILD_CLEARTID),
		FLAG(CLONE_DETACHED),
		FLAG(CLONE_UNTRACED),
		FLAG(CLONE_CHILD_SETTID),
		FLAG(CLONE_NEWCGROUP),
		FLAG(CLONE_NEWUTS),
		FLAG(CLONE_NEWIPC),
		FLAG(CLONE_NEWUSER),
		FLAG(CLONE_NEWPID),
		FLAG(CLONE_NEWNET),
		FLAG(CLONE_IO),
		/* Headers of some supported distributions lack these. */
		{0x1000, "CLONE_PIDFD"},
		{0x80, "CLONE_NEWTIME"},
		{UINT64_C(1) << 32, "CLONE_CLEAR_SIGHAND"},
		{UINT64_C(1) << 33, "CLONE_INTO_CGROUP"},
	};
	char text[CLONE_FLAGS_ROOM + 1];
	size_t named = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		check_flags(flags[i].flag, ",", flags[i].name);
	for (unsigned int bit = 0; bit < 64; bit++) {
		*clone_flags_put(text, UINT64_C(1) << bit, ",") = '\0';
		named += strncmp(text, "CLONE_", 6) == 0;
	}
	assert_int_equal(named, ARRAY_SIZE(flags));
}

static void test_several_clone_flags(void **state)
{
	(void)state;
	check_flags(0, ",", "");
	check_flags(UINT64_C(1) << 63 | CLONE_VFORK | CLONE_VM | 1, ",",
		    "CLONE_VM,CLONE_VFORK,0x8000000000000001");
	check_flags(CLONE_VM | CLONE_FS, ", ", "CLONE_VM, CLONE_FS");
	check_flags(1, ", ", "0x1");
}

static void test_words(void **state)
{
	(void)state;
	assert_null(fork_kind_name(FORK_KIND_UNKNOWN));
	assert_string_equal(fork_kind_name(FORK_KIND_PROCESS), "process");
	assert_string_equal(fork_kind_name(FORK_KIND_VFORK), "vfork");
	assert_string_equal(fork_kind_name(FORK_KIND_THREAD), "thread");
	assert_string_equal(argv_source_name(ARGV_NONE), "none");
	assert_string_equal(argv_source_name(ARGV_STACK), "stack");
	assert_string_equal(argv_source_name(ARGV_PROC), "proc");
	assert_string_equal(argv_source_name(ARGV_PROC_START), "proc_start");
}

/* The text of other flags is not taken for that of these. */
static void test_the_last_flags_are_kept(void **state)
{
	static const uint64_t flags[] = {0x100, 0x100, 0x300, 0x100, 0, 0x100, UINT64_C(1) << 40};
	struct clone_flags_text last = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		char expected[CLONE_FLAGS_ROOM + 1], text[CLONE_FLAGS_ROOM + 1];

		*clone_flags_put(expected, flags[i], ",") = '\0';
		*clone_flags_put_again(text, &last, flags[i], ",") = '\0';
		assert_string_equal(text, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_flags_are_kept),
		cmocka_unit_test(test_clone_flags),
		cmocka_unit_test(test_several_clone_flags),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
