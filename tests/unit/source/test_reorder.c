/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that come out of order, put in order.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "source/reorder.h"
#include "support.h"

void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);

static bool fails;

void *__wrap_malloc(size_t size)
{
	return fails ? NULL : __real_malloc(size);
}

static int push(struct reorder *reorder, uint64_t time_ns, int32_t pid)
{
	char comm[8], path[200];

	snprintf(comm, sizeof(comm), "c%d", pid % 1000);
	snprintf(path, sizeof(path), "/bin/%d", pid);
	const struct event event = {
		.type = EVENT_EXEC,
		.time_ns = time_ns,
		.exec = {.pid = pid,
			 .comm = {comm, strlen(comm)},
			 .filename = {path, strlen(path)}},
	};
	return reorder_push(reorder, &event);
}

static void test_order(void **state)
{
	struct random random = {.state = 7};
	struct reorder reorder = {0};
	struct event event;
	uint64_t last = 0;
	char text[32];

	(void)state;
	for (int32_t i = 0; i < 5000; i++)
		assert_int_equal(push(&reorder, 1 + random_below(&random, 500), i), 0);
	for (int32_t i = 0, before = -1; i < 5000; i++) {
		assert_true(reorder_pop(&reorder, 500, &event));
		assert_true(event.time_ns >= last);
		/* Those of one time as they came. */
		if (event.time_ns == last)
			assert_true(event.exec.pid > before);
		snprintf(text, sizeof(text), "c%d", event.exec.pid % 1000);
		assert_text(event.exec.comm, text);
		snprintf(text, sizeof(text), "/bin/%d", event.exec.pid);
		assert_text(event.exec.filename, text);
		last = event.time_ns;
		before = event.exec.pid;
	}
	assert_false(reorder_pop(&reorder, UINT64_MAX, &event));
	assert_int_equal(reorder.late, 0);
	reorder_done(&reorder);
}

static void test_horizon_and_late(void **state)
{
	struct reorder reorder = {0};
	struct event event;

	(void)state;
	assert_int_equal(push(&reorder, 20, 1), 0);
	assert_int_equal(push(&reorder, 10, 2), 0);
	assert_false(reorder_pop(&reorder, 9, &event));
	assert_true(reorder_pop(&reorder, 10, &event));
	assert_int_equal(event.exec.pid, 2);
	assert_false(reorder_pop(&reorder, 19, &event));
	assert_true(reorder_pop(&reorder, 20, &event));
	assert_int_equal(push(&reorder, 15, 3), 0);
	assert_true(reorder_pop(&reorder, 20, &event));
	assert_int_equal(reorder.late, 1);
	reorder_done(&reorder);
}

static void test_unknown_texts(void **state)
{
	char longer[REORDER_TEXT_SIZE + 1];
	struct reorder reorder = {0};
	struct event event = {.type = EVENT_EXEC, .time_ns = 1};

	(void)state;
	memset(longer, 'x', sizeof(longer));
	event.exec.filename = (struct text){longer, sizeof(longer)};
	assert_int_equal(reorder_push(&reorder, &event), 0);
	assert_true(reorder_pop(&reorder, 1, &event));
	assert_null(event.exec.comm.bytes);
	assert_null(event.exec.filename.bytes);
	reorder_done(&reorder);
}

/* So many that they cannot all wait. */
static void test_bound(void **state)
{
	struct reorder reorder = {0};
	struct event event;

	(void)state;
	for (int32_t i = 0; i <= (int32_t)REORDER_MAX; i++)
		assert_int_equal(push(&reorder, 100 + (uint64_t)i, i), 0);
	assert_true(reorder_pop(&reorder, 0, &event));
	assert_int_equal(event.time_ns, 100);
	assert_false(reorder_pop(&reorder, 0, &event));
	reorder_done(&reorder);
}

static void test_no_memory(void **state)
{
	struct reorder reorder = {0};
	struct event event;

	(void)state;
	fails = true;
	assert_int_equal(push(&reorder, 1, 1), -ENOMEM);
	fails = false;
	assert_false(reorder_pop(&reorder, 1, &event));
	reorder_done(&reorder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),         cmocka_unit_test(test_horizon_and_late),
		cmocka_unit_test(test_unknown_texts), cmocka_unit_test(test_bound),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
