/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc shows of execs: out of fake trees of /proc and /sys, and kept until their exec comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "exec/at_exec.h"
#include "exec/at_exec_kept.h"
#include "exec/tty_name.h"
#include "support.h"

#define PID 42
#define POINTER 0x7ffc1000
#define LINK "/usr/src/a b"
#define EXE "/memfd:a b (deleted)"
#define PTS_3 (136U << 8 | 3)

static char proc_path[32];
static struct at_exec_dirs dirs;
static struct at_exec_reading reading;

/* ---- /proc ---- */

static void put(const char *name, const char *text)
{
	int fd = openat(dirs.proc_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* As proc(5) has it: 27 fields before start_stack. */
static void put_stat_of(uint64_t pointer, int sid, uint32_t tty_nr)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "%d (p) 1 (2 ) S 1 42 %d %d -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 12345 1000 50 "
		 "18446744073709551615 94000 95000 %ju 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 96000 "
		 "97000 98000 1 2 3 4 0\n",
		 PID, sid, (int)tty_nr, (uintmax_t)pointer);
	put("42/stat", text);
}

static void put_stat(uint64_t pointer)
{
	put_stat_of(pointer, 40, PTS_3);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(proc_path, "/tmp/proc-XXXXXX");
	assert_non_null(mkdtemp(proc_path));
	dirs.proc_fd = dirs.sys_fd = open(proc_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(dirs.proc_fd, "42", 0700), 0);
	assert_int_equal(mkdirat(dirs.proc_fd, "sys", 0700), 0);
	assert_int_equal(mkdirat(dirs.proc_fd, "sys/kernel", 0700), 0);
	assert_int_equal(symlinkat(LINK, dirs.proc_fd, "42/cwd"), 0);
	assert_int_equal(symlinkat(EXE, dirs.proc_fd, "42/exe"), 0);
	put("42/loginuid", "1000");
	put_stat(POINTER);
	put("42/personality", "00000000\n");
	put("sys/kernel/randomize_va_space", "2\n");
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	close(dirs.proc_fd);
	snprintf(command, sizeof(command), "rm -rf %s", proc_path);
	return system(command);
}

static void check_text(struct text text, const char *expected)
{
	assert_int_equal(text.bytes != NULL, expected != NULL);
	assert_int_equal(text.length, expected ? strlen(expected) : 0);
	if (expected)
		assert_memory_equal(text.bytes, expected, text.length);
}

static void check(unsigned int needs, const char *cwd, const char *exe, const char *session)
{
	assert_true(at_exec_read(&dirs, needs, PID, POINTER, &reading));
	check_text(reading.texts[AT_EXEC_CWD], cwd);
	check_text(reading.texts[AT_EXEC_EXE], exe);
	check_text(reading.texts[AT_EXEC_SESSION], session);
}

static void check_nothing(void)
{
	assert_false(at_exec_read(&dirs, NEEDS_AT_EXEC, PID, POINTER, &reading));
	for (size_t i = 0; i < AT_EXEC_FACTS; i++)
		assert_null(reading.texts[i].bytes);
}

static void test_each_by_itself_and_all(void **state)
{
	(void)state;
	check(0, NULL, NULL, NULL);
	check(NEED_CWD, LINK, NULL, NULL);
	check(NEED_EXE, NULL, EXE, NULL);
	check(NEED_SESSION, NULL, NULL, "40 1000 pts/3");
	check(NEEDS_AT_EXEC | NEEDS_ALL, LINK, EXE, "40 1000 pts/3");
}

static void test_it_runs_something_else_by_now(void **state)
{
	(void)state;
	put_stat(POINTER + 16);
	check_nothing();
	put("42/stat", "42 (prog) S");
	check_nothing();
	unlinkat(dirs.proc_fd, "42/stat", 0);
	check_nothing();
}

static void test_addresses_that_are_not_random(void **state)
{
	(void)state;
	put("42/personality", "00040000\n");
	check_nothing();
	put("42/personality", "00000000\n");
	put("sys/kernel/randomize_va_space", "0\n");
	check_nothing();
}

static void test_no_links(void **state)
{
	char longest[PATH_MAX];

	(void)state;
	unlinkat(dirs.proc_fd, "42/cwd", 0);
	unlinkat(dirs.proc_fd, "42/exe", 0);
	check(NEED_CWD | NEED_EXE, NULL, NULL, NULL);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(symlinkat(longest, dirs.proc_fd, "42/cwd"), 0);
	check(NEED_CWD | NEED_EXE, longest, NULL, NULL);
}

static void test_no_terminal_and_nobody_who_logged_in(void **state)
{
	(void)state;
	put_stat_of(POINTER, 0, 0);
	check(NEED_SESSION, NULL, NULL, "0 1000 ");
	put("42/loginuid", "4294967295");
	check(NEED_SESSION, NULL, NULL, "0 4294967295 ");
	put("42/loginuid", "-1");
	check(NEED_SESSION, NULL, NULL, "0 4294967295 ");
	unlinkat(dirs.proc_fd, "42/loginuid", 0);
	check(NEED_SESSION, NULL, NULL, "0 4294967295 ");
}

