/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening output where somebody has put something else: in a directory of this test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/output_file.h"
#include "support.h"

#define SOMEBODY 65534

static char directory[] = "/tmp/test_output_file.XXXXXX";

static int enter_directory(void **state)
{
	(void)state;
	umask(022);
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
	static const char *const names[] = {"file", "link", "other", "target"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(names[i]);
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static int clean(void **state)
{
	int code = leave_directory(state);

	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	return code == 0 ? enter_directory(state) : code;
}

static void make(const char *path, mode_t mode, uid_t owner)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "precious", 8), 8);
	assert_int_equal(fchmod(fd, mode), 0);
	if (owner != geteuid() && fchown(fd, owner, owner) < 0)
		skip();
	close(fd);
}

static struct stat status_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status;
}

static void assert_refused(const char *path, int code, const char *word)
{
	struct error err = {0};

	assert_int_equal(output_file_open(path, O_WRONLY, OUTPUT_SHARED, &err), code);
	assert_non_null(strstr(err.what, word));
}

static void test_made_with_the_mode_and_through_no_link(void **state)
{
	(void)state;
	int fd = output_file_make("file", O_WRONLY, OUTPUT_PRIVATE);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(status_of("file").st_mode & 0777, 0600);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(output_file_make("link", O_WRONLY, OUTPUT_PRIVATE), -EEXIST);
	assert_int_equal(access("target", F_OK), -1);
	assert_refused("link", -ENOENT, "link");
}

static void test_own_file_is_closed_to_others_and_whole_until_truncated(void **state)
{
	struct error err = {0};

	(void)state;
	make("file", 0664, geteuid());
	assert_int_equal(symlink("file", "link"), 0);
	int fd = output_file_open("link", O_WRONLY, OUTPUT_PRIVATE, &err);
	assert_true(fd >= 0);
	assert_int_equal(status_of("file").st_mode & 0777, 0600);
	assert_int_equal(status_of("file").st_size, 8);
	assert_int_equal(output_file_truncate(fd), 0);
	assert_int_equal(status_of("file").st_size, 0);
	close(fd);
}

static void test_links_and_files_of_others_are_refused(void **state)
{
	(void)state;
	make("file", 0666, geteuid());
	assert_int_equal(link("file", "other"), 0);
	assert_refused("file", -EMLINK, "other names");
	unlink("other");
	assert_int_equal(symlink("file", "link"), 0);
	if (lchown("link", SOMEBODY, SOMEBODY) < 0)
		skip();
	assert_refused("link", -ELOOP, "symbolic link");
	make("other", 0666, SOMEBODY);
	assert_refused("other", -EPERM, "another user");
	assert_int_equal(status_of("file").st_size, 8);
}

static void test_only_what_was_made_is_removed(void **state)
{
	(void)state;
	int fd = output_file_make("file", O_WRONLY, OUTPUT_SHARED);
	assert_true(fd >= 0);
	assert_int_equal(rename("file", "other"), 0);
	make("file", 0600, geteuid());
	output_file_remove("file", fd);
	assert_int_equal(access("file", F_OK), 0);
	output_file_remove("other", fd);
	assert_int_equal(access("other", F_OK), -1);
	close(fd);
}

static void test_devices_are_taken_as_they_are(void **state)
{
	struct error err = {0};

	(void)state;
	int fd = output_file_open("/dev/null", O_WRONLY, OUTPUT_PRIVATE, &err);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(output_file_truncate(fd), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_made_with_the_mode_and_through_no_link, clean),
		cmocka_unit_test_teardown(
			test_own_file_is_closed_to_others_and_whole_until_truncated, clean),
		cmocka_unit_test_teardown(test_links_and_files_of_others_are_refused, clean),
		cmocka_unit_test_teardown(test_only_what_was_made_is_removed, clean),
		cmocka_unit_test_teardown(test_devices_are_taken_as_they_are, clean),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
