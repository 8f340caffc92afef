/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who tells exit statuses, and what each of them says, with listeners of this test's own.
 */
#include <errno.h>
#include <unistd.h>

#include "event/facts.h"
#include "source/exit_authority.h"
#include "source/request.h"
#include "support.h"
#include "support_authority.h"

static const struct request quiet = {.quiet = true, .verbose = true};
static struct exit_authority *authority;

static int set_up(void **state)
{
	(void)state;
	fake = (struct fake_told){0};
	authority = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	exit_authority_close(authority);
	return fake.open == 0 ? 0 : -1;
}

static void test_taskstats_come_first(void **state)
{
	(void)state;
	assert_int_equal(exit_authority_open(&quiet, &authority), 0);
	assert_string_equal(exit_authority_name(authority), "taskstats");
	assert_string_equal(exit_authority_probe(), "taskstats");
	assert_false(exit_authority_is_late(authority));
	assert_int_equal(fake.open, 1);
}

static void test_else_the_connector(void **state)
{
	(void)state;
	fake.stats_code = -EPERM;
	assert_int_equal(exit_authority_open(&quiet, &authority), 0);
	assert_string_equal(exit_authority_name(authority), "process connector");
	assert_string_equal(exit_authority_probe(), "process connector");
	assert_true(exit_authority_is_late(authority));
	assert_int_equal(fake.open, 1);
}

static void test_else_nobody(void **state)
{
	(void)state;
	fake.stats_code = -EPERM;
	fake.connector_code = -ECONNREFUSED;
	assert_int_equal(exit_authority_open(&quiet, &authority), -ECONNREFUSED);
	assert_null(authority);
	assert_null(exit_authority_probe());
	exit_authority_close(NULL);
}

static void test_what_taskstats_tell(void **state)
{
	struct told_exit told;

	(void)state;
	fake.stats[0] = (struct exit_stats){
		.version = EXIT_STATS_STATUS_OF_THREADS, .tid = 8, .tgid = 7, .status = 0x8b};
	fake.stats[1] = (struct exit_stats){
		.version = EXIT_STATS_STATUS_OF_THREADS - 1, .tid = 9, .is_last = true};
	fake.stats_count = 2;
	assert_int_equal(exit_authority_open(&quiet, &authority), 0);
	assert_true(exit_authority_next(authority, &told));
	assert_int_equal(told.tid, 8);
	assert_int_equal(told.tgid, 7);
	assert_int_equal(told.status, 0x8b);
	assert_int_equal(told.flags, 0);
	assert_true(told.time_ns > 0);
	assert_true(exit_authority_next(authority, &told));
	assert_int_equal(told.flags, TOLD_LAST | TOLD_LEADER);
	assert_false(exit_authority_next(authority, &told));
}

/* Only where that is asked for, and by whoever has it. */
static void test_usage(void **state)
{
	const struct request asks = {.quiet = true, .needs = NEED_USAGE};
	struct told_exit told;

	(void)state;
	fake.stats[0] = fake.stats[1] = (struct exit_stats){
		.tid = 7,
		.is_only = true,
		.utime_us = 1,
		.stime_us = 2,
		.run_ns = 3,
		.hiwater_rss_kb = 4,
		.read_bytes = 5,
		.write_bytes = 6,
		.read_char = 7,
		.write_char = 8,
	};
	fake.stats_count = 2;
	assert_int_equal(exit_authority_open(&quiet, &authority), 0);
	assert_false(exit_authority_tells_usage(authority));
	assert_true(exit_authority_next(authority, &told));
	assert_false(told.usage.known);
	exit_authority_close(authority);
	assert_int_equal(exit_authority_open(&asks, &authority), 0);
	assert_true(exit_authority_tells_usage(authority));
	assert_true(exit_authority_next(authority, &told));
	assert_true(told.usage.known);
	assert_true(told.usage.is_only);
	assert_int_equal(told.usage.has_bytes, access("/proc/self/io", F_OK) == 0);
	assert_int_equal(told.usage.user_us, 1);
	assert_int_equal(told.usage.system_us, 2);
	assert_int_equal(told.usage.run_ns, 3);
	assert_int_equal(told.usage.max_rss_kib, 4);
	assert_int_equal(told.usage.read_bytes, 5);
	assert_int_equal(told.usage.written_bytes, 6);
}

static void test_the_connector_tells_no_usage(void **state)
{
	const struct request asks = {.quiet = true, .needs = NEED_USAGE};
	struct told_exit told;

	(void)state;
	fake.stats_code = -EPERM;
	fake.messages[0] = (struct proc_message){.kind = PROC_EXIT, .tid = 8};
	fake.message_count = 1;
	assert_int_equal(exit_authority_open(&asks, &authority), 0);
	assert_false(exit_authority_tells_usage(authority));
	assert_true(exit_authority_next(authority, &told));
	assert_false(told.usage.known);
}

/* Kernels before 6.6 tell all kinds. */
static void test_what_the_connector_tells(void **state)
{
	struct told_exit told;

	(void)state;
	fake.stats_code = -EPERM;
	fake.messages[0] = (struct proc_message){.kind = PROC_FORK, .tid = 5};
	fake.messages[1] = (struct proc_message){
		.kind = PROC_EXIT, .tid = 8, .tgid = 7, .status = 0x300, .time_ns = 12345};
	fake.messages[2] = (struct proc_message){.kind = PROC_COMM, .tid = 6};
	fake.message_count = 3;
	assert_int_equal(exit_authority_open(&quiet, &authority), 0);
	assert_true(exit_authority_next(authority, &told));
	assert_int_equal(told.tid, 8);
	assert_int_equal(told.tgid, 7);
	assert_int_equal(told.status, 0x300);
	assert_int_equal(told.flags, TOLD_HAS_TIME);
	assert_int_equal(told.time_ns, 12345);
	assert_false(exit_authority_next(authority, &told));
	assert_int_equal(fake.message_next, 3);
}

static void test_overruns_are_told_once(void **state)
{
	(void)state;
	for (int code = 0; code >= -EPERM; code -= EPERM) {
		fake.stats_code = code;
		fake.counts = (struct netlink_counts){0};
		assert_int_equal(exit_authority_open(&quiet, &authority), 0);
		assert_false(exit_authority_overran(authority));
		fake.counts = (struct netlink_counts){.dropped = 12, .overruns = 1};
		assert_true(exit_authority_overran(authority));
		assert_false(exit_authority_overran(authority));
		assert_int_equal(exit_authority_lost(authority), 12);
		exit_authority_close(authority);
	}
	authority = NULL;
}

#define authority_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		authority_test(test_taskstats_come_first),
		authority_test(test_else_the_connector),
		authority_test(test_else_nobody),
		authority_test(test_what_taskstats_tell),
		authority_test(test_usage),
		authority_test(test_the_connector_tells_no_usage),
		authority_test(test_what_the_connector_tells),
		authority_test(test_overruns_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
