/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An event's task, name and kind of fork, and copies of names.
 */
#include "event/event.h"

#include <string.h>

#include "event/comm.h"
#include "support.h"

static void test_task_and_name(void **state)
{
	const struct event fork = {
		.type = EVENT_FORK,
		.fork = {.parent_tid = 1, .child_tid = 2, {"parent", 6}, {"child", 5}},
	};
	const struct event exec = {
		.type = EVENT_EXEC,
		.exec = {.pid = 3, .old_pid = 4, .comm = {"new", 3}},
	};
	const struct event end = {.type = EVENT_EXIT, .exit = {.pid = 5, .comm = {"left", 4}}};

	(void)state;
	assert_int_equal(event_task(&fork), 1);
	assert_int_equal(event_task(&exec), 3);
	assert_int_equal(event_task(&end), 5);
	assert_memory_equal(event_comm(&fork).bytes, "parent", 6);
	assert_memory_equal(event_comm(&exec).bytes, "new", 3);
	assert_memory_equal(event_comm(&end).bytes, "left", 4);
}

static void test_other_types_have_no_task(void **state)
{
	(void)state;
	for (int type = EVENT_LOST; type < EVENT_TYPES; type++) {
		const struct event event = {
			.type = (enum event_type)type,
			.fork = {.parent_tid = 1, .child_tid = 2},
		};

		assert_int_equal(event_task(&event), 0);
	}
}

static void test_fork_kind(void **state)
{
	static const struct {
		enum fork_kind known, seen;
		int32_t child_tgid;
	} kinds[] = {
		{FORK_KIND_UNKNOWN, FORK_KIND_UNKNOWN, -1},
		{FORK_KIND_UNKNOWN, FORK_KIND_UNKNOWN, 1},
		/* Or by vfork(2). */
		{FORK_KIND_UNKNOWN, FORK_KIND_PROCESS, 2},
		{FORK_KIND_VFORK, FORK_KIND_VFORK, 2},
		{FORK_KIND_PROCESS, FORK_KIND_PROCESS, 2},
		{FORK_KIND_THREAD, FORK_KIND_THREAD, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct facts facts = facts_unknown;
		const struct event event = {
			.type = EVENT_FORK,
			.facts = &facts,
			.fork = {.parent_tid = 1, .child_tid = 2},
		};

		facts.kind = kinds[i].known;
		facts.child_tgid = kinds[i].child_tgid;
		assert_int_equal(event_fork_kind(&event), kinds[i].seen);
	}
}

static void test_fork_kind_without_facts(void **state)
{
	const struct event event = {.type = EVENT_FORK, .fork = {.child_tid = 2}};

	(void)state;
	assert_int_equal(event_fork_kind(&event), FORK_KIND_UNKNOWN);
}

static void test_comm_is_cut(void **state)
{
	struct comm comm;

	(void)state;
	comm_set(&comm, (struct text){"0123456789abcdefghi", 19});
	assert_int_equal(comm_text(&comm).length, TASK_COMM_SIZE);
	assert_memory_equal(comm_text(&comm).bytes, "0123456789abcdef", TASK_COMM_SIZE);
}

static void test_comm_unknown(void **state)
{
	struct comm comm = {.length = 3};

	(void)state;
	comm_set(&comm, (struct text){0});
	assert_null(comm_text(&comm).bytes);
	assert_int_equal(comm_text(&comm).length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task_and_name),
		cmocka_unit_test(test_other_types_have_no_task),
		cmocka_unit_test(test_fork_kind),
		cmocka_unit_test(test_fork_kind_without_facts),
		cmocka_unit_test(test_comm_is_cut),
		cmocka_unit_test(test_comm_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
