/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statuses joined with exits: by tid and order, or by their time; unknown rather than wrong.
 */
#include <stdlib.h>

#include "event/event.h"
#include "source/exit_statuses.h"
#include "support.h"

#define UNKNOWN UINT32_MAX
#define SECOND 1000000000ULL

static int allocations_left; /* negative: all succeed */
static struct exit_statuses *statuses;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left != 0 ? __real_calloc(count, size) : NULL;
}

static int set_up(void **state)
{
	(void)state;
	allocations_left = -1;
	statuses = exit_statuses_new();
	return statuses ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	exit_statuses_free(statuses);
	return 0;
}

static void tell(int32_t tid, uint64_t time_ns, uint32_t status, unsigned int flags)
{
	const struct told_exit told = {
		.tid = tid, .time_ns = time_ns, .status = status, .flags = flags};

	exit_statuses_add(statuses, &told);
}

static uint32_t status_of_thread(int32_t tid, int32_t tgid, uint64_t time_ns)
{
	struct event event = {
		.type = EVENT_EXIT, .time_ns = time_ns, .sample_pid = tgid, .exit.pid = tid};

	exit_statuses_apply(statuses, &event);
	return event.exit.has_status ? event.exit.status : UNKNOWN;
}

static uint32_t status_of(int32_t tid, uint64_t time_ns)
{
	return status_of_thread(tid, tid, time_ns);
}

static void apply_fork(int32_t child, uint64_t time_ns)
{
	struct event event = {.type = EVENT_FORK, .time_ns = time_ns, .fork.child_tid = child};

	exit_statuses_apply(statuses, &event);
}

static void apply_new_task(int32_t child, uint64_t time_ns)
{
	struct event event = {.type = EVENT_NEW_TASK, .time_ns = time_ns, .new_task.pid = child};

	exit_statuses_apply(statuses, &event);
}

static void apply_loss(void)
{
	struct event event = {.type = EVENT_LOST};

	exit_statuses_apply(statuses, &event);
}

/* What the exit of TID used, in user_us; UNKNOWN. */
static uint64_t usage_of(int32_t tid, uint64_t time_ns)
{
	struct event event = {
		.type = EVENT_EXIT, .time_ns = time_ns, .sample_pid = tid, .exit.pid = tid};

	exit_statuses_apply(statuses, &event);
	return event.exit.usage ? event.exit.usage->user_us : UNKNOWN;
}

static void tell_usage(int32_t tid, uint64_t user_us)
{
	const struct task_usage usage = {.known = true, .user_us = user_us};

	exit_statuses_add_usage(statuses, tid, &usage);
}

static void test_usage_comes_with_its_status(void **state)
{
	const struct told_exit told = {.tid = 9, .usage = {.known = true, .user_us = 5}};

	(void)state;
	exit_statuses_add(statuses, &told);
	tell(10, 100, 0x300, 0);
	assert_int_equal(usage_of(9, 100), 5);
	assert_int_equal(usage_of(10, 100), UNKNOWN);
	assert_int_equal(usage_of(9, 110), UNKNOWN);
}

static void test_usage_is_added_in_order(void **state)
{
	(void)state;
	tell(7, 100, 0x300, 0);
	tell(8, 100, 0, 0);
	tell(7, 100, 0x400, 0);
	tell_usage(7, 1);
	tell_usage(7, 2);
	tell_usage(7, 3);
	tell_usage(6, 4);
	assert_int_equal(usage_of(7, 100), 1);
	assert_int_equal(usage_of(8, 100), UNKNOWN);
	assert_int_equal(usage_of(7, 120), 2);
	assert_int_equal(usage_of(7, 130), UNKNOWN);
	assert_int_equal(usage_of(6, 130), UNKNOWN);
}

static void test_exits_of_one_tid_come_in_order(void **state)
{
	(void)state;
	tell(7, 100, 0x300, 0);
	tell(8, 100, 0x9, 0);
	tell(7, 100, 0x8b, 0);
	tell(7, 200, 0, 0);
	assert_int_equal(status_of(7, 10), 0x300);
	assert_int_equal(status_of(7, 20), 0x8b);
	assert_int_equal(status_of(8, 30), 0x9);
	assert_int_equal(status_of(7, 40), 0);
	assert_int_equal(status_of(7, 50), UNKNOWN);
	assert_int_equal(status_of(9, 60), UNKNOWN);
}

static void test_what_is_dropped_is_unknown(void **state)
{
	(void)state;
	tell(7, 100, 0x300, 0);
	tell(7, 110, 0x400, 0);
	exit_statuses_drop(statuses, 50);
	tell(7, 200, 0x500, 0);
	/* As old as what was dropped. */
	assert_int_equal(status_of(7, 110), UNKNOWN);
	assert_int_equal(status_of(7, 190), 0x500);
	exit_statuses_drop(statuses, 300);
	tell(7, 310, 0x600, 0);
	assert_int_equal(status_of(7, 300), UNKNOWN);
	assert_int_equal(status_of(7, 301), 0x600);
}

static void test_a_loss_of_records_drops_all(void **state)
{
	(void)state;
	tell(7, 100, 0x300, 0);
	tell(8, 120, 0x300, 0);
	apply_loss();
	assert_int_equal(status_of(7, 130), UNKNOWN);
	tell(8, 140, 0x400, 0);
	assert_int_equal(status_of(8, 120), UNKNOWN);
	assert_int_equal(status_of(8, 121), 0x400);
}

