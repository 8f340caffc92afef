/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON lines against fixtures/golden/json*.txt, which tests/live/test_json_schema.py holds against
 * the schema and against the -x lines of the same events.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support_sink.h"

static const struct sink_context context = {0};

/* Of the Makefile's wrap: whether the next call fails. */
static bool no_memory;
void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	return no_memory ? NULL : __real_reallocarray(memory, count, size);
}

static void test_the_golden_file(void **state)
{
	(void)state;
	assert_golden(sink_json_new, &context, shown_events, shown_event_count,
		      "fixtures/golden/json.txt");
}

static void test_all_that_can_be_asked_for(void **state)
{
	(void)state;
	assert_golden(sink_json_new, &full_context, shown_events, shown_event_count,
		      "fixtures/golden/json-full.txt");
}

static void test_wall_clock_needs_an_offset(void **state)
{
	struct sink_context without = full_context;
	char *line;

	(void)state;
	without.wall_offset_known = false;
	line = line_of(sink_json_new, &without, &shown_events[0]);
	assert_null(strstr(line, "\"time\""));
	free(line);
}

/* What is not shown has no number either. */
static void test_events_that_are_not_shown(void **state)
{
	struct output output = output_to_memory(sink_json_new, &context);
	struct event comm = {.type = EVENT_COMM, .comm = {.tid = 1, .comm = TEXT("name")}};
	struct event arguments = {.type = EVENT_NOTE};
	size_t length;

	(void)state;
	assert_int_equal(sink_event(output.sink, &comm), 0);
	assert_int_equal(sink_event(output.sink, &arguments), 0);
	assert_int_equal(sink_event(output.sink, &shown_events[0]), 0);
	char *lines = output_flushed(&output, &length);
	assert_non_null(strstr(lines, "\"seq\":1,"));
	assert_ptr_equal(strchr(lines, '\n'), lines + length - 1);
	free(lines);
	output_close(&output);
}

/* ---- texts ---- */

/* The value of filename, as TEXT is shown. */
static void check_text(struct text text, const char *expected)
{
	struct event event = {.type = EVENT_EXEC, .exec = {.pid = 1, .filename = text}};
	char *line = line_of(sink_json_new, &context, &event);
	char *start = strstr(line, "\"filename\":"), *end = strstr(line, ",\"old_pid\"");

	assert_non_null(start);
	assert_non_null(end);
	*end = '\0';
	assert_string_equal(start + strlen("\"filename\":"), expected);
	free(line);
}

static void test_texts(void **state)
{
	(void)state;
	check_text((struct text){NULL, 0}, "null");
	check_text((struct text)TEXT(""), "\"\"");
	check_text((struct text)TEXT("plain text | of some length"),
		   "\"plain text | of some length\"");
	check_text((struct text)TEXT("\"\\/"), "\"\\\"\\\\/\"");
	check_text((struct text)TEXT("\n\033\x7f"), "\"\\u000a\\u001b\\u007f\"");
	check_text((struct text)TEXT("a\0b"), "\"a\\u0000b\"");
	check_text((struct text)TEXT("\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xd8\x9c"),
		   "\"\\u009b\\u2028\\u202e\\u061c\"");
	check_text((struct text)TEXT("caf\xc3\xa9 \xf0\x9f\x98\x80"),
		   "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
	check_text((struct text)TEXT("caf\xe9\"\n"),
		   "{\"hex\":\"636166e9220a\",\"text\":\"caf\xef\xbf\xbd\\\"\\u000a\"}");
	check_text((struct text)TEXT("\xf0\x9f\x98"),
		   "{\"hex\":\"f09f98\",\"text\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
}

/* Every byte, where it is looked at eight at a time and where not. */
static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		char bytes[] = "0123456789";
		char expected[128];
		char shown[16];

		bytes[3] = bytes[9] = (char)byte;
		if (byte == '"' || byte == '\\')
			sprintf(shown, "\\%c", (int)byte);
		else if (byte < ' ' || byte == 0x7f)
			sprintf(shown, "\\u%04x", byte);
		else
			sprintf(shown, "%c", (int)byte);
		sprintf(expected, "\"012%s45678%s\"", shown, shown);
		if (byte >= 0x80)
			sprintf(expected,
				"{\"hex\":\"303132%02x3435363738%02x\",\"text\":\"012\xef\xbf\xbd"
				"45678\xef\xbf\xbd\"}",
				byte, byte);
		check_text((struct text){bytes, 10}, expected);
	}
}

