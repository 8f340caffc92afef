/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of the kernel about a task, and what its answers mean: those of this kernel, and
 * scripted ones of others.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/pidfd.h"
#include "support.h"

static struct {
	bool is_scripted;
	int open_errno, ioctl_errno; /* 0: it works */
	uint64_t mask;               /* of the answer */
	long tid, flags;             /* as asked */
	uint64_t asked;
} kernel;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

long __wrap_syscall(long number, ...)
{
	va_list args;

	va_start(args, number);
	kernel.tid = va_arg(args, int);
	kernel.flags = va_arg(args, int);
	va_end(args);
	assert_int_equal(number, SYS_pidfd_open);
	if (!kernel.is_scripted)
		return __real_syscall(number, kernel.tid, kernel.flags);
	errno = kernel.open_errno;
	return kernel.open_errno ? -1 : dup(STDERR_FILENO);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct pidfd_exit_info *info;
	va_list args;

	va_start(args, request);
	info = va_arg(args, struct pidfd_exit_info *);
	va_end(args);
	/* _IOWR(0xFF, 11, 64 bytes), except on machines that count directions otherwise. */
	assert_int_equal(sizeof(*info), 64);
	assert_int_equal(request & 0xffff, 0xff0b);
	kernel.asked = info->mask;
	if (!kernel.is_scripted)
		return __real_ioctl(fd, request, info);
	errno = kernel.ioctl_errno;
	info->mask = kernel.mask;
	info->exit_code = 0x700;
	return kernel.ioctl_errno ? -1 : 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.is_scripted = true;
	return 0;
}

static void test_opening(void **state)
{
	(void)state;
	int fd = pidfd_open_task(7, false);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(kernel.tid, 7);
	assert_int_equal(kernel.flags, 0);
	close(pidfd_open_task(8, true));
	assert_int_equal(kernel.flags, O_EXCL);
	kernel.open_errno = ESRCH;
	assert_int_equal(pidfd_open_task(7, false), -ESRCH);
}

static void test_what_an_answer_means(void **state)
{
	uint32_t status = 1;

	(void)state;
	kernel.mask = 7;
	assert_int_equal(pidfd_exit_status(3, &status), 0);
	assert_int_equal(status, 1);
	assert_int_equal(kernel.asked, 8);
	kernel.mask = 12;
	assert_int_equal(pidfd_exit_status(3, &status), 1);
	assert_int_equal(status, 0x700);
	kernel.ioctl_errno = ESRCH;
	assert_int_equal(pidfd_exit_status(3, &status), -ESRCH);
}

static void test_kernels_that_do_not_tell(void **state)
{
	(void)state;
	assert_int_equal(pidfd_probe(), -EOPNOTSUPP);
	kernel.ioctl_errno = ENOTTY;
	assert_int_equal(pidfd_probe(), -ENOTTY);
	kernel.open_errno = ENOSYS;
	assert_int_equal(pidfd_probe(), -ENOSYS);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_this_kernel(void **state)
{
	uint32_t status;

	(void)state;
	kernel.is_scripted = false;
	int code = pidfd_probe();
	if (code < 0) {
		print_message("pidfds tell no statuses here: %s\n", strerror(-code));
		skip();
	}
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		pause();
		_exit(1);
	}
	int fd = pidfd_open_task((int32_t)pid, false);
	assert_true(fd >= 0);
	assert_int_equal(pidfd_exit_status(fd, &status), 0);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	assert_int_equal(pidfd_exit_status(fd, &status), 1);
	assert_int_equal(status, SIGTERM);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_opening, set_up),
		cmocka_unit_test_setup(test_what_an_answer_means, set_up),
		cmocka_unit_test_setup(test_kernels_that_do_not_tell, set_up),
		cmocka_unit_test_setup(test_this_kernel, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
