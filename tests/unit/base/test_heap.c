/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heap against a search through all that is in it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "base/heap.h"
#include "support.h"

void *__wrap_realloc(void *memory, size_t size);
void *__real_realloc(void *memory, size_t size);

static bool realloc_fails;

void *__wrap_realloc(void *memory, size_t size)
{
	return realloc_fails ? NULL : __real_realloc(memory, size);
}

static struct heap_node nodes[300];

/* Many of equal times; the same in each run. */
static uint64_t next_number(void)
{
	static uint64_t number = 1;

	number = number * 6364136223846793005U + 1442695040888963407U;
	return number >> 33;
}

static bool is_oldest(const struct heap *heap, const struct heap_node *node)
{
	for (size_t i = 0; i < heap->count; i++) {
		const struct heap_node *other = heap->nodes[i];

		if (other->time_ns < node->time_ns ||
		    (other->time_ns == node->time_ns && other->order < node->order))
			return false;
	}
	return true;
}

static void fill(struct heap *heap)
{
	assert_int_equal(heap_reserve(heap, ARRAY_SIZE(nodes)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		nodes[i] = (struct heap_node){.time_ns = next_number() % 100, .order = i};
		heap_push(heap, &nodes[i]);
		assert_true(is_oldest(heap, heap->nodes[0]));
	}
}

static void empty(struct heap *heap)
{
	while (heap->count > 0) {
		assert_true(is_oldest(heap, heap->nodes[0]));
		heap_remove(heap, 0);
	}
}

static void test_the_oldest_comes_first(void **state)
{
	struct heap heap = {0};

	(void)state;
	fill(&heap);
	assert_int_equal(heap.count, ARRAY_SIZE(nodes));
	empty(&heap);
	heap_done(&heap);
}

static void test_the_first_may_get_later(void **state)
{
	struct heap heap = {0};

	(void)state;
	fill(&heap);
	for (size_t i = 0; i < 1000; i++) {
		heap.nodes[0]->time_ns += next_number() % 50;
		heap_sink_first(&heap);
		assert_true(is_oldest(&heap, heap.nodes[0]));
	}
	empty(&heap);
	heap_done(&heap);
}

static void test_any_may_be_removed(void **state)
{
	struct heap heap = {0};

	(void)state;
	fill(&heap);
	while (heap.count > 0) {
		size_t at = next_number() % heap.count;
		const struct heap_node *removed = heap.nodes[at];

		heap_remove(&heap, at);
		for (size_t i = 0; i < heap.count; i++)
			assert_ptr_not_equal(heap.nodes[i], removed);
		for (size_t i = 1; i < heap.count; i++)
			assert_true(heap.nodes[(i - 1) / 2]->time_ns <= heap.nodes[i]->time_ns);
	}
	heap_done(&heap);
}

static void test_without_memory_nothing_changes(void **state)
{
	struct heap heap = {0};

	(void)state;
	realloc_fails = true;
	int code = heap_reserve(&heap, 1);
	realloc_fails = false;
	assert_int_equal(code, -ENOMEM);
	assert_int_equal(heap.capacity, 0);
	assert_int_equal(heap_reserve(&heap, 1), 0);
	heap_push(&heap, &nodes[0]);
	realloc_fails = true;
	code = heap_reserve(&heap, 1000);
	realloc_fails = false;
	assert_int_equal(code, -ENOMEM);
	assert_ptr_equal(heap.nodes[0], &nodes[0]);
	heap_done(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_comes_first),
		cmocka_unit_test(test_the_first_may_get_later),
		cmocka_unit_test(test_any_may_be_removed),
		cmocka_unit_test(test_without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
