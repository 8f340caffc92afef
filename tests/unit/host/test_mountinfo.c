/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounts out of mountinfo files: of this host, and of lines as they come in none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/mountinfo.h"
#include "support.h"

/* The mounts of a file that holds TEXT. */
static struct mounts mounts_of(const char *text)
{
	char path[] = "/tmp/test_mountinfo.XXXXXX";
	struct mounts mounts;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(mounts_open(&mounts, AT_FDCWD, path), 0);
	unlink(path);
	return mounts;
}

static void test_proc_of_this_host(void **state)
{
	struct stat status;
	struct mounts mounts;
	struct mount mount = {0};
	bool found = false;

	(void)state;
	assert_int_equal(stat("/proc", &status), 0);
	assert_int_equal(mounts_open(&mounts, AT_FDCWD, MOUNTINFO), 0);
	while (!found && mounts_next(&mounts, "proc", &mount))
		found = strcmp(mount.point, "/proc") == 0 && mount.device == status.st_dev;
	assert_true(found);
	assert_string_equal(mount.type, "proc");
	assert_string_equal(mount.root, "/");
	mounts_done(&mounts);
}

static void test_one_type_in_order(void **state)
{
	struct mounts mounts =
		mounts_of("20 1 0:30 / /a rw shared:1 master:2 - cgroup2 none rw\n"
			  "21 1 0:31 / /b rw - proc proc rw\n"
			  "22 1 4095:32 /sub\\040dir /c\\134d\\012e rw - cgroup2 x rw\n"
			  "23 1 0:33 / /e rw - cgroup2x none rw");
	struct mount mount;

	(void)state;
	assert_true(mounts_next(&mounts, "cgroup2", &mount));
	assert_string_equal(mount.point, "/a");
	assert_string_equal(mount.root, "/");
	assert_true(mount.device == makedev(0, 30));
	assert_true(mounts_next(&mounts, "cgroup2", &mount));
	assert_string_equal(mount.point, "/c\\d\ne");
	assert_string_equal(mount.root, "/sub dir");
	assert_true(mount.device == makedev(4095, 32));
	assert_false(mounts_next(&mounts, "cgroup2", &mount));
	assert_false(mounts_next(&mounts, "cgroup2", &mount));
	mounts_done(&mounts);
}

static void test_malformed_lines_are_none(void **state)
{
	static const char *const lines[] = {
		"",
		"\n\n",
		" - cgroup2 none rw",
		"20 1 0:30 / /a rw - cgroup2",
		"20 1 0:30 / /a rw cgroup2 none rw",
		"20 1 0:30 / - cgroup2 none",
		"20 1 - cgroup2 none rw",
		"20 1 x:30 / /a rw - cgroup2 none rw",
		"20 1 030 / /a rw - cgroup2 none rw",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct mounts mounts = mounts_of(lines[i]);
		struct mount mount = {0};

		if (mounts_next(&mounts, "cgroup2", &mount))
			fail_msg("'%s' is at %s", lines[i], mount.point);
		mounts_done(&mounts);
	}
}

static void test_no_file(void **state)
{
	struct mounts mounts;

	(void)state;
	assert_int_equal(mounts_open(&mounts, AT_FDCWD, "/nowhere"), -ENOENT);
	assert_int_equal(mounts_open(&mounts, AT_FDCWD, "/proc"), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proc_of_this_host),
		cmocka_unit_test(test_one_type_in_order),
		cmocka_unit_test(test_malformed_lines_are_none),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