/* Its record was lost, and no loss has been told yet. */
static void test_a_fork_ends_what_was_told_of_its_tid(void **state)
{
	(void)state;
	for (int by_fork = 0; by_fork <= 1; by_fork++) {
		tell(7, 100, 0x300, 0);
		tell(7, 100, 0x400, 0);
		(by_fork ? apply_fork : apply_new_task)(7, 101);
		assert_int_equal(status_of(7, 150), UNKNOWN);
		/* All was read only after both had gone. */
		tell(7, 200, 0x500, 0);
		(by_fork ? apply_fork : apply_new_task)(7, 180);
		assert_int_equal(status_of(7, 190), 0x500);
	}
}

static void test_statuses_with_a_time_come_after_their_exit(void **state)
{
	(void)state;
	tell(7, 1000, 0x300, TOLD_HAS_TIME);
	tell(7, 5000, 0x400, TOLD_HAS_TIME);
	assert_int_equal(status_of(7, 2000), 0x400);
	tell(7, 6000, 0x500, TOLD_HAS_TIME);
	assert_int_equal(status_of(7, 6000), 0x500);
}

static void test_a_status_that_is_told_too_late_is_of_another_exit(void **state)
{
	const uint64_t exit_ns = SECOND;

	(void)state;
	tell(7, exit_ns + EXIT_STATUS_LATE_NS + 1, 0x300, TOLD_HAS_TIME);
	assert_int_equal(status_of(7, exit_ns), UNKNOWN);
	assert_int_equal(status_of(7, exit_ns + 1), 0x300);
}

/* Old kernels tell 0 of threads that are not their process's first. */
static void test_old_kernels_know_only_leaders(void **state)
{
	(void)state;
	tell(7, 100, 0x300, TOLD_LEADER);
	tell(8, 100, 0, TOLD_LEADER);
	tell(8, 100, 0x500, 0);
	assert_int_equal(status_of_thread(8, 7, 10), UNKNOWN);
	assert_int_equal(status_of_thread(8, 7, 20), 0x500);
	assert_int_equal(status_of_thread(7, 7, 30), 0x300);
}

static void test_statuses_do_not_wait_forever(void **state)
{
	(void)state;
	tell(6, SECOND, 0x300, 0);
	tell(7, SECOND, 0x400, 0);
	tell(8, 61 * SECOND, 0, 0);
	assert_int_equal(status_of(6, 3 * SECOND), 0x300);
	tell(8, 61 * SECOND + 1, 0, 0);
	assert_int_equal(status_of(7, 4 * SECOND), UNKNOWN);
}

static void test_there_is_an_end_to_what_is_kept(void **state)
{
	(void)state;
	for (int32_t tid = 1; tid <= 262145; tid++)
		tell(tid, 100, 0x300, 0);
	assert_int_equal(status_of(1, 101), UNKNOWN);
	tell(1, 200, 0x400, 0);
	assert_int_equal(status_of(1, 150), 0x400);
}

/* Two of each tid, asked for in another order. */
static void check_many(int32_t count)
{
	for (int32_t round = 0; round < 2; round++)
		for (int32_t tid = 1; tid <= count; tid++)
			tell(tid, 100, (uint32_t)(tid % 200 + round) << 8, 0);
	for (int32_t round = 0; round < 2; round++)
		for (int32_t i = 0; i < count; i++) {
			int32_t tid = i * 7 % count + 1;

			assert_int_equal(status_of(tid, 110), (tid % 200 + round) << 8);
		}
	assert_int_equal(status_of(1, 120), UNKNOWN);
}

static void test_many_are_kept_apart(void **state)
{
	(void)state;
	check_many(10000);
	/* With the memory of the ones before. */
	allocations_left = 0;
	check_many(10000);
	allocations_left = -1;
}

static void test_without_memory_nothing_is_known(void **state)
{
	(void)state;
	tell(7, 100, 0x300, 0);
	allocations_left = 0;
	tell(8, 110, 0x300, 0);
	assert_null(exit_statuses_new());
	allocations_left = 2;
	assert_null(exit_statuses_new());
	allocations_left = -1;
	assert_int_equal(status_of(7, 111), UNKNOWN);
	tell(7, 200, 0x400, 0);
	assert_int_equal(status_of(7, 110), UNKNOWN);
	exit_statuses_free(NULL);
}

static void test_who_is_told_to_be_the_last_one(void **state)
{
	(void)state;
	struct event event = {.type = EVENT_EXIT, .time_ns = 90, .sample_pid = 7, .exit.pid = 8};

	tell(8, 100, 0x300, TOLD_LAST);
	tell(7, 110, 0x400, 0);
	exit_statuses_apply(statuses, &event);
	assert_true(event.exit.told_last);
	event.exit.pid = 7;
	exit_statuses_apply(statuses, &event);
	assert_false(event.exit.told_last);
}

#define statuses_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		statuses_test(test_exits_of_one_tid_come_in_order),
		statuses_test(test_usage_comes_with_its_status),
		statuses_test(test_usage_is_added_in_order),
		statuses_test(test_what_is_dropped_is_unknown),
		statuses_test(test_a_loss_of_records_drops_all),
		statuses_test(test_a_fork_ends_what_was_told_of_its_tid),
		statuses_test(test_statuses_with_a_time_come_after_their_exit),
		statuses_test(test_a_status_that_is_told_too_late_is_of_another_exit),
		statuses_test(test_old_kernels_know_only_leaders),
		statuses_test(test_who_is_told_to_be_the_last_one),
		statuses_test(test_statuses_do_not_wait_forever),
		statuses_test(test_there_is_an_end_to_what_is_kept),
		statuses_test(test_many_are_kept_apart),
		statuses_test(test_without_memory_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
