/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statuses joined by tid and order, with messages of this test's own.
 */
#include <errno.h>
#include <stdlib.h>

#include "netlink/exit_stats.h"
#include "netlink/socket.h"
#include "netlink/taskstats.h"
#include "source/exit_statuses.h"
#include "support.h"

static struct exit_stats messages[64];
static size_t message_count, next_message;
static struct netlink_counts counts;
static int open_code;
static int allocations_left; /* negative: all succeed */

int __wrap_taskstats_open(size_t buffer_size, struct taskstats_listener **opened,
			  struct error *err);
void __wrap_taskstats_close(struct taskstats_listener *listener);
int __wrap_taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats);
struct netlink_counts __wrap_taskstats_counts(struct taskstats_listener *listener);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

int __wrap_taskstats_open(size_t buffer_size, struct taskstats_listener **opened, struct error *err)
{
	assert_true(buffer_size > 0);
	*opened = NULL;
	return open_code < 0 ? error_set(err, open_code, "refused") : 0;
}

void __wrap_taskstats_close(struct taskstats_listener *listener)
{
	assert_null(listener);
}

int __wrap_taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats)
{
	assert_null(listener);
	if (next_message == message_count)
		return 0;
	*stats = messages[next_message++];
	return 1;
}

struct netlink_counts __wrap_taskstats_counts(struct taskstats_listener *listener)
{
	assert_null(listener);
	return counts;
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left != 0 ? __real_calloc(count, size) : NULL;
}

static struct exit_statuses *statuses;

static int set_up(void **state)
{
	struct error err;

	(void)state;
	message_count = next_message = 0;
	counts = (struct netlink_counts){0};
	open_code = 0;
	allocations_left = -1;
	return exit_statuses_open(&statuses, &err);
}

static int tear_down(void **state)
{
	(void)state;
	exit_statuses_close(statuses);
	return 0;
}

static void tell(int32_t tid, uint32_t status)
{
	messages[message_count++] = (struct exit_stats){
		.version = EXIT_STATS_STATUS_OF_THREADS,
		.tid = tid,
		.status = status,
	};
}

static void assert_status(int32_t tid, uint32_t expected)
{
	uint32_t status;

	assert_true(exit_statuses_take(statuses, tid, tid, &status));
	assert_int_equal(status, expected);
}

static void assert_unknown(int32_t tid)
{
	uint32_t status;

	assert_false(exit_statuses_take(statuses, tid, tid, &status));
}

static void test_exits_of_one_tid_come_in_order(void **state)
{
	(void)state;
	tell(7, 0x300);
	tell(8, 0x9);
	tell(7, 0x8b);
	exit_statuses_collect(statuses);
	tell(7, 0);
	exit_statuses_collect(statuses);
	assert_status(7, 0x300);
	assert_status(7, 0x8b);
	assert_status(8, 0x9);
	assert_status(7, 0);
	assert_unknown(7);
	assert_unknown(9);
}

static void test_what_is_dropped_is_unknown(void **state)
{
	(void)state;
	tell(7, 0x300);
	exit_statuses_collect(statuses);
	exit_statuses_drop(statuses);
	assert_unknown(7);
	tell(7, 0x400);
	exit_statuses_collect(statuses);
	assert_status(7, 0x400);
}

static void test_after_an_overrun_nothing_is_known_until_then(void **state)
{
	(void)state;
	tell(7, 0x300);
	exit_statuses_collect(statuses);
	tell(8, 0x400);
	counts.overruns = 1;
	counts.dropped = 12;
	exit_statuses_collect(statuses);
	assert_unknown(7);
	assert_unknown(8);
	assert_int_equal(exit_statuses_lost(statuses), 12);
	tell(8, 0x500);
	exit_statuses_collect(statuses);
	assert_status(8, 0x500);
}

/* Old kernels tell 0 of threads that are not their process's first. */
static void test_old_kernels_know_only_leaders(void **state)
{
	uint32_t status;

	(void)state;
	tell(7, 0x300);
	tell(8, 0);
	messages[0].version = messages[1].version = EXIT_STATS_STATUS_OF_THREADS - 1;
	exit_statuses_collect(statuses);
	assert_false(exit_statuses_take(statuses, 8, 7, &status));
	assert_true(exit_statuses_take(statuses, 7, 7, &status));
	assert_int_equal(status, 0x300);
}

static void test_without_memory_nothing_is_known(void **state)
{
	(void)state;
	for (int left = 1; left <= 2; left++) {
		tell(7, 0x300);
		allocations_left = left;
		exit_statuses_collect(statuses);
		allocations_left = -1;
		assert_unknown(7);
	}
}

static void test_a_refusal(void **state)
{
	struct exit_statuses *refused;
	struct error err;

	(void)state;
	open_code = -EPERM;
	assert_int_equal(exit_statuses_open(&refused, &err), -EPERM);
	assert_string_equal(err.what, "refused");
	exit_statuses_close(NULL);
}

#define statuses_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		statuses_test(test_exits_of_one_tid_come_in_order),
		statuses_test(test_what_is_dropped_is_unknown),
		statuses_test(test_after_an_overrun_nothing_is_known_until_then),
		statuses_test(test_old_kernels_know_only_leaders),
		statuses_test(test_without_memory_nothing_is_known),
		statuses_test(test_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
