/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which host and which boot; clocks that agree with each other.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/identity.h"
#include "host/perf_clock.h"
#include "support.h"

int __wrap_uname(struct utsname *name);
int __real_uname(struct utsname *name);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __real_read(int fd, void *bytes, size_t size);

static bool uname_fails;
static ssize_t read_at_most = SSIZE_MAX; /* negative: read(2) fails */

int __wrap_uname(struct utsname *name)
{
	return uname_fails ? -1 : __real_uname(name);
}

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	if (read_at_most < 0) {
		errno = EIO;
		return -1;
	}
	return __real_read(fd, bytes, size < (size_t)read_at_most ? size : (size_t)read_at_most);
}

static void test_this_host(void **state)
{
	struct host_identity identity, again;
	struct utsname name;

	(void)state;
	assert_int_equal(__real_uname(&name), 0);
	host_identity_of_this_host(&identity);
	assert_string_equal(identity.name, name.nodename);
	/* A UUID, without its newline. */
	assert_int_equal(strlen(identity.boot_id), BOOT_ID_SIZE - 1);
	assert_int_equal(strspn(identity.boot_id, "0123456789abcdef-"), BOOT_ID_SIZE - 1);
	host_identity_of_this_host(&again);
	assert_string_equal(again.boot_id, identity.boot_id);
}

static void test_what_cannot_be_had_is_empty(void **state)
{
	struct host_identity identity;

	(void)state;
	memset(&identity, 'x', sizeof(identity));
	uname_fails = true;
	read_at_most = -1;
	host_identity_of_this_host(&identity);
	uname_fails = false;
	assert_string_equal(identity.name, "");
	assert_string_equal(identity.boot_id, "");
	read_at_most = 0;
	host_identity_of_this_host(&identity);
	assert_string_equal(identity.boot_id, "");
	/* What comes in pieces is whole. */
	read_at_most = 1;
	host_identity_of_this_host(&identity);
	assert_int_equal(strlen(identity.boot_id), BOOT_ID_SIZE - 1);
	read_at_most = SSIZE_MAX;
}

/* Nobody sets the clock back by a minute meanwhile. */
static void test_wall_clock(void **state)
{
	uint64_t before = clock_now_ns(CLOCK_REALTIME);
	int64_t offset;

	(void)state;
	while (!perf_clock_wall_offset(&offset))
		;
	uint64_t wall = perf_clock_now_ns() + (uint64_t)offset;
	assert_true(wall + 60 * NS_PER_S > before);
	assert_true(wall < clock_now_ns(CLOCK_REALTIME) + 60 * NS_PER_S);
}

static void test_time_namespace(void **state)
{
	static const struct {
		const char *text;
		int64_t shift_ns;
	} cases[] = {
		{"monotonic           0         0\nboottime            0         0\n", 0},
		{"monotonic       -1000         0\nboottime            7         0\n",
		 INT64_C(-1000000000000)},
		{"monotonic          -1 500000000\nboottime            0         0\n", -500000000},
		{"boottime            7         0\nmonotonic      100000         1\n",
		 INT64_C(100000000000001)},
		{"monotonic 9223372036854775807 0\n", 0},
		{"monotonic 5", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(perf_clock_parse_shift(cases[i].text), cases[i].shift_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_host),
		cmocka_unit_test(test_what_cannot_be_had_is_empty),
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_time_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
