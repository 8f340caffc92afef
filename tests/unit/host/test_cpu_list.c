/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU lists: those that sysfs writes, and everything that is none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cpu_list.h"
#include "support.h"

static void assert_list(const char *text, const int *expected, size_t count)
{
	struct cpu_list list;

	assert_int_equal(cpu_list_parse(text, &list), 0);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(list.cpus[i], expected[i]);
	cpu_list_done(&list);
}

static void assert_refused(const char *text)
{
	struct cpu_list list = {.cpus = NULL, .count = 99};

	if (cpu_list_parse(text, &list) != -EINVAL)
		fail_msg("'%s' was taken for a CPU list", text);
	assert_null(list.cpus);
	assert_int_equal(list.count, 99);
}

static void test_lists_of_sysfs(void **state)
{
	(void)state;
	assert_list("0\n", (const int[]){0}, 1);
	assert_list("0-1\n", (const int[]){0, 1}, 2);
	assert_list("0-2,5,8-9\n", (const int[]){0, 1, 2, 5, 8, 9}, 6);
	assert_list("3,7", (const int[]){3, 7}, 2);
	assert_list("65535\n", (const int[]){65535}, 1);
	assert_list("4-4\n", (const int[]){4}, 1);
}

static void test_a_list_without_cpus(void **state)
{
	struct cpu_list list;

	(void)state;
	assert_list("\n", NULL, 0);
	assert_list("", NULL, 0);
	assert_int_equal(cpu_list_parse("\n", &list), 0);
	assert_false(cpu_list_has(&list, 0));
	cpu_list_done(&list);
}

static void test_the_longest_list(void **state)
{
	struct cpu_list list;

	(void)state;
	assert_int_equal(cpu_list_parse("0-65535\n", &list), 0);
	assert_int_equal(list.count, CPU_LIST_MAX);
	assert_int_equal(list.cpus[CPU_LIST_MAX - 1], CPU_LIST_MAX - 1);
	cpu_list_done(&list);
}

static void test_what_is_no_list(void **state)
{
	static const char *const texts[] = {
		"x",   "-",     ",",      "0,",      ",0",      "0-",
		"-1",  "0--1",  "1-0",    "0 ",      " 0",      "0\n\n",
		"0,0", "0-3,3", "5,3",    "0-3,2-5", "0x1",     "0;1",
		"+1",  "1-2-3", "0-31:1", "65536",   "0-65536", "99999999999999999999",
		"0\t", "\n\n",  "0,\n",   "a-b",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_refused(texts[i]);
}

static void test_every_prefix_is_a_list_or_refused(void **state)
{
	const char *whole = "0-2,5,7-8,9000\n";
	struct cpu_list list;
	char prefix[32];

	(void)state;
	for (size_t length = 0; length <= strlen(whole); length++) {
		snprintf(prefix, sizeof(prefix), "%.*s", (int)length, whole);
		int code = cpu_list_parse(prefix, &list);
		bool open_ended = length > 0 && strchr("-,", prefix[length - 1]);

		assert_int_equal(code, open_ended ? -EINVAL : 0);
		if (code == 0)
			cpu_list_done(&list);
	}
}

static void test_has(void **state)
{
	struct cpu_list list;

	(void)state;
	assert_int_equal(cpu_list_parse("0-2,5\n", &list), 0);
	assert_true(cpu_list_has(&list, 0));
	assert_true(cpu_list_has(&list, 2));
	assert_true(cpu_list_has(&list, 5));
	assert_false(cpu_list_has(&list, 3));
	assert_false(cpu_list_has(&list, 6));
	assert_false(cpu_list_has(&list, -1));
	cpu_list_done(&list);
	assert_false(cpu_list_has(&list, 0));
	cpu_list_done(&list);
}

/* A file that holds LENGTH bytes at TEXT; the caller unlinks PATH. */
static void write_file(char *path, const char *text, size_t length)
{
	strcpy(path, "/tmp/cpu_list.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

static int read_bytes(const char *text, size_t length, struct cpu_list *list)
{
	char path[32];

	write_file(path, text, length);
	int code = cpu_list_read(path, list);
	unlink(path);
	return code;
}

static void test_files(void **state)
{
	struct cpu_list list;

	(void)state;
	assert_int_equal(read_bytes("0,2\n", 4, &list), 0);
	assert_int_equal(list.count, 2);
	cpu_list_done(&list);
	assert_int_equal(
		cpu_list_read("fixtures/hosts/container/sys/devices/system/cpu/online", &list), 0);
	assert_int_equal(list.count, 2);
	cpu_list_done(&list);
}

static void test_files_that_hold_no_list(void **state)
{
	struct cpu_list list;
	size_t size = 100000;
	char *zeros = malloc(size);

	(void)state;
	assert_non_null(zeros);
	memset(zeros, '0', size);
	assert_int_equal(read_bytes(zeros, size, &list), -EINVAL);
	assert_int_equal(read_bytes("0\0,1", 4, &list), -EINVAL);
	assert_int_equal(cpu_list_read("/nowhere/online", &list), -ENOENT);
	assert_int_equal(cpu_list_read("/", &list), -EISDIR);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_of_sysfs),
		cmocka_unit_test(test_a_list_without_cpus),
		cmocka_unit_test(test_the_longest_list),
		cmocka_unit_test(test_what_is_no_list),
		cmocka_unit_test(test_every_prefix_is_a_list_or_refused),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_files_that_hold_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
