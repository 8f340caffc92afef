/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When tracefs is mounted for us alone, and when it must not be.
 */
#include <errno.h>
#include <string.h>

#include "decode/format_dir.h"
#include "host/detached_mount.h"
#include "host/lockdown.h"
#include "support.h"

static struct {
	enum lockdown lockdown;
	int mounts; /* of tracefs that were tried */
} kernel;

enum lockdown __wrap_lockdown_of_this_host(void);
int __wrap_detached_mount(const char *type);

enum lockdown __wrap_lockdown_of_this_host(void)
{
	return kernel.lockdown;
}

int __wrap_detached_mount(const char *type)
{
	assert_string_equal(type, "tracefs");
	kernel.mounts++;
	return -ENOSYS;
}

/* How often it is tried with LOCKDOWN. */
static int mounts_with(enum lockdown lockdown)
{
	struct format_dir dir = {.fd = -1};
	struct error err = {0};

	kernel.lockdown = lockdown;
	kernel.mounts = 0;
	if (format_dir_open_tracefs(&dir, &err) == 0 && dir.origin == FORMAT_DIR_MOUNTED &&
	    kernel.mounts == 0 && !strstr(dir.path, "/debug"))
		skip();
	format_dir_close(&dir);
	return kernel.mounts;
}

static void test_tracefs_is_not_mounted_at_confidentiality(void **state)
{
	(void)state;
	assert_int_equal(mounts_with(LOCKDOWN_NONE), 1);
	assert_int_equal(mounts_with(LOCKDOWN_INTEGRITY), 1);
	assert_int_equal(mounts_with(LOCKDOWN_UNKNOWN), 1);
	assert_int_equal(mounts_with(LOCKDOWN_CONFIDENTIALITY), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tracefs_is_not_mounted_at_confidentiality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
