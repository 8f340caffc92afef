/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table against golden files, and what holds for any.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support_story.h"

static void check(struct story *story, struct sink_context context, const char *name)
{
	story_check(story, sink_table_new, context, name);
	free(story);
}

static void test_a_build(void **state)
{
	(void)state;
	check(story_of_a_build(), (struct sink_context){0}, "table-build.txt");
	check(story_of_a_build(), (struct sink_context){.width = 120, .color = true},
	      "table-build-color.txt");
}

static void test_usage(void **state)
{
	(void)state;
	check(story_of_usage(), (struct sink_context){.usage = true}, "table-usage.txt");
	check(story_of_usage(), (struct sink_context){.usage = true, .width = 100},
	      "table-usage-100.txt");
}

static void test_awkward_names(void **state)
{
	(void)state;
	check(story_of_awkward_names(), (struct sink_context){0}, "table-awkward.txt");
	check(story_of_awkward_names(), (struct sink_context){.width = 120},
	      "table-awkward-120.txt");
	check(story_of_awkward_names(), (struct sink_context){.width = 40}, "table-awkward-40.txt");
}

/* 104 columns hold all; what is asked for least goes first. */
static void test_narrow_terminals(void **state)
{
	static const struct {
		unsigned int width;
		const char *golden;
	} cases[] = {{104, "table-deaths-104.txt"},
		     {80, "table-deaths-80.txt"},
		     {60, "table-deaths-60.txt"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(story_of_deaths(), (struct sink_context){.width = cases[i].width},
		      cases[i].golden);
}

static void test_a_server(void **state)
{
	(void)state;
	check(story_of_a_server(), (struct sink_context){0}, "table-server.txt");
	check(story_of_a_server(), (struct sink_context){.width = 80, .color = true},
	      "table-server-color.txt");
}

static void test_failed_execs(void **state)
{
	(void)state;
	check(story_of_failed_execs(), (struct sink_context){0}, "table-failed-execs.txt");
	check(story_of_failed_execs(), (struct sink_context){.width = 60, .color = true},
	      "table-failed-execs-color.txt");
	check(story_of_failed_execs(), (struct sink_context){.width = 30},
	      "table-failed-execs-30.txt");
}

static void test_threads(void **state)
{
	(void)state;
	check(story_of_threads(), (struct sink_context){.color = true}, "table-threads.txt");
}

static void test_deaths(void **state)
{
	(void)state;
	check(story_of_deaths(), (struct sink_context){0}, "table-deaths.txt");
	check(story_of_deaths(), (struct sink_context){.width = 120, .color = true},
	      "table-deaths-color.txt");
}

static void test_nothing_known(void **state)
{
	struct story *story = story_of_threads();

	(void)state;
	story_forget_facts(story);
	check(story, (struct sink_context){0}, "table-unknown.txt");
}

static void test_wall_clock(void **state)
{
	struct sink_context context = {
		.wall_clock = true,
		.wall_offset_known = true,
		/* 2026-11-22 23:59:59.950 UTC at the beginning */
		.wall_offset_ns = INT64_C(1795391999950000000) - INT64_C(5000000000000),
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	check(story_of_a_build(), context, "table-wall-clock.txt");
}

static void test_no_events(void **state)
{
	(void)state;
	check(story_new(), (struct sink_context){0}, "table-empty.txt");
}

static void test_no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	story_check_widths(sink_table_new);
}

/* 2000 arguments of up to 100 bytes: whole without a terminal, cut on one. */
static void test_many_arguments(void **state)
{
	static char words[2000 * 100];
	struct story *story = story_new();
	size_t length = 0;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		memset(words + length, '\n', i % 100);
		length += i % 100 + 1;
	}
	story_older(story, 100, "x");
	story_exec(story, 0, 100, "/x", (struct text){words, length});
	char *lines = story_show(story, sink_table_new, (struct sink_context){0});
	assert_true(strlen(lines) > 2 * (length - 2000));
	free(lines);
	lines = story_show(story, sink_table_new, (struct sink_context){.width = 120});
	assert_true(strlen(lines) < 300);
	free(lines);
	free(story);
}

static void test_other_events_are_not_shown(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_lost(story, 0, 0, 1);
	story->events[0].type = EVENT_NEW_TASK;
	check(story, (struct sink_context){0}, "table-empty.txt");
}

static void test_a_full_disk_is_reported(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_check_full_disk(story, sink_table_new);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_build),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_awkward_names),
		cmocka_unit_test(test_narrow_terminals),
		cmocka_unit_test(test_a_server),
		cmocka_unit_test(test_failed_execs),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_other_events_are_not_shown),
		cmocka_unit_test(test_a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
