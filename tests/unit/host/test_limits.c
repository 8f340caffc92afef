/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limit on open files. Each case runs in a child: a hard limit that was lowered stays low.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/limits.h"
#include "support.h"

static struct rlimit limit_now(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(100);
	return limit;
}

static void set_limit(rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = {soft, hard};

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(101);
}

static void drop_all_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capset, &header, data) < 0)
		_exit(102);
}

/* Run BODY in a child, where it is to return 0. */
static void in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int few_fit(void)
{
	set_limit(100, 200);
	if (limits_want_files(10) != 0)
		return 1;
	return limit_now().rlim_cur == 100 && limit_now().rlim_max == 200 ? 0 : 2;
}

static int soft_is_raised(void)
{
	set_limit(20, 200);
	if (limits_want_files(100) != 0)
		return 1;
	if (limit_now().rlim_cur < 103 || limit_now().rlim_max != 200)
		return 2;
	/* As many as were asked for can be opened now. */
	for (int i = 0; i < 100; i++) {
		if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
			return 3;
	}
	return 0;
}

static int hard_stops_it(void)
{
	drop_all_capabilities();
	set_limit(20, 50);
	if (limits_want_files(100) != -EMFILE)
		return 1;
	return limit_now().rlim_cur == 50 && limit_now().rlim_max == 50 ? 0 : 2;
}

static int open_files_count(void)
{
	drop_all_capabilities();
	set_limit(50, 50);
	for (int i = 0; i < 30; i++) {
		if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
			return 1;
	}
	return limits_want_files(30) == -EMFILE && limits_want_files(10) == 0 ? 0 : 2;
}

static int more_than_any_kernel_has(void)
{
	drop_all_capabilities();
	set_limit(20, 50);
	if (limits_want_files(SIZE_MAX) != -EMFILE)
		return 1;
	return limits_want_files(SIZE_MAX - 1) == -EMFILE ? 0 : 2;
}

static int hard_is_raised(void)
{
	set_limit(20, 50);
	/* Only with CAP_SYS_RESOURCE; without, this is hard_stops_it() again. */
	int code = limits_want_files(100);
	bool raised = limit_now().rlim_max >= 103;

	return code == (raised ? 0 : -EMFILE) ? 0 : 1;
}

static void test_few_fit(void **state)
{
	(void)state;
	in_child(few_fit);
}

static void test_the_soft_limit_is_raised(void **state)
{
	(void)state;
	in_child(soft_is_raised);
}

static void test_the_hard_limit_stops_it(void **state)
{
	(void)state;
	in_child(hard_stops_it);
}

static void test_open_files_count_too(void **state)
{
	(void)state;
	in_child(open_files_count);
}

static void test_more_than_any_kernel_has(void **state)
{
	(void)state;
	in_child(more_than_any_kernel_has);
}

static void test_the_hard_limit_is_raised_where_we_may(void **state)
{
	(void)state;
	in_child(hard_is_raised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_fit),
		cmocka_unit_test(test_the_soft_limit_is_raised),
		cmocka_unit_test(test_the_hard_limit_stops_it),
		cmocka_unit_test(test_open_files_count_too),
		cmocka_unit_test(test_more_than_any_kernel_has),
		cmocka_unit_test(test_the_hard_limit_is_raised_where_we_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
