/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The five lines, byte by byte, against fixtures/golden/pipe.txt.
 */
#include <stdlib.h>
#include <string.h>

#include "support_sink.h"

#define MS UINT64_C(1000000)

/* One event for each line of the golden file, in its order. */
static const struct event golden[] = {
	{.type = EVENT_FORK, .time_ns = 123 * MS, .fork = {1000, 1001, TEXT("bash"), TEXT("bash")}},
	{.type = EVENT_EXEC,
	 .time_ns = 124 * MS,
	 .exec = {.pid = 1001,
		  .old_pid = 1001,
		  .comm = TEXT("ls"),
		  .filename = TEXT("/usr/bin/ls")}},
	{.type = EVENT_EXIT,
	 .time_ns = 126 * MS - 1,
	 .exit = {.pid = 1001, .prio = 120, .comm = TEXT("ls")}},
	{.type = EVENT_LOST, .time_ns = 126 * MS, .cpu = 3, .lost = {42}},
	{.type = EVENT_TRUNCATED, .time_ns = 127 * MS, .truncated = {"events", 5000}},

	{.type = EVENT_FORK, .time_ns = 0, .fork = {INT32_MIN, INT32_MAX, {NULL, 0}, {NULL, 0}}},
	{.type = EVENT_EXEC,
	 .time_ns = UINT64_MAX,
	 .exec = {.pid = INT32_MAX, .old_pid = INT32_MIN}},
	{.type = EVENT_EXIT,
	 .time_ns = MS - 1,
	 .exit = {.pid = INT32_MIN, .prio = INT32_MIN, .comm = TEXT("")}},
	{.type = EVENT_EXIT,
	 .time_ns = MS,
	 .exit = {.pid = 0, .prio = INT32_MAX, .comm = TEXT("x")}},
	{.type = EVENT_LOST, .time_ns = UINT64_MAX, .cpu = UINT32_MAX, .lost = {UINT64_MAX}},
	{.type = EVENT_TRUNCATED, .time_ns = 1, .truncated = {"events", UINT64_MAX}},

	{.type = EVENT_FORK,
	 .time_ns = 2 * MS,
	 .fork = {1, 2, TEXT("a|b|c"), TEXT("EXIT|9\nEXEC")}},
	{.type = EVENT_EXEC,
	 .time_ns = 3 * MS,
	 .exec = {.pid = 1,
		  .comm = TEXT("\\x41\\"),
		  .filename = TEXT("/tmp/\033[2J\r\nEXIT|1|1|init|0")}},
	{.type = EVENT_EXIT,
	 .time_ns = 4 * MS,
	 .exit = {.pid = 1, .prio = 20, .comm = TEXT("\xe6\x97\xa5\xe6\x9c\xac\xc3\xa9\xff")}},
	{.type = EVENT_EXEC,
	 .time_ns = 5 * MS,
	 .exec = {.pid = 1,
		  .comm = TEXT("\0\1\x7f"),
		  .filename = TEXT("\xe2\x80\xaetxt.exe\xe2\x80\xa8\xc2\x85")}},
	{.type = EVENT_FORK,
	 .time_ns = 6 * MS,
	 .fork = {1, 2, TEXT("\xc0\xaf\xed\xa0\x80"), TEXT("\xf0\x9f\x98\x80\xf0\x9f")}},
};

static const struct sink_context context = {0};

static void test_the_golden_file(void **state)
{
	(void)state;
	assert_golden(sink_pipe_new, &context, golden, ARRAY_SIZE(golden),
		      "fixtures/golden/pipe.txt");
}

/* How many '|' each kind of line has, whatever the names hold. */
static size_t separators(enum event_type type)
{
	static const size_t count[EVENT_TYPES] = {
		[EVENT_FORK] = 5, [EVENT_EXEC] = 4,      [EVENT_EXIT] = 4,
		[EVENT_LOST] = 3, [EVENT_TRUNCATED] = 3,
	};

	return count[type];
}

static size_t count_bytes(const char *bytes, size_t length, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += bytes[i] == byte;
	return count;
}

/* EVENT is one line with a fixed number of separators. */
static void check_shape(const struct event *event)
{
	char *line = line_of(sink_pipe_new, &context, event);
	size_t length = strlen(line);

	assert_true(length > 0 && line[length - 1] == '\n');
	assert_int_equal(count_bytes(line, length, '\n'), 1);
	assert_int_equal(count_bytes(line, length, '|'), separators(event->type));
	free(line);
}

static void test_every_byte_in_every_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++)
		check_shape(&golden[i]);
	for (unsigned int byte = 0; byte < 256; byte++) {
		char bytes[] = {(char)byte, 'a', (char)byte, (char)byte};
		struct text text = {bytes, sizeof(bytes)};
		struct event fork = {.type = EVENT_FORK, .fork = {1, 2, text, text}};
		struct event exec = {.type = EVENT_EXEC, .exec = {.comm = text, .filename = text}};
		struct event exit = {.type = EVENT_EXIT,
				     .exit = {.pid = 1, .prio = 2, .comm = text}};

		check_shape(&fork);
		check_shape(&exec);
		check_shape(&exit);
	}
}

/* A filename can be as long as a record allows, and every byte of it can need escaping. */
static void test_long_hostile_names(void **state)
{
	static char name[65536];
	struct output output = output_to_memory(sink_pipe_new, &context);
	struct event event = {.type = EVENT_EXEC,
			      .exec = {.pid = 1, .filename = {name, sizeof(name)}}};
	size_t length;

	(void)state;
	memset(name, '\n', sizeof(name));
	for (int i = 0; i < 10; i++)
		assert_int_equal(sink_event(output.sink, &event), 0);
	char *lines = output_flushed(&output, &length);
	assert_int_equal(length, 10 * (strlen("EXEC|?|1|?|\n") + 4 * sizeof(name)));
	assert_int_equal(count_bytes(lines, length, '\n'), 10);
	free(lines);
	output_close(&output);
}

static void test_comm_is_not_shown(void **state)
{
	struct event event = {.type = EVENT_COMM, .comm = {.tid = 1, .comm = TEXT("name")}};
	char *line = line_of(sink_pipe_new, &context, &event);

	(void)state;
	assert_string_equal(line, "");
	free(line);
}

static void test_a_full_disk_is_reported(void **state)
{
	(void)state;
	assert_full_disk_reported(sink_pipe_new, &golden[0]);
	sink_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_file),
		cmocka_unit_test(test_every_byte_in_every_text),
		cmocka_unit_test(test_long_hostile_names),
		cmocka_unit_test(test_comm_is_not_shown),
		cmocka_unit_test(test_a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