/* ---- many and long ones ---- */

/* Not by strstr(), which with ASan measures the whole line each time. */
static size_t count_of(const char *line, const char *what)
{
	size_t length = strlen(what), count = 0;

	for (const char *at = line; *at; at++)
		count += *at == *what && strncmp(at, what, length) == 0;
	return count;
}

/* A line for an exec with ARGUMENTS and ENVIRONMENT; the caller frees. */
static char *exec_line(struct arguments arguments, struct environment environment)
{
	const struct facts facts = {.tgid = 1, .arguments = arguments, .environment = environment};
	struct event event = {.type = EVENT_EXEC, .facts = &facts, .exec = {.pid = 1}};

	return line_of(sink_json_new, &full_context, &event);
}

static void test_many_arguments(void **state)
{
	static char bytes[2 * 50000];
	struct arguments arguments = {50000, {{bytes, sizeof(bytes)}, 50000}, true, ARGV_PROC};

	(void)state;
	/* The one that takes most: not UTF-8, and a control character. */
	for (size_t i = 0; i < sizeof(bytes); i += 2)
		bytes[i] = '\xff';
	char *line = exec_line(arguments, (struct environment){0});
	assert_int_equal(count_of(line, "{\"hex\":\"ff\",\"text\":\"\xef\xbf\xbd\"}"), 50000);
	free(line);
}

static void test_a_long_argument(void **state)
{
	static char bytes[1 + 100 * 1024];
	struct arguments arguments = {1, {{bytes, sizeof(bytes)}, 1}, true, ARGV_STACK};

	(void)state;
	memset(bytes, '\033', sizeof(bytes) - 1);
	char *line = exec_line(arguments, (struct environment){0});
	assert_int_equal(count_of(line, "\\u001b"), sizeof(bytes) - 1);
	free(line);

	bytes[0] = '\xff';
	line = exec_line(arguments, (struct environment){0});
	assert_int_equal(count_of(line, "\\u001b"), sizeof(bytes) - 2);
	assert_int_equal(count_of(line, "1b1b"), sizeof(bytes) - 3);
	free(line);
}

/* So many that comparing each with each would be noticed. */
static void test_a_large_environment(void **state)
{
	static char bytes[200000 * 8];
	struct environment environment = {true, {{bytes, 0}, 200000}};
	char *out = bytes;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++)
		out += sprintf(out, "%05x=", i % 150000) + 1;
	environment.entries.bytes.length = (size_t)(out - bytes);
	char *line = exec_line((struct arguments){.argc = -1}, environment);
	assert_int_equal(count_of(line, "\":\"\""), 150000);
	assert_int_equal(count_of(line, "=\""), 50000);
	free(line);
}

/* ---- failures ---- */

static void test_no_memory_for_an_environment(void **state)
{
	const struct facts facts = {.environment = {true, {TEXT("A=1\0"), 1}}};
	struct event event = {.type = EVENT_EXEC, .facts = &facts};
	struct output output = output_to_memory(sink_json_new, &full_context);
	size_t length;

	(void)state;
	no_memory = true;
	assert_int_equal(sink_event(output.sink, &event), -ENOMEM);
	no_memory = false;
	assert_int_equal(sink_event(output.sink, &event), 0);
	char *lines = output_flushed(&output, &length);
	assert_non_null(strstr(lines, "\"seq\":1,"));
	assert_non_null(strstr(lines, "\"env\":{\"A\":\"1\"},\"env_other\":[],"));
	free(lines);
	output_close(&output);
}

static void test_a_full_disk_is_reported(void **state)
{
	(void)state;
	assert_full_disk_reported(sink_json_new, &shown_events[1]);
	sink_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_file),
		cmocka_unit_test(test_all_that_can_be_asked_for),
		cmocka_unit_test(test_wall_clock_needs_an_offset),
		cmocka_unit_test(test_events_that_are_not_shown),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_a_long_argument),
		cmocka_unit_test(test_a_large_environment),
		cmocka_unit_test(test_no_memory_for_an_environment),
		cmocka_unit_test(test_a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