/* As the kernel's new_encode_dev() makes it. */
static void check_tty(unsigned int major, unsigned int minor, const char *expected)
{
	char name[TTY_NAME_ROOM];

	tty_name(dirs.sys_fd, (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12, name);
	assert_string_equal(name, expected);
}

static void test_names_of_terminals(void **state)
{
	static const struct {
		const char *path, *target;
	} links[] = {
		{"dev/char/4:1", "../../devices/virtual/tty/tty1"},
		{"dev/char/204:64", "../../devices/platform/soc/ttyAMA0"},
		{"dev/char/227:1", "../../devices/virtual/tty/3270!tty1"},
		{"dev/char/4:2", "no slash"},
		{"dev/char/4:3", "../"},
		{"dev/char/4:4",
		 "/123456789012345678901234567890123456789012345678901234567890123"},
		{"dev/char/4:5",
		 "/1234567890123456789012345678901234567890123456789012345678901234"},
	};

	(void)state;
	assert_int_equal(mkdirat(dirs.sys_fd, "dev", 0700), 0);
	assert_int_equal(mkdirat(dirs.sys_fd, "dev/char", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		assert_int_equal(symlinkat(links[i].target, dirs.sys_fd, links[i].path), 0);
	check_tty(0, 0, "");
	check_tty(136, 0, "pts/0");
	check_tty(136, 1048575, "pts/1048575");
	check_tty(4, 1, "tty1");
	check_tty(204, 64, "ttyAMA0");
	check_tty(227, 1, "3270/tty1");
	check_tty(4, 2, "4:2");
	check_tty(4, 3, "4:3");
	check_tty(4, 4, "123456789012345678901234567890123456789012345678901234567890123");
	check_tty(4, 5, "4:5");
	check_tty(188, 300, "188:300");
	dirs.sys_fd = -1;
	check_tty(4, 1, "4:1");
	check_tty(136, 3, "pts/3");
}

/* ---- kept ---- */

static void keep(struct at_exec_kept *kept, enum at_exec_fact fact, int32_t pid, uint64_t pointer,
		 const char *text)
{
	const struct text kept_text = {text, strlen(text)};

	assert_int_equal(at_exec_kept_add(kept, fact, pid, pointer, kept_text), 0);
}

static void taken(struct at_exec_kept *kept, int32_t pid, uint64_t pointer, const char *cwd,
		  const char *exe)
{
	struct at_exec at_exec = at_exec_kept_take(kept, pid, pointer);

	check_text(at_exec.cwd, cwd);
	check_text(at_exec.exe, exe);
}

static void test_each_exec_has_its_own(void **state)
{
	struct at_exec_kept *kept = at_exec_kept_new();

	(void)state;
	keep(kept, AT_EXEC_CWD, 7, 100, "/a");
	keep(kept, AT_EXEC_CWD, 7, 200, "/b");
	keep(kept, AT_EXEC_EXE, 7, 200, "/b/exe");
	keep(kept, AT_EXEC_CWD, 8, 100, "/c");
	keep(kept, AT_EXEC_CWD, 8, 100, "/d");
	keep(kept, AT_EXEC_EXE, 10, 100, "/exe");
	taken(kept, 7, 200, "/b", "/b/exe");
	taken(kept, 7, 200, NULL, NULL);
	taken(kept, 8, 100, "/d", NULL);
	taken(kept, 7, 100, "/a", NULL);
	taken(kept, 9, 100, NULL, NULL);
	taken(kept, 10, 100, NULL, "/exe");
	at_exec_kept_free(kept);
	at_exec_kept_free(NULL);
}

/* Execs may get lost: the oldest go. */
static void test_memory_is_bounded(void **state)
{
	static char large[64 * 1024];
	struct at_exec_kept *kept = at_exec_kept_new();
	const int32_t count = 2 * AT_EXEC_KEPT_MAX / sizeof(large);

	(void)state;
	memset(large, '/', sizeof(large) - 1);
	for (int32_t pid = 1; pid <= count; pid++)
		keep(kept, AT_EXEC_CWD, pid, 100, large);
	taken(kept, 1, 100, NULL, NULL);
	taken(kept, count / 2, 100, NULL, NULL);
	taken(kept, count, 100, large, NULL);
	at_exec_kept_free(kept);
}

static void check_session(const char *text, const struct login_session *expected, const char *tty)
{
	struct at_exec_kept *kept = at_exec_kept_new();

	keep(kept, AT_EXEC_SESSION, 7, 100, text);
	const struct at_exec at_exec = at_exec_kept_take(kept, 7, 100);
	assert_int_equal(at_exec.session.known, expected->known);
	assert_int_equal(at_exec.session.sid, expected->sid);
	assert_int_equal(at_exec.session.loginuid, expected->loginuid);
	check_text(at_exec.session.tty, tty);
	assert_null(at_exec.cwd.bytes);
	at_exec_kept_free(kept);
}

static void test_sessions(void **state)
{
	(void)state;
	check_session("40 1000 pts/3", &(struct login_session){true, 40, {0}, 1000}, "pts/3");
	check_session("2147483647 4294967295 a b",
		      &(struct login_session){true, INT32_MAX, {0}, LOGINUID_UNSET}, "a b");
	check_session("0 0 ", &(struct login_session){.known = true}, NULL);
}

/* Captures may say anything. */
static void test_malformed_sessions(void **state)
{
	static const char *const malformed[] = {
		"",
		" ",
		"40",
		"40 1000",
		"40 1000pts/3",
		"40  1000 ",
		"-1 0 ",
		" 1 0 ",
		"40 -1 pts/3",
		"2147483648 0 ",
		"0 4294967296 ",
		"x 0 ",
		"40 0x1 ",
		"40\n0 ",
		"00000000000000000000000000000000000000000001 0 ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++)
		check_session(malformed[i], &(struct login_session){0}, NULL);
}

#define proc_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		proc_test(test_each_by_itself_and_all),
		proc_test(test_it_runs_something_else_by_now),
		proc_test(test_addresses_that_are_not_random),
		proc_test(test_no_links),
		proc_test(test_no_terminal_and_nobody_who_logged_in),
		proc_test(test_names_of_terminals),
		cmocka_unit_test(test_each_exec_has_its_own),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_malformed_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
