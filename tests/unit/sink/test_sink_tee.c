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
	int events, code;
};

static int count_event(struct sink *sink, const struct event *event)
{
	struct counter *counter = (struct counter *)sink;

	(void)event;
	counter->events++;
	return counter->code;
}

static const struct sink_ops counter_ops = {.event = count_event};

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_get_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
