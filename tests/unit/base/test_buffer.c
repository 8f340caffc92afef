/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers that grow, and what they keep of a failure.
 */
#include "base/buffer.h"

#include <errno.h>
#include <string.h>

#include "support.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool is_out_of_memory;

void *__wrap_realloc(void *old, size_t size)
{
	return is_out_of_memory ? NULL : __real_realloc(old, size);
}

static void test_contents_stay_while_it_grows(void **state)
{
	struct buffer buffer = {0};

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(buffer_append(&buffer, &i, sizeof(i)), 0);
	assert_int_equal(buffer.size, 5000 * sizeof(uint32_t));
	for (uint32_t i = 0; i < 5000; i++)
		assert_memory_equal(buffer.bytes + i * sizeof(i), &i, sizeof(i));
	assert_int_equal(buffer_append(&buffer, NULL, 0), 0);
	buffer_done(&buffer);
	assert_null(buffer.bytes);
}

static void test_nothing_is_put_after_a_failure(void **state)
{
	struct buffer buffer = {0};
	char large[8192] = {0};

	(void)state;
	buffer_put(&buffer, "abc", 3);
	is_out_of_memory = true;
	assert_int_equal(buffer_append(&buffer, large, sizeof(large)), -ENOMEM);
	assert_false(buffer.failed);
	buffer_put(&buffer, large, sizeof(large));
	is_out_of_memory = false;
	buffer_put(&buffer, "def", 3);
	assert_true(buffer.failed);
	assert_int_equal(buffer.size, 3);
	assert_memory_equal(buffer.bytes, "abc", 3);
	buffer_done(&buffer);
	assert_false(buffer.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents_stay_while_it_grows),
		cmocka_unit_test(test_nothing_is_put_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
