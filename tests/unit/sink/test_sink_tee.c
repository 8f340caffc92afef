/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sinks that get the same events.
 */
#include <errno.h>

#include "sink/sink.h"
#include "support.h"

/* A sink that counts, and fails with `code`. */
struct counter {
	struct sink sink;
	int events, running, code, idle;
};

static int count_event(struct sink *sink, const struct event *event)
{
	struct counter *counter = (struct counter *)sink;

	(void)event;
	counter->events++;
	return counter->code;
}

static int count_running(struct sink *sink, const struct event *event)
{
	struct counter *counter = (struct counter *)sink;

	(void)event;
	counter->running++;
	return counter->code;
}

static int be_idle(struct sink *sink, uint64_t now_ns)
{
	assert_int_equal(now_ns, 7);
	return ((struct counter *)sink)->idle;
}

static const struct sink_ops counter_ops = {
	.event = count_event,
	.running = count_running,
	.idle = be_idle,
};

static void test_both_get_it(void **state)
{
	struct counter first = {.sink = {.ops = &counter_ops}};
	struct counter second = {.sink = {.ops = &counter_ops}};
	struct sink *tee = sink_tee_new(&first.sink, &second.sink);
	const struct event event = {.type = EVENT_LOST};

	(void)state;
	assert_non_null(tee);
	assert_int_equal(sink_event(tee, &event), 0);
	second.code = -EIO;
	assert_int_equal(sink_event(tee, &event), -EIO);
	assert_int_equal(first.events, 2);
	assert_int_equal(second.events, 2);
	first.code = -ENOSPC;
	assert_int_equal(sink_event(tee, &event), -ENOSPC);
	assert_int_equal(second.events, 2);
	assert_int_equal(sink_finish(tee), 0);
	sink_free(tee);
}

static void test_both_get_what_was_running(void **state)
{
	struct counter first = {.sink = {.ops = &counter_ops}};
	struct counter second = {.sink = {.ops = &counter_ops}};
	struct sink *tee = sink_tee_new(&first.sink, &second.sink);
	const struct event event = {.type = EVENT_EXEC};

	(void)state;
	assert_non_null(tee);
	assert_int_equal(sink_running(tee, &event), 0);
	assert_int_equal(first.running, 1);
	assert_int_equal(second.running, 1);
	first.code = -ENOSPC;
	assert_int_equal(sink_running(tee, &event), -ENOSPC);
	assert_int_equal(second.running, 1);
	sink_free(tee);
}

static void test_both_are_idle(void **state)
{
	/* What the first one says, the second one, and both. */
	static const int cases[][3] = {{0, 0, 0},
				       {1, 0, 1},
				       {0, 1, 1},
				       {-EIO, 0, -EIO},
				       {1, -ENOSPC, -ENOSPC},
				       {-EIO, -ENOSPC, -EIO}};
	struct counter first = {.sink = {.ops = &counter_ops}};
	struct counter second = {.sink = {.ops = &counter_ops}};
	struct sink *tee = sink_tee_new(&first.sink, &second.sink);

	(void)state;
	assert_non_null(tee);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		first.idle = cases[i][0];
		second.idle = cases[i][1];
		assert_int_equal(sink_idle(tee, 7), cases[i][2]);
	}
	sink_free(tee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_get_it),
		cmocka_unit_test(test_both_get_what_was_running),
		cmocka_unit_test(test_both_are_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
