/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of -x against fixtures/golden/extended*.txt, which tests/live/test_json_schema.py takes
 * apart; and against the pipe lines that they begin with.
 */
#include <stdlib.h>
#include <string.h>

#include "support_sink.h"

static const struct sink_context context = {0};

static void test_the_golden_file(void **state)
{
	(void)state;
	assert_golden(sink_extended_new, &context, shown_events, shown_event_count,
		      "fixtures/golden/extended.txt");
}

static void test_all_that_can_be_asked_for(void **state)
{
	(void)state;
	assert_golden(sink_extended_new, &full_context, shown_events, shown_event_count,
		      "fixtures/golden/extended-full.txt");
}

static void test_lines_begin_as_without_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < shown_event_count; i++) {
		char *pipe = line_of(sink_pipe_new, &context, &shown_events[i]);
		char *extended = line_of(sink_extended_new, &context, &shown_events[i]);
		size_t length = strlen(pipe) - 1; /* without the newline */

		assert_memory_equal(extended, pipe, length);
		assert_memory_equal(extended + length, "|time_ns=", 9);
		free(pipe);
		free(extended);
	}
}

static void test_events_that_are_not_shown(void **state)
{
	struct event event = {.type = EVENT_COMM, .comm = {.tid = 1, .comm = TEXT("name")}};
	char *line = line_of(sink_extended_new, &context, &event);

	(void)state;
	assert_string_equal(line, "");
	free(line);
}

/* ---- lists ---- */

/* The value NAME of EVENT's line; the caller frees. */
static char *value_of(const struct event *event, const char *name)
{
	char *line = line_of(sink_extended_new, &full_context, event);
	char *start = strstr(line, name);

	assert_non_null(start);
	start += strlen(name);
	char *value = strndup(start, strcspn(start, "|\n"));
	assert_non_null(value);
	free(line);
	return value;
}

static void check_argv(uint32_t count, struct text bytes, const char *expected)
{
	const struct facts facts = {.arguments = {count, {bytes, count}, true, ARGV_STACK}};
	struct event event = {.type = EVENT_EXEC, .facts = &facts};
	char *value = value_of(&event, "|argv=");

	assert_string_equal(value, expected);
	free(value);
}

static void test_argv(void **state)
{
	(void)state;
	check_argv(0, (struct text)TEXT(""), "");
	check_argv(1, (struct text)TEXT("\0"), "''");
	check_argv(3, (struct text)TEXT("\0\0a\0"), "'' '' a");
	check_argv(1, (struct text)TEXT("?\0"), "\\x3f");
	check_argv(2, (struct text)TEXT("?\0??\0"), "\\x3f ??");
	check_argv(2, (struct text)TEXT("a b\0''\0"), "a\\x20b \\x27\\x27");
	check_argv(2, (struct text)TEXT("x|y\0\\x20\0"), "x\\x7cy \\x5cx20");
	check_argv(1, (struct text)TEXT("\n\033\xff\xc3\xa9\0"), "\\x0a\\x1b\\xff\xc3\xa9");
}

static void check_ancestry(const struct ancestor *ancestors, size_t count, bool complete,
			   const char *expected)
{
	const struct facts facts = {
		.ancestry = ancestors, .ancestor_count = count, .ancestry_complete = complete};
	struct event event = {.type = EVENT_FORK, .facts = &facts};
	char *value = value_of(&event, "|ancestry=");

	assert_string_equal(value, expected);
	free(value);
}

static void test_ancestry(void **state)
{
	static const struct ancestor ancestors[] = {
		{9, TEXT("a>b:c d*"), false}, {5, TEXT("?"), true}, {4, {NULL, 0}, true}};

	(void)state;
	check_ancestry(NULL, 0, false, "?");
	check_ancestry(NULL, 0, true, "");
	check_ancestry(ancestors, 1, true, "9:a\\x3eb:c d*");
	check_ancestry(ancestors, 1, false, "9:a\\x3eb:c d*>?");
	check_ancestry(ancestors, 3, true, "9:a\\x3eb:c d*>5*:\\x3f>4*:?");
}

static void test_much_of_everything(void **state)
{
	static char bytes[2000 + 100 * 1024];
	const struct facts facts = {
		.arguments = {2001, {{bytes, sizeof(bytes)}, 2001}, true, ARGV_PROC}};
	struct event event = {.type = EVENT_EXEC, .facts = &facts};

	(void)state;
	/* 2000 empty ones, and a long one of bytes that take four each. */
	memset(bytes + 2000, '\'', sizeof(bytes) - 2001);
	char *value = value_of(&event, "|argv=");
	assert_int_equal(strlen(value), 2000 * 3 + 4 * (sizeof(bytes) - 2001));
	assert_memory_equal(value + 1999 * 3, "'' \\x27\\x27", 11);
	free(value);
}

static void test_a_full_disk_is_reported(void **state)
{
	(void)state;
	assert_full_disk_reported(sink_extended_new, &shown_events[1]);
	sink_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_file),
		cmocka_unit_test(test_all_that_can_be_asked_for),
		cmocka_unit_test(test_lines_begin_as_without_it),
		cmocka_unit_test(test_events_that_are_not_shown),
		cmocka_unit_test(test_argv),
		cmocka_unit_test(test_ancestry),
		cmocka_unit_test(test_much_of_everything),
		cmocka_unit_test(test_a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
