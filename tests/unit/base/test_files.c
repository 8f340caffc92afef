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
#include "base/buffer.h"
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

/* A pipe with SIZE bytes "x", at the path that is returned; ends after them. */
static const char *pipe_of(size_t size, int *fd)
{
	static char path[32];
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_true(fcntl(pipes[1], F_SETPIPE_SZ, 1 << 17) > (int)size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(write(pipes[1], "x", 1), 1);
	close(pipes[1]);
	*fd = pipes[0];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipes[0]);
	return path;
}

static void test_files_of_any_size(void **state)
{
	/* Around the pieces in which it is read. */
	static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 32768, 40000};
	struct buffer buffer = {0};
	int fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const char *path = pipe_of(sizes[i], &fd);

		assert_int_equal(file_read_all(AT_FDCWD, path, sizes[i], &buffer), 0);
		assert_int_equal(buffer.size, sizes[i]);
		assert_int_equal(strspn(buffer.bytes, "x"), sizes[i]);
		close(fd);
	}
	assert_int_equal(file_read_all(AT_FDCWD, pipe_of(5, &fd), 4, &buffer), -E2BIG);
	close(fd);
	assert_int_equal(file_read_all(AT_FDCWD, "/nowhere", 4, &buffer), -ENOENT);
	assert_int_equal(file_read_all(AT_FDCWD, "/proc", 4, &buffer), -EISDIR);
	buffer_done(&buffer);
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
		cmocka_unit_test(test_files_of_any_size),
		cmocka_unit_test(test_open_files),
		cmocka_unit_test(test_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
