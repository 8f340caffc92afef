/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs that wait for samples of the argv probe: chunk by chunk, and never a byte too many.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/probed_execs.h"
#include "support.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
static bool no_memory;

void *__wrap_realloc(void *old, size_t size)
{
	return no_memory ? NULL : __real_realloc(old, size);
}

#define START UINT64_C(0x7ffc00001003)
static const struct perf_event_header header = {.size = sizeof(header)};
static struct probed_execs *execs;
static unsigned char chunk_bytes[ARGV_CHUNK_BYTES];

static int set_up(void **state)
{
	(void)state;
	execs = calloc(1, sizeof(*execs));
	no_memory = false;
	return execs ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	probed_execs_done(execs);
	free(execs);
	return 0;
}

static struct probed_exec *begin(int32_t tid, uint64_t time_ns)
{
	struct probed_exec *place = probed_execs_place(execs, tid);

	assert_int_equal(probed_execs_begin(execs, place, tid, time_ns, &header), 0);
	return place;
}

/* Chunk NUMBER of SIZE bytes of arguments, all of them LETTER. */
static struct argv_sample sample_of(uint32_t number, uint64_t size, char letter)
{
	memset(chunk_bytes, letter, sizeof(chunk_bytes));
	return (struct argv_sample){number, START, START + size, chunk_bytes};
}

static int add(struct probed_exec *exec, uint32_t number, uint64_t size, unsigned int chunks)
{
	const struct argv_sample sample = sample_of(number, size, (char)('a' + number));

	return probed_exec_add(exec, &sample, chunks);
}

static void test_one_chunk(void **state)
{
	struct probed_exec *exec = begin(7, 1);

	(void)state;
	assert_ptr_equal(probed_execs_find(execs, 7), exec);
	assert_null(probed_execs_find(execs, 8));
	assert_int_equal(add(exec, 0, 20, 1), PROBED_WHOLE);
	assert_int_equal(exec->start, START);
	assert_int_equal(exec->strings.size, 20);
	assert_memory_equal(exec->strings.bytes, "aaaaaaaaaaaaaaaaaaaa", 20);
	probed_execs_end(execs, exec);
	assert_null(probed_execs_find(execs, 7));
	assert_int_equal(execs->count, 0);
	/* Up to the last byte that fits, and not beyond. */
	exec = begin(7, 1);
	assert_int_equal(add(exec, 0, ARGV_CHUNK_BYTES, 1), PROBED_WHOLE);
	exec = begin(7, 1);
	assert_int_equal(add(exec, 0, ARGV_CHUNK_BYTES + 1, 1), PROBED_NOT_HELD);
	assert_int_equal(add(exec, 0, 0, 1), PROBED_NOT_HELD);
	assert_int_equal(add(exec, 0, (uint64_t)-5, 1), PROBED_NOT_HELD);
	assert_int_equal(execs->count, 1);
}

/* The last one comes first, and those behind the end of the arguments do not count. */
static void test_chunks(void **state)
{
	const size_t size = 2 * ARGV_CHUNK_BYTES + 3;
	struct probed_exec *exec = begin(7, 1);

	(void)state;
	assert_int_equal(add(exec, 4, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 3, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 2, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 2, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 1, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 0, size, 5), PROBED_WHOLE);
	assert_int_equal(exec->strings.size, size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(exec->strings.bytes[i], 'a' + (int)(i / ARGV_CHUNK_BYTES));
	/* Another exec's in between. */
	exec = begin(7, 1);
	assert_int_equal(add(exec, 1, size, 5), PROBED_PART);
	assert_int_equal(add(exec, 0, size + 1, 5), PROBED_NOT_HELD);
}

static void test_places(void **state)
{
	struct probed_exec *first = begin(1, 1);

	(void)state;
	for (int32_t tid = 2; tid <= (int32_t)PROBED_EXECS_MAX; tid++)
		begin(tid, 1);
	assert_int_equal(execs->count, PROBED_EXECS_MAX);
	/* That of its exec before; the oldest one. */
	assert_ptr_equal(probed_execs_place(execs, 5), probed_execs_find(execs, 5));
	assert_ptr_equal(probed_execs_place(execs, 99), first);
	assert_int_equal(first->tid, 1);
	begin(5, 1);
	assert_int_equal(execs->count, PROBED_EXECS_MAX);
}

static void test_early_samples(void **state)
{
	struct argv_sample sample = sample_of(0, 20, 'a');

	(void)state;
	/* Older than the exec; of another task. */
	probed_execs_keep_early(execs, 7, 90, &sample);
	probed_execs_keep_early(execs, 8, 110, &sample);
	struct probed_exec *exec = begin(7, 100);
	assert_null(probed_execs_take_early(execs, exec));
	probed_execs_keep_early(execs, 7, 110, &sample);
	memset(chunk_bytes, 'b', sizeof(chunk_bytes));
	const struct argv_sample *early = probed_execs_take_early(execs, exec);
	assert_non_null(early);
	assert_int_equal(early->start, START);
	assert_int_equal(early->bytes[0], 'a');
	assert_null(probed_execs_take_early(execs, exec));
}

/* Most samples follow an exec that needs none. */
static void test_samples_that_are_not_early(void **state)
{
	struct argv_sample last = sample_of(1, 20, 'a'), first = sample_of(0, 20, 'a');

	(void)state;
	probed_execs_saw(execs, 7);
	probed_execs_keep_early(execs, 7, 110, &last);
	probed_execs_keep_early(execs, 7, 110, &first);
	struct probed_exec *exec = begin(7, 100);
	assert_null(probed_execs_take_early(execs, exec));
	/* Those of its next exec are. */
	probed_execs_keep_early(execs, 7, 210, &first);
	assert_non_null(probed_execs_take_early(execs, exec));
}

static void test_no_memory(void **state)
{
	(void)state;
	no_memory = true;
	struct probed_exec *place = probed_execs_place(execs, 7);
	assert_int_equal(probed_execs_begin(execs, place, 7, 1, &header), -ENOMEM);
	assert_int_equal(execs->count, 0);
	assert_null(probed_execs_find(execs, 7));
	no_memory = false;
	place = begin(7, 1);
	no_memory = true;
	assert_int_equal(add(place, 0, 20, 1), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_chunk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_chunks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_early_samples, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_samples_that_are_not_early, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
