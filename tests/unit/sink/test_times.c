/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as people read them.
 */
#include <stdlib.h>
#include <time.h>

#include "sink/text/times.h"
#include "support.h"

static void check_span(int64_t ns, const char *expected)
{
	char out[TIMES_TEXT_SIZE];

	times_span(ns, out);
	assert_string_equal(out, expected);
}

static void test_spans(void **state)
{
	(void)state;
	check_span(-1, "?");
	check_span(0, "0ns");
	check_span(999, "999ns");
	check_span(1000, "1us");
	check_span(999999, "999us");
	check_span(1000000, "1.0ms");
	check_span(99999999, "99.9ms");
	check_span(100000000, "100ms");
	check_span(999999999, "999ms");
	check_span(1000000000, "1.0s");
	check_span(59999999999, "59.9s");
	check_span(60000000000, "1m00s");
	check_span(3599999999999, "59m59s");
	check_span(3600000000000, "1h00m");
	check_span(86399999999999, "23h59m");
	check_span(86400000000000, "1d00h");
	check_span(INT64_MAX, "106751d23h");
}

static void check_when(const struct sink_context *context, uint64_t time_ns, const char *expected)
{
	struct times times = {0};
	char out[TIMES_TEXT_SIZE];

	times_note(&times, 1000000000);
	times_note(&times, 5);
	times_when(&times, context, time_ns, out);
	assert_string_equal(out, expected);
}

static void test_since_the_first(void **state)
{
	static const struct sink_context context = {.wall_clock = true, .wall_offset_ns = 1};

	(void)state;
	check_when(&context, 1000000000, "0.000000");
	check_when(&context, EVENT_NO_TIME, "?");
	check_when(&context, 3123456789, "2.123456");
	check_when(&context, 999998000, "-0.000002");
	check_when(&context, UINT64_MAX, "18446744072.709551");
}

static void test_wall_clock(void **state)
{
	static const struct sink_context context = {.wall_clock = true, .wall_offset_known = true};
	struct sink_context before = context, never = context;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	check_when(&context, 1, "00:00:00.000");
	check_when(&context, EVENT_NO_TIME, "?");
	check_when(&context, 86399999999999, "23:59:59.999");
	before.wall_offset_ns = -1000000;
	check_when(&before, 1, "23:59:59.999");
	never.wall_offset_ns = INT64_MAX;
	check_when(&never, UINT64_MAX, "23:47:16.854");
	setenv("TZ", "UTC-5:30", 1);
	tzset();
	check_when(&context, 1, "05:30:00.000");
}

static void check_next(struct times *times, const struct sink_context *context, uint64_t time_ns,
		       const char *expected)
{
	char out[TIMES_TEXT_SIZE];
	size_t length = times_when(times, context, time_ns, out);

	assert_text((struct text){out, length}, expected);
}

static void test_one_second_after_another(void **state)
{
	static const struct sink_context context = {.wall_clock = true, .wall_offset_known = true};
	struct times times = {0};

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	check_next(&times, &context, 1000000, "00:00:00.001");
	check_next(&times, &context, 999999999, "00:00:00.999");
	check_next(&times, &context, 1000000000, "00:00:01.000");
	check_next(&times, &context, 86400999000000, "00:00:00.999");
	check_next(&times, &context, 5000000, "00:00:00.005");
	check_next(&times, &context, 3600005000000, "01:00:00.005");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_since_the_first),
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_one_second_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
