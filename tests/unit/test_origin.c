/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture says of how it was made: whole, cut at every length, and lying.
 */
#include <string.h>

#include "capture/origin.h"
#include "support.h"

/* "perf", "record" and "" as the feature CMDLINE has them, big-endian. */
static const unsigned char command_line[] = {
	0, 0, 0, 3,                                     /* words */
	0, 0, 0, 8, 'p', 'e', 'r', 'f', 0,   0,   0, 0, /* padded */
	0, 0, 0, 6, 'r', 'e', 'c', 'o', 'r', 'd',       /* without a NUL */
	0, 0, 0, 0,
};

static void test_command_line(void **state)
{
	struct origin origin = {0};

	(void)state;
	assert_int_equal(
		origin_read_command_line(&origin, command_line, sizeof(command_line), true), 0);
	assert_non_null(origin.command_line);
	assert_string_equal(origin.command_line[0], "perf");
	assert_string_equal(origin.command_line[1], "record");
	assert_string_equal(origin.command_line[2], "");
	assert_null(origin.command_line[3]);

	/* A second one changes nothing. */
	char **before = origin.command_line;
	assert_int_equal(
		origin_read_command_line(&origin, command_line, sizeof(command_line), true), 0);
	assert_ptr_equal(origin.command_line, before);
	origin_done(&origin);
	assert_null(origin.command_line);
}

static void test_command_line_cut_at_every_length(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(command_line));
	for (size_t length = 0; length < sizeof(command_line); length++) {
		struct origin origin = {0};
		const void *cut = guarded_put(&guarded, command_line, length, 1);

		assert_int_equal(origin_read_command_line(&origin, cut, length, true), 0);
		assert_null(origin.command_line);
	}
	guarded_free(&guarded);
}

static void test_counts_that_cannot_be(void **state)
{
	unsigned char bytes[sizeof(command_line)];

	(void)state;
	for (int at = 0; at < 8; at++) {
		struct origin origin = {0};

		memcpy(bytes, command_line, sizeof(bytes));
		bytes[at] = 0xff;
		assert_int_equal(origin_read_command_line(&origin, bytes, sizeof(bytes), true), 0);
		assert_null(origin.command_line);
	}
}

static int32_t first_pid(uint64_t count, uint64_t pid, size_t size)
{
	const uint64_t body[4] = {count, pid, 0, 0};
	struct origin origin = {0};

	origin_read_thread_map(&origin, body, size, false);
	return origin.first_pid;
}

static void test_thread_map(void **state)
{
	(void)state;
	assert_int_equal(first_pid(1, 1234, 32), 1234);
	assert_int_equal(first_pid(1, INT32_MAX, 32), INT32_MAX);
	assert_int_equal(first_pid(1, UINT64_MAX, 32), 0);
	assert_int_equal(first_pid(1, (uint64_t)INT32_MAX + 1, 32), 0);
	assert_int_equal(first_pid(0, 1234, 32), 0);
	assert_int_equal(first_pid(1, 1234, 15), 0);
	assert_int_equal(first_pid(1, 1234, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_command_line_cut_at_every_length),
		cmocka_unit_test(test_counts_that_cannot_be),
		cmocka_unit_test(test_thread_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
