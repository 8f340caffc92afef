/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The caller of --sudo, found in a /proc of this test's own: process 7, whose pipe is a FIFO.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/caller.h"
#include "support.h"

#define STATUS                                                                                  \
	"Name:\tx\\nUid:\t0\nUmask:\t0027\nUid:\t1000\t1000\t1000\t1000\nGid:\t100\t100\t100\t" \
	"100\nGroups:\t100 4 27 \nNStgid:\t7\n"

static const struct caller caller = {7, 5};

struct proc {
	char path[32];
	int fd, writer;
};

static char *below(const struct proc *proc, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", proc->path, name);
	return path;
}

static void save(const struct proc *proc, const char *name, const char *bytes, size_t length)
{
	save_file(below(proc, name), bytes, length);
}

static int set_up(void **state)
{
	struct proc *proc = calloc(1, sizeof(*proc));
	static const char environment[] = "HOME=/home/me\0EMPTY=\0\0LAST=1";

	strcpy(proc->path, "/tmp/test_caller.XXXXXX");
	if (!mkdtemp(proc->path) || mkdir(below(proc, "7"), 0700) < 0 ||
	    mkdir(below(proc, "7/fd"), 0700) < 0 || mkfifo(below(proc, "7/fd/5"), 0600) < 0)
		return -1;
	save(proc, "7/status", STATUS, strlen(STATUS));
	save(proc, "7/environ", environment, sizeof(environment) - 1);
	proc->fd = open(proc->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	proc->writer = open(below(proc, "7/fd/5"), O_RDWR | O_CLOEXEC);
	setenv("SUDO_UID", "1000", 1);
	*state = proc;
	return proc->fd < 0 || proc->writer < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {"7/status", "7/environ", "7/fd/5"};
	struct proc *proc = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(below(proc, files[i]));
	rmdir(below(proc, "7/fd"));
	rmdir(below(proc, "7"));
	rmdir(proc->path);
	close(proc->fd);
	if (proc->writer >= 0)
		close(proc->writer);
	free(proc);
	return 0;
}

static void assert_refused(const struct proc *proc, int code)
{
	struct error err = {0};
	struct user *user = NULL;
	int fd = -1;

	assert_int_equal(caller_find(&caller, proc->fd, &user, &fd, &err), code);
	assert_non_null(strstr(err.what, "process 7"));
	assert_null(user);
	assert_int_equal(fd, -1);
}

static void assert_status_refused(const struct proc *proc, const char *status)
{
	save(proc, "7/status", status, strlen(status));
	assert_refused(proc, -EPERM);
}

static void test_user_groups_umask_and_environment(void **state)
{
	const struct proc *proc = *state;
	struct error err = {0};
	struct user *user;
	int fd;

	umask(0);
	assert_int_equal(caller_find(&caller, proc->fd, &user, &fd, &err), 0);
	assert_int_equal(umask(022), 0027);
	assert_int_equal(user->uid, 1000);
	assert_int_equal(user->gid, 100);
	assert_int_equal(user->group_count, 3);
	assert_int_equal(user->groups[1], 4);
	assert_int_equal(user->groups[2], 27);
	assert_string_equal(user->environment[0], "HOME=/home/me");
	assert_string_equal(user->environment[1], "EMPTY=");
	assert_string_equal(user->environment[2], "");
	assert_string_equal(user->environment[3], "LAST=1");
	assert_null(user->environment[4]);
	user_free(user);
	close(fd);
}

static void test_only_a_process_that_is_wholly_the_users(void **state)
{
	const struct proc *proc = *state;

	assert_status_refused(proc, "\nUid:\t1000\t0\t1000\t1000\nGid:\t1\t1\t1\t1\n");
	assert_status_refused(proc, "\nUid:\t1000\t1000\t0\t1000\nGid:\t1\t1\t1\t1\n");
	assert_status_refused(proc, "\nUid:\t1000\t1000\t1000\t1000\nGid:\t1\t1\t0\t1\n");
	assert_status_refused(proc, "\nUid:\t1000\t1000\t1000\nGid:\t1\t1\t1\t1\n");
	assert_status_refused(proc, "\nUid:\t1001\t1001\t1001\t1001\nGid:\t1\t1\t1\t1\n");
	assert_status_refused(proc, "");
}

static void test_only_whom_sudo_names(void **state)
{
	setenv("SUDO_UID", "1001", 1);
	assert_refused(*state, -EPERM);
	setenv("SUDO_UID", "1000x", 1);
	assert_refused(*state, -EPERM);
	unsetenv("SUDO_UID");
	assert_refused(*state, -EPERM);
}

static void test_a_caller_that_is_gone(void **state)
{
	struct proc *proc = *state;

	close(proc->writer);
	proc->writer = -1;
	assert_refused(proc, -ESRCH);
	unlink(below(proc, "7/fd/5"));
	assert_refused(proc, -ENOENT);
	unlink(below(proc, "7/environ"));
	assert_refused(proc, -ENOENT);
	unlink(below(proc, "7/status"));
	assert_refused(proc, -ENOENT);
}

static void test_its_end_is_a_sigterm(void **state)
{
	struct proc *proc = *state;
	const struct timespec patience = {10, 0};
	struct error err = {0};
	struct user *user;
	sigset_t terms;
	siginfo_t info;
	int fd;

	sigemptyset(&terms);
	sigaddset(&terms, SIGTERM);
	sigprocmask(SIG_BLOCK, &terms, NULL);
	assert_int_equal(caller_find(&caller, proc->fd, &user, &fd, &err), 0);
	close(proc->writer);
	proc->writer = -1;
	assert_int_equal(sigtimedwait(&terms, &info, &patience), SIGTERM);
	/* As a process's, which is passed on to COMMAND (run/signals.c). */
	assert_int_not_equal(info.si_code, SI_KERNEL);
	user_free(user);
	close(fd);
}

static void test_option(void **state)
{
	static const char *const wrong[] = {"",    "1",   "1,",   ",1",   "1,2,",
					    "0,1", "1,x", "-1,1", "1 ,2", "2147483648,1"};
	struct caller parsed = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(caller_parse(wrong[i], &parsed), -EINVAL);
	assert_int_equal(parsed.pid, 0);
	assert_int_equal(caller_parse("12,0", &parsed), 0);
	assert_int_equal(parsed.pid, 12);
	assert_int_equal(parsed.fd, 0);
}

static void test_no_sudo(void **state)
{
	char program[] = "perf_exec_trace", *argv[] = {program, NULL};
	struct error err = {0};

	(void)state;
	assert_int_equal(setenv("PATH", "/no/such/directory", 1), 0);
	assert_int_equal(caller_start_sudo(argv, 1, &err), -ENOENT);
	assert_non_null(strstr(err.what, "cannot run sudo"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_user_groups_umask_and_environment, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_only_a_process_that_is_wholly_the_users,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_only_whom_sudo_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_caller_that_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_its_end_is_a_sigterm, set_up, tear_down),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_no_sudo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
