/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc shows of programs, in a tree made here and in the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "task/proc_program.h"

#define PID 7

struct tree {
	char path[32];
	int proc_fd;
	struct proc_program program;
};

static const char *path_in(const struct tree *tree, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%d%s", tree->path, PID, name);
	return path;
}

static int set_up(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	assert_non_null(tree);
	strcpy(tree->path, "/tmp/proc-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(mkdir(path_in(tree, ""), 0700), 0);
	tree->proc_fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->proc_fd >= 0);
	*state = tree;
	return 0;
}

static int tear_down(void **state)
{
	struct tree *tree = *state;

	unlink(path_in(tree, "/cmdline"));
	unlink(path_in(tree, "/exe"));
	rmdir(path_in(tree, ""));
	rmdir(tree->path);
	close(tree->proc_fd);
	free(tree);
	return 0;
}

static const struct proc_program *read_program(struct tree *tree, const char *cmdline,
					       size_t length, const char *exe)
{
	save_file(path_in(tree, "/cmdline"), cmdline, length);
	unlink(path_in(tree, "/exe"));
	if (exe)
		assert_int_equal(symlink(exe, path_in(tree, "/exe")), 0);
	assert_int_equal(proc_program_read(tree->proc_fd, PID, &tree->program), 0);
	assert_int_equal(tree->program.arguments.source, ARGV_PROC_START);
	assert_int_equal(tree->program.arguments.argc, -1);
	return &tree->program;
}

static void assert_arguments(const struct arguments *arguments, const char *bytes, size_t length,
			     uint32_t count, bool complete)
{
	assert_int_equal(arguments->known.bytes.length, length);
	assert_memory_equal(arguments->known.bytes.bytes, bytes, length);
	assert_int_equal(arguments->known.count, count);
	assert_int_equal(arguments->complete, complete);
}

static void test_arguments_and_file(void **state)
{
	const struct proc_program *program =
		read_program(*state, "sh\0-c\0a b", 10, "/bin/a program");

	assert_arguments(&program->arguments, "sh\0-c\0a b", 10, 3, true);
	assert_text(program->filename, "/bin/a program");
	assert_int_not_equal(program->time_ns, 0);
}

static void test_titles(void **state)
{
	const struct proc_program *program = read_program(*state, "sshd: user", 10, NULL);

	assert_arguments(&program->arguments, "sshd: user", 11, 1, false);
	assert_null(program->filename.bytes);
	program = read_program(*state, "nginx: worker\0\0\0\0", 17, NULL);
	assert_arguments(&program->arguments, "nginx: worker", 14, 1, false);
	program = read_program(*state, "\0\0", 2, NULL);
	assert_arguments(&program->arguments, "", 1, 1, false);
	program = read_program(*state, "", 1, NULL);
	assert_arguments(&program->arguments, "", 1, 1, true);
}

static void test_what_is_too_long(void **state)
{
	char cmdline[PROC_ARGUMENTS_MAX + 100];

	memset(cmdline, 'a', sizeof(cmdline));
	cmdline[2] = '\0';
	assert_arguments(&read_program(*state, cmdline, sizeof(cmdline), NULL)->arguments, "aa", 3,
			 1, false);
	assert_arguments(&read_program(*state, cmdline, PROC_ARGUMENTS_MAX + 1, NULL)->arguments,
			 "aa", 3, 1, false);
	cmdline[PROC_ARGUMENTS_MAX - 1] = '\0';
	assert_arguments(&read_program(*state, cmdline, PROC_ARGUMENTS_MAX, NULL)->arguments,
			 cmdline, PROC_ARGUMENTS_MAX, 2, true);
	cmdline[2] = 'a';
	assert_arguments(&read_program(*state, cmdline + 3, sizeof(cmdline) - 3, NULL)->arguments,
			 cmdline + 3, PROC_ARGUMENTS_MAX - 3, 1, false);
	memset(cmdline, 'a', sizeof(cmdline));
	assert_arguments(&read_program(*state, cmdline, sizeof(cmdline), NULL)->arguments, "", 0, 0,
			 false);
}

static void test_files_that_are_gone(void **state)
{
	assert_text(read_program(*state, "a", 2, "/bin/a (deleted)")->filename, "/bin/a");
	assert_null(read_program(*state, "a", 2, " (deleted)")->filename.bytes);
}

static void test_who_has_no_arguments(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(proc_program_read(tree->proc_fd, PID, &tree->program), -ESRCH);
	save_file(path_in(tree, "/cmdline"), "", 0);
	assert_int_equal(proc_program_read(tree->proc_fd, PID, &tree->program), -ESRCH);
	assert_int_equal(proc_program_read(-1, PID, &tree->program), -EBADF);
}

static void test_this_process(void **state)
{
	struct tree *tree = *state;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(proc_program_read(proc_fd, getpid(), &tree->program), 0);
	assert_non_null(memmem(tree->program.filename.bytes, tree->program.filename.length,
			       "/test_proc_program", 18));
	assert_true(tree->program.arguments.known.count > 0);
	close(proc_fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arguments_and_file),   TEST(test_titles),
		TEST(test_what_is_too_long),     TEST(test_files_that_are_gone),
		TEST(test_who_has_no_arguments), TEST(test_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
