/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree against golden files, and what it does where filters and losses hide half of the story.
 */
#include <stdlib.h>

#include <string.h>

#include "support_sink.h"
#include "support_story.h"
#include "support_story_memory.h"

static void check(struct story *story, struct sink_context context, const char *name)
{
	story_check(story, sink_tree_new, context, name);
	free(story);
}

static void test_a_build(void **state)
{
	(void)state;
	check(story_of_a_build(), (struct sink_context){0}, "tree-build.txt");
	check(story_of_a_build(), (struct sink_context){.width = 80, .color = true},
	      "tree-build-color.txt");
}

static void test_usage(void **state)
{
	(void)state;
	check(story_of_usage(), (struct sink_context){.usage = true}, "tree-usage.txt");
}

static void test_awkward_names(void **state)
{
	(void)state;
	check(story_of_awkward_names(), (struct sink_context){0}, "tree-awkward.txt");
	check(story_of_awkward_names(), (struct sink_context){.width = 40}, "tree-awkward-40.txt");
}

static void test_threads(void **state)
{
	(void)state;
	check(story_of_threads(), (struct sink_context){0}, "tree-threads.txt");
}

static void test_deaths(void **state)
{
	(void)state;
	check(story_of_deaths(), (struct sink_context){.width = 120, .color = true},
	      "tree-deaths-color.txt");
}

static void test_orphans(void **state)
{
	(void)state;
	check(story_of_orphans(), (struct sink_context){0}, "tree-orphans.txt");
}

static void test_a_server(void **state)
{
	(void)state;
	check(story_of_a_server(), (struct sink_context){0}, "tree-server.txt");
	check(story_of_a_server(), (struct sink_context){.width = 60, .color = true},
	      "tree-server-color.txt");
}

static void test_failed_execs(void **state)
{
	(void)state;
	check(story_of_failed_execs(), (struct sink_context){0}, "tree-failed-execs.txt");
	check(story_of_failed_execs(), (struct sink_context){.width = 50, .color = true},
	      "tree-failed-execs-color.txt");
}

static void test_no_copies(void **state)
{
	(void)state;
	check(story_of_a_server(), (struct sink_context){.no_copies = true},
	      "tree-server-no-copies.txt");
	check(story_of_a_build(), (struct sink_context){.no_copies = true},
	      "tree-build-no-copies.txt");
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

/* What was running is not among them. */
static void test_lines_are_counted(void **state)
{
	struct story *story = story_of_a_server();
	struct output output = output_to_memory(sink_tree_new, &(struct sink_context){0});
	size_t length;

	(void)state;
	for (size_t i = 0; i < story->count; i++)
		assert_int_equal(story_give(story, output.sink, i), 0);
	char *lines = output_flushed(&output, &length);
	assert_int_equal(output.sink->ops->lines(output.sink), count_lines(lines) - 3);
	free(lines);
	output_close(&output);
	free(story);
}

/* Where no event comes, time does. */
static void test_idle(void **state)
{
	struct story *story = story_new();
	struct output output = output_to_memory(sink_tree_new, &(struct sink_context){0});
	size_t length;

	(void)state;
	story_older(story, 90, "nginx");
	story_fork(story, 0, 90, 100, FORK_KIND_PROCESS);
	story_fork(story, 1000, 90, 101, FORK_KIND_PROCESS);
	uint64_t born_ns = story->events[0].time_ns;
	assert_int_equal(sink_idle(output.sink, born_ns), 0);
	for (size_t i = 0; i < story->count; i++)
		assert_int_equal(story_give(story, output.sink, i), 0);
	assert_int_equal(sink_idle(output.sink, born_ns - 1), 1);
	assert_int_equal(sink_idle(output.sink, born_ns + 19999999), 1);
	assert_int_equal(output.sink->ops->lines(output.sink), 0);
	assert_int_equal(sink_idle(output.sink, born_ns + 20000000), 1);
	assert_int_equal(output.sink->ops->lines(output.sink), 1);
	assert_int_equal(sink_idle(output.sink, born_ns + 21000000), 0);
	char *lines = output_flushed(&output, &length);
	assert_string_equal(lines, "    0.000000     100 ┌ (nginx)  # from 90 nginx\n"
				   "    0.001000     101 ┌ (nginx)  # from 90 nginx\n");
	free(lines);
	output_close(&output);
	free(story);
}

static void test_losses(void **state)
{
	(void)state;
	check(story_of_losses(), (struct sink_context){0}, "tree-losses.txt");
}

static void test_nothing_known(void **state)
{
	struct story *story = story_of_threads();

	(void)state;
	story_forget_facts(story);
	check(story, (struct sink_context){0}, "tree-unknown.txt");
}

/* What is left of STORY without events of TYPE. */
static void drop(struct story *story, enum event_type type)
{
	size_t kept = 0;

	for (size_t i = 0; i < story->count; i++) {
		if (story->events[i].type != type)
			story->events[kept++] = story->events[i];
	}
	story->count = kept;
}

static void test_filtered(void **state)
{
	struct story *execs = story_of_a_build(), *exits = story_of_a_build();

	(void)state;
	drop(execs, EVENT_FORK);
	drop(execs, EVENT_EXIT);
	check(execs, (struct sink_context){0}, "tree-only-execs.txt");
	drop(exits, EVENT_FORK);
	drop(exits, EVENT_EXEC);
	check(exits, (struct sink_context){0}, "tree-only-exits.txt");
}

/* Each shell runs one more. */
static void test_deep(void **state)
{
	struct story *story = story_new();

	(void)state;
	story_older(story, 99, "bash");
	for (int32_t pid = 100; pid < 140; pid++) {
		story_fork(story, pid, pid - 1, pid, FORK_KIND_PROCESS);
		story_exec(story, pid, pid, "/bin/sh", ARGV("sh\0-c\0$0"));
	}
	for (int32_t pid = 139; pid >= 100; pid--)
		story_exit(story, 400 - pid, pid, 0);
	story_check(story, sink_tree_new, (struct sink_context){0}, "tree-deep.txt");
	check(story, (struct sink_context){.width = 80}, "tree-deep-80.txt");
}

static void test_no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	story_check_widths(sink_tree_new);
}

static void test_a_full_disk_is_reported(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	story_check_full_disk(story, sink_tree_new);
	free(story);
}

static void test_no_memory(void **state)
{
	struct story *story = story_of_a_build();

	(void)state;
	assert_true(story_count_allocations(story, sink_tree_new) > 10);
	free(story);
	story = story_of_a_server();
	assert_true(story_count_allocations(story, sink_tree_new) > 10);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_build),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_awkward_names),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_a_server),
		cmocka_unit_test(test_failed_execs),
		cmocka_unit_test(test_no_copies),
		cmocka_unit_test(test_lines_are_counted),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_filtered),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
		cmocka_unit_test(test_a_full_disk_is_reported),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
