/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/program_name.h"

#include <string.h>

#include "support.h"

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

/* ARGV0 NULL: no arguments are known. */
static void assert_name(const char *filename, const char *argv0, const char *wanted)
{
	struct arguments arguments = {.argc = -1};

	if (argv0)
		arguments.known = (struct string_list){{argv0, strlen(argv0) + 1}, 1};
	struct text name = program_name(text_of(filename), &arguments, text_of("comm"));
	assert_int_equal(name.length, strlen(wanted));
	assert_memory_equal(name.bytes, wanted, name.length);
}

static void test_a_file_has_its_name(void **state)
{
	(void)state;
	assert_name("/bin/busybox", "ls", "busybox");
	assert_name("./a.out", NULL, "a.out");
	assert_name("exe", "other", "exe");
	assert_name("/opt/exe", "other", "exe");
	assert_name("/srv/fd/7", "other", "7");
	assert_name("/dev/fd/5/ls", "other", "ls");
	assert_name("/proc/self/fd/5/ls", "other", "ls");
	assert_name("/dev/shm/9", "other", "9");
}

static void test_links_and_descriptors_have_none(void **state)
{
	static const char *const nameless[] = {
		"/proc/self/exe",   "/proc/thread-self/exe", "/proc/12/exe",
		"/proc/self/fd/12", "/proc/12/fd/3",         "/dev/fd/3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nameless); i++) {
		assert_true(program_is_nameless(text_of(nameless[i])));
		assert_name(nameless[i], "/usr/lib/chromium/chromium", "chromium");
		assert_name(nameless[i], "-bash", "bash");
		assert_name(nameless[i], NULL, "comm");
	}
}

static void test_what_is_no_name(void **state)
{
	static const char *const none[] = {
		"",     "/",       "dir/",           "-",         "nginx: master process",
		"\x1b", "a\nname", "/proc/self/exe", "/dev/fd/3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_name("/proc/self/exe", none[i], "comm");
	assert_name("", "word", "comm");
	assert_name("/dir/", "word", "comm");
	assert_false(program_is_nameless((struct text){0}));
}

static void test_short_paths(void **state)
{
	static const char path[] = "/proc/self/fd/12";

	(void)state;
	for (size_t length = 0; length < sizeof(path) - 2; length++) {
		bool is_nameless = program_is_nameless((struct text){path, length});
		assert_false(is_nameless);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_has_its_name),
		cmocka_unit_test(test_links_and_descriptors_have_none),
		cmocka_unit_test(test_what_is_no_name),
		cmocka_unit_test(test_short_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
