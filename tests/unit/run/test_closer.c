/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors that a child has until its parent has ended; not the standard ones.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/closer.h"
#include "support.h"

static int refused; /* the errno of clone(2); 0: it is made */

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* With the arguments of clone(2). */
long __wrap_syscall(long number, ...)
{
	va_list list;
	long arguments[2];

	va_start(list, number);
	arguments[0] = va_arg(list, long);
	arguments[1] = va_arg(list, long);
	va_end(list);
	errno = refused;
	return refused ? -1 : __real_syscall(number, arguments[0], arguments[1], NULL, NULL, NULL);
}

#define LONG_MS 10000

/* The writing end of a pipe, as descriptor FD of a process that starts a closer. */
struct held {
	int read_fd;
	pid_t pid;
	int end_fd; /* closing it ends the process */
};

/* Tells by a byte that its own copy of FD is closed, and ends when END_FD does. */
static _Noreturn void start_and_wait(int fd, int told_fd, int end_fd)
{
	char byte = 0;

	if (closer_start() < 0 || close(fd) < 0 || write(told_fd, &byte, 1) != 1)
		_exit(1);
	_exit(read(end_fd, &byte, 1) == 0 ? 0 : 1);
}

static void hold(int fd, struct held *held)
{
	int pipe_fds[2], told[2], end[2];
	char byte;

	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(end), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipe_fds[0]);
		close(end[1]);
		if (fd >= 0 && dup2(pipe_fds[1], fd) == fd)
			close(pipe_fds[1]);
		start_and_wait(fd >= 0 ? fd : pipe_fds[1], told[1], end[0]);
	}
	close(pipe_fds[1]);
	close(told[1]);
	close(end[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	*held = (struct held){pipe_fds[0], pid, end[1]};
}

static bool is_at_its_end(int fd, int timeout_ms)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	return poll(&polled, 1, timeout_ms) == 1 && polled.revents & POLLHUP;
}

static void end(const struct held *held)
{
	int status;

	close(held->end_fd);
	assert_int_equal(waitpid(held->pid, &status, 0), held->pid);
	assert_int_equal(status, 0);
}

static void test_descriptors_are_open_until_the_parent_has_ended(void **state)
{
	struct held held;

	(void)state;
	hold(-1, &held);
	assert_false(is_at_its_end(held.read_fd, 20));
	end(&held);
	assert_true(is_at_its_end(held.read_fd, LONG_MS));
	close(held.read_fd);
}

static void test_the_standard_ones_are_not(void **state)
{
	(void)state;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		struct held held;

		hold(fd, &held);
		assert_true(is_at_its_end(held.read_fd, LONG_MS));
		end(&held);
		close(held.read_fd);
	}
}

/* Returns what closer_start() does where no descriptor can be opened. */
static int start_without_descriptors(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_NOFILE, &none) < 0 ? 0 : -closer_start();
}

static void test_no_pipe(void **state)
{
	int status;

	(void)state;
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(start_without_descriptors());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EMFILE);
}

static void test_no_child(void **state)
{
	int before = dup(STDIN_FILENO), after;

	(void)state;
	refused = EAGAIN;
	assert_int_equal(closer_start(), -EAGAIN);
	refused = 0;
	after = dup(STDIN_FILENO);
	assert_int_equal(after, before + 1);
	close(before);
	close(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors_are_open_until_the_parent_has_ended),
		cmocka_unit_test(test_the_standard_ones_are_not),
		cmocka_unit_test(test_no_pipe),
		cmocka_unit_test(test_no_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
