/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build ID among the notes of a kernel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/kernel_build_id.h"
#include "support.h"

#define LINUX_NOTE "\6\0\0\0\4\0\0\0\1\1\0\0Linux\0\0\0\0\0\0\0"
#define ID "0123456789abcdefghij"
#define ID_NOTE "\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0" ID

static size_t id_in(const char *notes, size_t size, unsigned char id[KERNEL_BUILD_ID_MAX])
{
	char path[] = "/tmp/test_kernel_build_id.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, notes, size), (ssize_t)size);
	close(fd);
	size_t found = kernel_build_id(path, id);
	unlink(path);
	return found;
}

static void test_it_is_found(void **state)
{
	static const char notes[] = LINUX_NOTE ID_NOTE LINUX_NOTE;
	unsigned char id[KERNEL_BUILD_ID_MAX];

	(void)state;
	assert_int_equal(id_in(notes, sizeof(notes) - 1, id), 20);
	assert_memory_equal(id, ID, 20);
}

/* As --build-id=uuid makes it. */
static void test_a_short_one(void **state)
{
	static const char notes[] = "\4\0\0\0\x10\0\0\0\3\0\0\0GNU\0" ID;
	unsigned char id[KERNEL_BUILD_ID_MAX];

	(void)state;
	assert_int_equal(id_in(notes, sizeof(notes) - 1, id), 16);
	assert_memory_equal(id, ID, 16);
}

static void test_there_is_none(void **state)
{
	static const char other_name[] = "\4\0\0\0\x14\0\0\0\3\0\0\0GNX\0" ID;
	static const char too_long[] = "\4\0\0\0\x18\0\0\0\3\0\0\0GNU\0" ID "klmn";
	static const char empty[] = "\4\0\0\0\0\0\0\0\3\0\0\0GNU\0";
	static const char beyond[] = "\4\0\0\0\xff\xff\xff\xff\3\0\0\0GNU\0" ID;
	unsigned char id[KERNEL_BUILD_ID_MAX];

	(void)state;
	assert_int_equal(id_in(other_name, sizeof(other_name) - 1, id), 0);
	assert_int_equal(id_in(too_long, sizeof(too_long) - 1, id), 0);
	assert_int_equal(id_in(empty, sizeof(empty) - 1, id), 0);
	assert_int_equal(id_in(beyond, sizeof(beyond) - 1, id), 0);
	for (size_t size = 0; size < sizeof(ID_NOTE) - 1; size++)
		assert_int_equal(id_in(ID_NOTE, size, id), 0);
	assert_int_equal(kernel_build_id("/nonexistent", id), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_found),
		cmocka_unit_test(test_a_short_one),
		cmocka_unit_test(test_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
