/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files read whole, and arrays that grow.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "support.h"

static void test_files(void **state)
{
	char text[8];
	int pipes[2];
	char path[32];

	(void)state;
	assert_int_equal(file_read_at(AT_FDCWD, "/proc/sys/kernel/ostype", text, sizeof(text)), 6);
	assert_string_equal(text, "Linux\n");
	assert_int_equal(file_read_at(AT_FDCWD, "/proc/sys/kernel/ostype", text, 4), 3);
	assert_string_equal(text, "Lin");
	assert_int_equal(file_read_at(AT_FDCWD, "/nowhere", text, sizeof(text)), -ENOENT);
	assert_string_equal(text, "");
	assert_int_equal(file_read_at(AT_FDCWD, "/proc", text, sizeof(text)), -EISDIR);
	assert_string_equal(text, "");

	/* What comes in pieces is put together. */
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "ab", 2), 2);
	assert_int_equal(write(pipes[1], "cd", 2), 2);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipes[0]);
	assert_int_equal(file_read_at(AT_FDCWD, path, text, 5), 4);
	assert_string_equal(text, "abcd");
	close(pipes[0]);
	close(pipes[1]);
}

static void test_open_files(void **state)
{
	char line[16];
	FILE *file = file_open_at(AT_FDCWD, "/proc/sys/kernel/ostype");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "Linux\n");
	assert_int_equal(fcntl(fileno(file), F_GETFD), FD_CLOEXEC);
	fclose(file);
	assert_null(file_open_at(AT_FDCWD, "/nowhere"));
	assert_int_equal(errno, ENOENT);
}

static void test_arrays(void **state)
{
	uint32_t *numbers = NULL;
	size_t capacity = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(ARRAY_GROW(numbers, i, capacity), 0);
		assert_true(capacity > i);
		numbers[i] = i;
	}
	assert_int_equal(numbers[999], 999);
	assert_int_equal(capacity, 1024);

	/* Neither an overflow nor a refusal changes anything. */
	const uint32_t *before = numbers;
	size_t huge = SIZE_MAX / 4;
	assert_int_equal(ARRAY_GROW(numbers, huge, huge), -ENOMEM);
	assert_ptr_equal(numbers, before);
	assert_int_equal(huge, SIZE_MAX / 4);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_open_files),
		cmocka_unit_test(test_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
