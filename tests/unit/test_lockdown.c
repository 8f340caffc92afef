/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lockdown as the host tells it, and that under confidentiality nothing is mounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/format_dir.h"
#include "host/lockdown.h"
#include "support.h"

static enum lockdown pretended;
static size_t mounts;

enum lockdown __wrap_lockdown_of_this_host(void);
long __wrap_syscall(long number, ...);

enum lockdown __wrap_lockdown_of_this_host(void)
{
	return pretended;
}

/* No test here calls the kernel for anything but a mount. */
long __wrap_syscall(long number, ...)
{
	(void)number;
	mounts++;
	errno = EPERM;
	return -1;
}

static void put(int root_fd, const char *path, const char *text)
{
	int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_signs(void **state)
{
	char path[] = "/tmp/test_lockdown.XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(path));
	int root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_UNKNOWN);
	mkdirat(root_fd, "proc", 0700);
	put(root_fd, "proc/cmdline", "quiet\n");
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_UNKNOWN);
	put(root_fd, "proc/cmdline", "quiet lockdown=confidentiality panic=-1\n");
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_CONFIDENTIALITY);
	/* securityfs tells what is in force. */
	mkdirat(root_fd, "sys", 0700);
	mkdirat(root_fd, "sys/kernel", 0700);
	mkdirat(root_fd, "sys/kernel/security", 0700);
	put(root_fd, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_INTEGRITY);
	put(root_fd, "sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_NONE);
	put(root_fd, "sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	assert_int_equal(lockdown_read(root_fd), LOCKDOWN_CONFIDENTIALITY);
	close(root_fd);
	snprintf(command, sizeof(command), "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

static void test_confidentiality_mounts_nothing(void **state)
{
	struct format_dir dir;
	struct error err = {0};

	(void)state;
	pretended = LOCKDOWN_NONE;
	int code = format_dir_open_tracefs(&dir, &err);
	if (code == 0) {
		print_message("tracefs or debugfs is mounted here\n");
		format_dir_close(&dir);
		skip();
	}
	assert_int_equal(mounts, 1);
	pretended = LOCKDOWN_CONFIDENTIALITY;
	assert_int_equal(format_dir_open_tracefs(&dir, &err), -EPERM);
	assert_int_equal(mounts, 1);
	assert_non_null(strstr(err.what, "lockdown=confidentiality"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_confidentiality_mounts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
