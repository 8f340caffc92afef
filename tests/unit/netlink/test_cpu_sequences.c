/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is missing in messages that are numbered on each CPU.
 */
#include <errno.h>
#include <stdlib.h>

#include "netlink/cpu_sequences.h"
#include "support.h"

static bool is_out_of_memory;

void *__real_reallocarray(void *array, size_t count, size_t size);
void *__wrap_reallocarray(void *array, size_t count, size_t size);

void *__wrap_reallocarray(void *array, size_t count, size_t size)
{
	return is_out_of_memory ? NULL : __real_reallocarray(array, count, size);
}

static uint32_t take(struct cpu_sequences *sequences, uint32_t cpu, uint32_t seq)
{
	uint32_t missing = 0xdead;

	assert_int_equal(cpu_sequences_take(sequences, cpu, seq, &missing), 0);
	return missing;
}

static void test_each_cpu_counts_for_itself(void **state)
{
	struct cpu_sequences sequences = {0};

	(void)state;
	assert_int_equal(take(&sequences, 3, 100), 0);
	assert_int_equal(take(&sequences, 0, 7), 0);
	assert_int_equal(take(&sequences, 3, 101), 0);
	assert_int_equal(take(&sequences, 0, 11), 3);
	assert_int_equal(take(&sequences, 3, 103), 1);
	assert_int_equal(take(&sequences, 1, 103), 0);
	assert_int_equal(take(&sequences, 0, 12), 0);
	cpu_sequences_done(&sequences);
}

static void test_numbers_go_round(void **state)
{
	struct cpu_sequences sequences = {0};

	(void)state;
	assert_int_equal(take(&sequences, 0, UINT32_MAX - 1), 0);
	assert_int_equal(take(&sequences, 0, UINT32_MAX), 0);
	assert_int_equal(take(&sequences, 0, 0), 0);
	assert_int_equal(take(&sequences, 0, UINT32_MAX / 2), UINT32_MAX / 2 - 1);
	assert_int_equal(take(&sequences, 0, 2), 0);
	cpu_sequences_done(&sequences);
}

static void test_an_old_number_is_none_missing(void **state)
{
	struct cpu_sequences sequences = {0};

	(void)state;
	assert_int_equal(take(&sequences, 0, 50), 0);
	assert_int_equal(take(&sequences, 0, 50), 0);
	assert_int_equal(take(&sequences, 0, 20), 0);
	assert_int_equal(take(&sequences, 0, 51), 0);
	assert_int_equal(take(&sequences, 0, 53), 1);
	cpu_sequences_done(&sequences);
}

static void test_a_cpu_that_cannot_be(void **state)
{
	struct cpu_sequences sequences = {0};
	uint32_t missing;

	(void)state;
	assert_int_equal(cpu_sequences_take(&sequences, CPU_SEQUENCES_MAX, 1, &missing), -EBADMSG);
	assert_int_equal(cpu_sequences_take(&sequences, UINT32_MAX, 1, &missing), -EBADMSG);
	assert_int_equal(sequences.count, 0);
	assert_int_equal(take(&sequences, CPU_SEQUENCES_MAX - 1, 1), 0);
	cpu_sequences_done(&sequences);
	assert_null(sequences.cpus);
}

static void test_out_of_memory_keeps_what_is_known(void **state)
{
	struct cpu_sequences sequences = {0};
	uint32_t missing;

	(void)state;
	assert_int_equal(take(&sequences, 0, 1), 0);
	is_out_of_memory = true;
	assert_int_equal(cpu_sequences_take(&sequences, 9, 1, &missing), -ENOMEM);
	assert_int_equal(take(&sequences, 0, 4), 2);
	is_out_of_memory = false;
	cpu_sequences_done(&sequences);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_cpu_counts_for_itself),
		cmocka_unit_test(test_numbers_go_round),
		cmocka_unit_test(test_an_old_number_is_none_missing),
		cmocka_unit_test(test_a_cpu_that_cannot_be),
		cmocka_unit_test(test_out_of_memory_keeps_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
