/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture says of how it was made: whole, cut at every length, and lying.
 */
#include <string.h>

#include "capture/perf_file.h"
#include "capture/read/origin.h"
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
	assert_int_equal(origin_read_feature(&origin, PERF_FILE_CMDLINE, command_line,
					     sizeof(command_line), true),
			 0);
	assert_non_null(origin.command_line);
	assert_string_equal(origin.command_line[0], "perf");
	assert_string_equal(origin.command_line[1], "record");
	assert_string_equal(origin.command_line[2], "");
	assert_null(origin.command_line[3]);

	/* A second one changes nothing. */
	char **before = origin.command_line;
	assert_int_equal(origin_read_feature(&origin, PERF_FILE_CMDLINE, command_line,
					     sizeof(command_line), true),
			 0);
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

		assert_int_equal(origin_read_feature(&origin, PERF_FILE_CMDLINE, cut, length, true),
				 0);
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
		assert_int_equal(
			origin_read_feature(&origin, PERF_FILE_CMDLINE, bytes, sizeof(bytes), true),
			0);
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

/* ---- the host ---- */

/* As HOSTNAME and ARCH have it, big-endian, padded. */
static const unsigned char hostname[] = {0, 0, 0, 8, 'a', 'h', 'o', 's', 't', 0, 0, 0};

static void test_host(void **state)
{
	static const unsigned char arch[] = {0, 0, 0, 5, 's', '3', '9', '0', 'x'};
	struct origin origin = {0};

	(void)state;
	assert_int_equal(
		origin_read_feature(&origin, PERF_FILE_HOSTNAME, hostname, sizeof(hostname), true),
		0);
	assert_int_equal(origin_read_feature(&origin, PERF_FILE_ARCH, arch, sizeof(arch), true), 0);
	assert_string_equal(origin.hostname, "ahost");
	assert_string_equal(origin.arch, "s390x");
	assert_int_equal(
		origin_read_feature(&origin, PERF_FILE_ARCH, hostname, sizeof(hostname), true), 0);
	assert_string_equal(origin.arch, "s390x");
	origin_done(&origin);
	assert_null(origin.hostname);
	assert_null(origin.arch);
}

static void test_hostname_cut_at_every_length(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(hostname));
	for (size_t length = 0; length < sizeof(hostname); length++) {
		struct origin origin = {0};

		assert_int_equal(origin_read_feature(&origin, PERF_FILE_HOSTNAME,
						     guarded_put(&guarded, hostname, length, 1),
						     length, true),
				 0);
		assert_null(origin.hostname);
	}
	guarded_free(&guarded);
}

static void test_an_empty_name_is_none(void **state)
{
	static const unsigned char empty[] = {0, 0, 0, 4, 0, 0, 0, 0};
	struct origin origin = {0};

	(void)state;
	assert_int_equal(
		origin_read_feature(&origin, PERF_FILE_HOSTNAME, empty, sizeof(empty), true), 0);
	assert_null(origin.hostname);
}

static void test_other_features_are_of_no_use(void **state)
{
	struct origin origin = {0};

	(void)state;
	for (uint64_t feature = 0; feature < 70; feature++) {
		if (feature != PERF_FILE_HOSTNAME && feature != PERF_FILE_ARCH)
			assert_int_equal(origin_read_feature(&origin, feature, hostname,
							     sizeof(hostname), true),
					 0);
	}
	assert_null(origin.hostname);
	assert_null(origin.arch);
	assert_null(origin.command_line);
	assert_false(origin.has_wall_offset);
	origin_done(&origin);
}

struct clock_data {
	uint32_t version, clockid;
	uint64_t wall_ns, clock_ns;
};

static bool wall_offset(struct clock_data data, size_t size, int64_t *offset_ns)
{
	struct origin origin = {0};
	struct guarded guarded;

	guarded_new(&guarded, sizeof(data));
	assert_int_equal(origin_read_feature(&origin, PERF_FILE_CLOCK_DATA,
					     guarded_put(&guarded, &data, size, 1), size, false),
			 0);
	guarded_free(&guarded);
	*offset_ns = origin.wall_offset_ns;
	return origin.has_wall_offset;
}

static void test_wall_offset(void **state)
{
	struct clock_data data = {1, 1, UINT64_C(1700000000000000000), 5000};
	int64_t offset_ns;

	(void)state;
	assert_true(wall_offset(data, sizeof(data), &offset_ns));
	assert_int_equal(offset_ns, INT64_C(1699999999999995000));
	for (size_t size = 0; size < sizeof(data); size++)
		assert_false(wall_offset(data, size, &offset_ns));
	data.version = 2;
	assert_false(wall_offset(data, sizeof(data), &offset_ns));
	data = (struct clock_data){1, 1, 5000, 6000};
	assert_true(wall_offset(data, sizeof(data), &offset_ns));
	assert_int_equal(offset_ns, -1000);
	data = (struct clock_data){1, 1, UINT64_MAX, 0};
	assert_false(wall_offset(data, sizeof(data), &offset_ns));
	data = (struct clock_data){1, 1, 0, UINT64_MAX};
	assert_false(wall_offset(data, sizeof(data), &offset_ns));
}

static void test_boot_id(void **state)
{
	static const char uuid[] = "0c81bcf5-ba01-4c33-a9ae-5b7c5f8b2f0e";
	static const char other[] = "|c81bcf5-ba01-4c33-a9ae-5b7c5f8b2f0e";
	struct origin origin = {0};

	(void)state;
	assert_int_equal(origin_read_boot_id(&origin, other, strlen(other)), 0);
	assert_int_equal(origin_read_boot_id(&origin, uuid, strlen(uuid) - 1), 0);
	assert_int_equal(origin_read_boot_id(&origin, uuid, 0), 0);
	assert_int_equal(
		origin_read_boot_id(&origin, "0123456789\0\n0c81bcf5-ba01-4c33-a9ae-5b7c", 36), 0);
	assert_null(origin.boot_id);
	assert_int_equal(origin_read_boot_id(&origin, uuid, strlen(uuid)), 0);
	assert_string_equal(origin.boot_id, uuid);
	origin_done(&origin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_command_line_cut_at_every_length),
		cmocka_unit_test(test_counts_that_cannot_be),
		cmocka_unit_test(test_thread_map),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_hostname_cut_at_every_length),
		cmocka_unit_test(test_an_empty_name_is_none),
		cmocka_unit_test(test_other_features_are_of_no_use),
		cmocka_unit_test(test_wall_offset),
		cmocka_unit_test(test_boot_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
