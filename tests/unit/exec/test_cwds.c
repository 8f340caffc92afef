/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Directories of execs: out of fake trees of /proc, and kept until their exec comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/cwd_proc.h"
#include "exec/cwds.h"
#include "support.h"

#define PID 42
#define POINTER 0x7ffc1000
#define LINK "/usr/src/a b"

static char proc_path[32];
static int proc_fd;

/* ---- /proc ---- */

static void put(const char *name, const char *text)
{
	int fd = openat(proc_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* As proc(5) has it: 27 fields before start_stack. */
static void put_stat(uint64_t pointer)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "%d (prog) S 1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 12345 1000 50 "
		 "18446744073709551615 94000 95000 %ju 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 96000 "
		 "97000 98000 1 2 3 4 0\n",
		 PID, (uintmax_t)pointer);
	put("42/stat", text);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(proc_path, "/tmp/proc-XXXXXX");
	assert_non_null(mkdtemp(proc_path));
	proc_fd = open(proc_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(proc_fd, "42", 0700), 0);
	assert_int_equal(mkdirat(proc_fd, "sys", 0700), 0);
	assert_int_equal(mkdirat(proc_fd, "sys/kernel", 0700), 0);
	assert_int_equal(symlinkat(LINK, proc_fd, "42/cwd"), 0);
	put_stat(POINTER);
	put("42/personality", "00000000\n");
	put("sys/kernel/randomize_va_space", "2\n");
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	close(proc_fd);
	snprintf(command, sizeof(command), "rm -rf %s", proc_path);
	return system(command);
}

static void check(const char *expected)
{
	char path[PATH_MAX];
	struct text cwd = cwd_proc_read(proc_fd, PID, POINTER, path);

	if (!expected) {
		assert_null(cwd.bytes);
		return;
	}
	assert_int_equal(cwd.length, strlen(expected));
	assert_memory_equal(cwd.bytes, expected, cwd.length);
}

static void test_a_directory(void **state)
{
	(void)state;
	check(LINK);
}

static void test_it_runs_something_else_by_now(void **state)
{
	(void)state;
	put_stat(POINTER + 16);
	check(NULL);
	put("42/stat", "42 (prog) S");
	check(NULL);
	unlinkat(proc_fd, "42/stat", 0);
	check(NULL);
}

static void test_addresses_that_are_not_random(void **state)
{
	(void)state;
	put("42/personality", "00040000\n");
	check(NULL);
	put("42/personality", "00000000\n");
	put("sys/kernel/randomize_va_space", "0\n");
	check(NULL);
}

static void test_no_directory(void **state)
{
	char longest[PATH_MAX];

	(void)state;
	unlinkat(proc_fd, "42/cwd", 0);
	check(NULL);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(symlinkat(longest, proc_fd, "42/cwd"), 0);
	check(longest);
}

/* ---- kept ---- */

static void keep(struct cwds *cwds, int32_t pid, uint64_t pointer, const char *cwd)
{
	assert_int_equal(cwds_add(cwds, pid, pointer, (struct text){cwd, strlen(cwd)}), 0);
}

static void taken(struct cwds *cwds, int32_t pid, uint64_t pointer, const char *expected)
{
	struct text cwd = cwds_take(cwds, pid, pointer);

	assert_int_equal(cwd.bytes != NULL, expected != NULL);
	assert_int_equal(cwd.length, expected ? strlen(expected) : 0);
	if (expected)
		assert_memory_equal(cwd.bytes, expected, cwd.length);
}

static void test_each_exec_has_its_own(void **state)
{
	struct cwds *cwds = cwds_new();

	(void)state;
	keep(cwds, 7, 100, "/a");
	keep(cwds, 7, 200, "/b");
	keep(cwds, 8, 100, "/c");
	keep(cwds, 8, 100, "/d");
	taken(cwds, 7, 200, "/b");
	taken(cwds, 7, 200, NULL);
	taken(cwds, 8, 100, "/d");
	taken(cwds, 7, 100, "/a");
	taken(cwds, 9, 100, NULL);
	cwds_free(cwds);
	cwds_free(NULL);
}

/* Execs may get lost: the oldest go. */
static void test_memory_is_bounded(void **state)
{
	static char large[64 * 1024];
	struct cwds *cwds = cwds_new();
	const int32_t count = 2 * CWDS_MAX / sizeof(large);

	(void)state;
	memset(large, '/', sizeof(large) - 1);
	for (int32_t pid = 1; pid <= count; pid++)
		keep(cwds, pid, 100, large);
	taken(cwds, 1, 100, NULL);
	taken(cwds, count / 2, 100, NULL);
	taken(cwds, count, 100, large);
	cwds_free(cwds);
}

#define proc_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		proc_test(test_a_directory),
		proc_test(test_it_runs_something_else_by_now),
		proc_test(test_addresses_that_are_not_random),
		proc_test(test_no_directory),
		cmocka_unit_test(test_each_exec_has_its_own),
		cmocka_unit_test(test_memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
