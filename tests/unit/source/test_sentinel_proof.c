/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a tracer tells of a sentinel: all of it, part of it, and every single thing wrong.
 */
#include <string.h>

#include "base/compiler.h"
#include "source/sentinel_proof.h"
#include "support.h"

#define TEXT(string)                       \
	{                                  \
		string, sizeof(string) - 1 \
	}

static const struct sentinel sent = {
	.parent = 10,
	.child = 11,
	.name = "fifteen-letters",
	.path = "/.//bin/sh",
	.new_name = "sh",
	.prio = 120,
	.before_ns = 100,
	.after_ns = 200,
};

static const struct event right[] = {
	{.type = EVENT_NEW_TASK, .time_ns = 100, .current_tid = 10, .new_task.pid = 11},
	{.type = EVENT_FORK,
	 .time_ns = 110,
	 .fork = {10, 11, TEXT("fifteen-letters"), TEXT("fifteen-letters")}},
	{.type = EVENT_EXEC,
	 .time_ns = 120,
	 .exec = {.pid = 11, .old_pid = 11, .comm = TEXT("sh"), .filename = TEXT("/.//bin/sh")}},
	{.type = EVENT_EXIT, .time_ns = 130, .exit = {.pid = 11, .prio = 120, .comm = TEXT("sh")}},
	{.type = EVENT_EXIT,
	 .time_ns = 200,
	 .exit = {.pid = 10, .prio = 120, .comm = TEXT("fifteen-letters")}},
};

static void test_right(void **state)
{
	(void)state;
	for (size_t missing = 0; missing <= ARRAY_SIZE(right); missing++) {
		struct sentinel_proof proof = {0};

		for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
			assert_false(sentinel_is_proven(&proof));
			if (i != missing)
				sentinel_prove(&sent, &right[i], &proof);
		}
		assert_false(proof.is_wrong);
		assert_int_equal(sentinel_is_proven(&proof), missing == ARRAY_SIZE(right));
	}
}

/* Others' events, losses, and those of a sentinel that was not sent. */
static void test_others(void **state)
{
	const struct event others[] = {
		{.type = EVENT_LOST},
		{.type = EVENT_FORK, .fork = {1, 10, TEXT("x"), TEXT("x")}},
		{.type = EVENT_EXEC, .exec = {.pid = 12, .comm = TEXT("x")}},
		{.type = EVENT_EXIT, .exit = {.pid = 12, .comm = TEXT("x")}},
		{.type = EVENT_NEW_TASK, .current_tid = 11, .new_task.pid = 12},
	};
	struct sentinel_proof proof = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		sentinel_prove(&sent, &others[i], &proof);
	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		sentinel_prove(&(struct sentinel){.new_name = ""}, &right[i], &proof);
	assert_int_equal(proof.told, 0);
	assert_false(proof.is_wrong);
}

static void assert_wrong(struct event event)
{
	struct sentinel_proof proof = {0};

	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		sentinel_prove(&sent, &right[i], &proof);
	assert_true(sentinel_is_proven(&proof));
	sentinel_prove(&sent, &event, &proof);
	assert_true(proof.is_wrong);
	assert_false(sentinel_is_proven(&proof));
}

static void test_wrong(void **state)
{
	const struct text short_name = TEXT("fifteen-letter"), none = {NULL, 0};
	struct event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		event = right[i];
		event.time_ns = 99;
		assert_wrong(event);
		event.time_ns = 201;
		assert_wrong(event);
	}
	event = right[0], event.new_task.pid = 12, assert_wrong(event);
	event = right[1], event.fork.child_tid = 12, assert_wrong(event);
	event = right[1], event.fork.parent_comm = short_name, assert_wrong(event);
	event = right[1], event.fork.child_comm = none, assert_wrong(event);
	event = right[2], event.exec.old_pid = 12, assert_wrong(event);
	event = right[2], event.exec.comm = short_name, assert_wrong(event);
	event = right[2], event.exec.filename = none, assert_wrong(event);
	event = right[3], event.exit.comm = short_name, assert_wrong(event);
	event = right[4], event.exit.comm = short_name, assert_wrong(event);
	event = right[4], event.exit.prio = 119, assert_wrong(event);
}

/* Of a task with another policy than the usual its priority is not foreseen. */
static void test_unforeseen_priority(void **state)
{
	struct sentinel sentinel = sent;
	struct sentinel_proof proof = {0};
	struct event event = right[3];

	(void)state;
	sentinel.prio = EVENT_NO_PRIO;
	event.exit.prio = 7;
	sentinel_prove(&sentinel, &event, &proof);
	assert_false(proof.is_wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_unforeseen_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
