/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool: objects that do not overlap, used again, and freed with it.
 */
#include <stdint.h>
#include <string.h>

#include "support.h"
#include "task/pool.h"

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static bool has_memory = true;
static unsigned int chunks;

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	chunks++;
	return has_memory ? __real_aligned_alloc(alignment, size) : NULL;
}

enum { SIZE = 128, COUNT = 1000 };

static void test_objects_are_apart(void **state)
{
	struct pool pool = {.size = SIZE};
	unsigned char *objects[COUNT];

	(void)state;
	chunks = 0;
	for (int i = 0; i < COUNT; i++) {
		objects[i] = pool_take(&pool);
		assert_non_null(objects[i]);
		assert_int_equal((uintptr_t)objects[i] % 64, 0);
		memset(objects[i], i % 251, SIZE);
	}
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(objects[i][0], i % 251);
		assert_int_equal(objects[i][SIZE - 1], i % 251);
	}
	assert_true(chunks > 1 && chunks < COUNT / 100);
	pool_done(&pool);
}

static void test_what_was_given_back_is_used_again(void **state)
{
	struct pool pool = {.size = SIZE};

	(void)state;
	void *first = pool_take(&pool), *second = pool_take(&pool);
	pool_give(&pool, first);
	pool_give(&pool, second);
	assert_ptr_equal(pool_take(&pool), second);
	assert_ptr_equal(pool_take(&pool), first);
	void *third = pool_take(&pool);
	assert_ptr_not_equal(third, first);
	assert_ptr_not_equal(third, second);
	pool_give(&pool, first);
	pool_done(&pool);
}

static void test_no_memory(void **state)
{
	struct pool pool = {.size = SIZE};

	(void)state;
	has_memory = false;
	void *none = pool_take(&pool);
	has_memory = true;
	assert_null(none);
	assert_non_null(pool_take(&pool));
	pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects_are_apart),
		cmocka_unit_test(test_what_was_given_back_is_used_again),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
