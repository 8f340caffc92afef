/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ancestries as texts: made once for each id, and not kept without one or without memory.
 */
#include <errno.h>
#include <stdbool.h>

#include "sink/ancestry_cache.h"
#include "support_sink.h"

static unsigned int made;
static struct ancestry_cache *cache;

/* Of the Makefile's wrap: whether the next call fails. */
static bool no_memory;
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_realloc(void *memory, size_t size)
{
	return no_memory ? NULL : __real_realloc(memory, size);
}

static char *put(char *out, const struct facts *facts)
{
	made++;
	for (size_t i = 0; i < facts->ancestor_count; i++) {
		memcpy(out, facts->ancestry[i].comm.bytes, facts->ancestry[i].comm.length);
		out += facts->ancestry[i].comm.length;
	}
	return out;
}

static size_t room(size_t length)
{
	return length;
}

static const struct ancestry_format format = {put, room};

static int setup(void **state)
{
	(void)state;
	made = 0;
	cache = ancestry_cache_new(&format);
	return cache ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ancestry_cache_free(cache);
	return 0;
}

static void assert_found(uint64_t id, const struct ancestor *ancestors, size_t count,
			 const char *expected)
{
	const struct facts facts = {
		.ancestry = ancestors, .ancestor_count = count, .ancestry_id = id};
	struct text text;

	assert_int_equal(ancestry_cache_find(cache, &facts, &text), 0);
	assert_int_equal(text.length, strlen(expected));
	if (text.length > 0)
		assert_memory_equal(text.bytes, expected, text.length);
}

static const struct ancestor ancestors[] = {{1, TEXT("a"), false}, {2, TEXT("bc"), false}};

static void test_once_for_each_id(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		assert_found(5, ancestors, 2, "abc");
		assert_found(6, ancestors, 1, "a");
	}
	assert_int_equal(made, 2);
	for (uint64_t id = 1000; id < 2000; id++)
		assert_found(id, ancestors, id % 3, id % 3 == 2 ? "abc" : id % 3 == 1 ? "a" : "");
	assert_found(5, ancestors, 2, "abc");
}

static void test_without_an_id_it_is_made_anew(void **state)
{
	(void)state;
	assert_found(0, ancestors, 2, "abc");
	assert_found(0, ancestors, 1, "a");
	assert_found(0, NULL, 0, "");
	assert_found(64, ancestors, 1, "a");
	assert_int_equal(made, 4);
}

static void test_without_memory(void **state)
{
	static char bytes[10000];
	const struct ancestor large = {1, {bytes, sizeof(bytes)}, false};
	const struct facts facts = {.ancestry = &large, .ancestor_count = 1, .ancestry_id = 69};
	struct text text;

	(void)state;
	assert_found(5, ancestors, 2, "abc");
	no_memory = true;
	int code = ancestry_cache_find(cache, &facts, &text);
	no_memory = false;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(ancestry_cache_find(cache, &facts, &text), 0);
	assert_int_equal(text.length, sizeof(bytes));
	assert_found(5, ancestors, 2, "abc");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_once_for_each_id),
		TEST(test_without_an_id_it_is_made_anew),
		TEST(test_without_memory),
	};

	ancestry_cache_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
