/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows the raw data in a sample: each combination of fields, whole and cut short.
 */
#include <errno.h>
#include <string.h>

#include "perf/sample_extra.h"
#include "support.h"
#include "support_words.h"

#define WEIGHT_STRUCT (UINT64_C(1) << 24)
#define HW_INDEX (UINT64_C(1) << 17)
#define COUNTERS (UINT64_C(1) << 19)

#define REGS ((UINT64_C(1) << 5) | (UINT64_C(1) << 7) | (UINT64_C(1) << 63))
#define CGROUP_ID UINT64_C(0x123456789abcdef0)

static const char stack[16] = "0123456789abcdef";

static const uint64_t fields[] = {
	PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER,
	PERF_SAMPLE_WEIGHT,       PERF_SAMPLE_DATA_SRC,  PERF_SAMPLE_TRANSACTION,
	PERF_SAMPLE_REGS_INTR,    PERF_SAMPLE_PHYS_ADDR, SAMPLE_EXTRA_CGROUP,
	UINT64_C(1) << 22, /* PERF_SAMPLE_DATA_PAGE_SIZE: comes behind, not looked at */
};

#define COMBINATIONS (1U << ARRAY_SIZE(fields))

static uint64_t combination(unsigned int number)
{
	uint64_t sample_type = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (number & 1U << i)
			sample_type |= fields[i];
	return sample_type;
}

/* ---- building ---- */

static void put_branches(struct words *words, uint64_t branch_sample_type)
{
	put64(words, 2);
	if (branch_sample_type & HW_INDEX)
		put64(words, 0xdead);
	for (int i = 0; i < 2 * 3; i++)
		put64(words, 0xdead);
	for (int i = 0; i < 2 && branch_sample_type & COUNTERS; i++)
		put64(words, 0xdead);
}

static void put_user_regs(struct words *words)
{
	put64(words, PERF_SAMPLE_REGS_ABI_64);
	put64(words, 105);
	put64(words, 107);
	put64(words, 163);
}

static void put_stack(struct words *words, uint64_t size, uint64_t filled)
{
	put64(words, size);
	put_bytes(words, stack, sizeof(stack));
	put64(words, filled);
}

/* In the kernel's order. */
static void put_extra(struct words *words, const struct sample_extra_layout *layout)
{
	uint64_t type = layout->sample_type;

	*words = (struct words){.swap = layout->swap};
	if (type & PERF_SAMPLE_BRANCH_STACK)
		put_branches(words, layout->branch_sample_type);
	if (type & PERF_SAMPLE_REGS_USER)
		put_user_regs(words);
	if (type & PERF_SAMPLE_STACK_USER)
		put_stack(words, sizeof(stack), 11);
	if (type & (PERF_SAMPLE_WEIGHT | WEIGHT_STRUCT))
		put64(words, 0xdead);
	if (type & PERF_SAMPLE_DATA_SRC)
		put64(words, 0xdead);
	if (type & PERF_SAMPLE_TRANSACTION)
		put64(words, 0xdead);
	if (type & PERF_SAMPLE_REGS_INTR)
		put64(words, PERF_SAMPLE_REGS_ABI_NONE);
	if (type & PERF_SAMPLE_PHYS_ADDR)
		put64(words, 0xdead);
	if (type & SAMPLE_EXTRA_CGROUP)
		put64(words, CGROUP_ID);
}

/* ---- checking ---- */

static void assert_refused(const struct sample_extra_layout *layout, const void *bytes, size_t size)
{
	struct sample_extra extra, untouched;

	memset(&extra, 0x5a, sizeof(extra));
	memset(&untouched, 0x5a, sizeof(untouched));
	assert_int_equal(sample_extra_parse(layout, bytes, (uint32_t)size, &extra), -EBADMSG);
	assert_memory_equal(&extra, &untouched, sizeof(extra));
}

static struct sample_extra parse(const struct sample_extra_layout *layout,
				 const struct words *words)
{
	struct sample_extra extra;

	memset(&extra, 0x5a, sizeof(extra));
	assert_int_equal(sample_extra_parse(layout, words->bytes, (uint32_t)words->size, &extra),
			 0);
	return extra;
}

static void assert_reg(const struct sample_extra_layout *layout, const struct sample_extra *extra,
		       unsigned int reg, uint64_t expected)
{
	uint64_t value;

	assert_true(sample_extra_reg(layout, extra, reg, &value));
	assert_int_equal(value, expected);
}

static void assert_no_reg(const struct sample_extra_layout *layout,
			  const struct sample_extra *extra, unsigned int reg)
{
	uint64_t value = 42;

	assert_false(sample_extra_reg(layout, extra, reg, &value));
	assert_int_equal(value, 42);
}

static void assert_regs(const struct sample_extra_layout *layout, const struct sample_extra *extra)
{
	if (!(layout->sample_type & PERF_SAMPLE_REGS_USER)) {
		assert_int_equal(extra->regs_abi, 0);
		assert_null(extra->regs);
		assert_no_reg(layout, extra, 5);
		return;
	}
	assert_int_equal(extra->regs_abi, PERF_SAMPLE_REGS_ABI_64);
	assert_reg(layout, extra, 5, 105);
	assert_reg(layout, extra, 7, 107);
	assert_reg(layout, extra, 63, 163);
	assert_no_reg(layout, extra, 0);
	assert_no_reg(layout, extra, 6);
	assert_no_reg(layout, extra, 64);
	assert_no_reg(layout, extra, UINT32_MAX);
}

static void assert_extra(const struct sample_extra_layout *layout, const struct sample_extra *extra)
{
	bool has_stack = layout->sample_type & PERF_SAMPLE_STACK_USER;
	bool has_cgroup = layout->sample_type & SAMPLE_EXTRA_CGROUP;

	assert_regs(layout, extra);
	assert_int_equal(extra->stack_size, has_stack ? 11 : 0);
	if (has_stack)
		assert_memory_equal(extra->stack, stack, 11);
	else
		assert_null(extra->stack);
	assert_int_equal(extra->cgroup_id, has_cgroup ? CGROUP_ID : 0);
}

/* ---- tests ---- */

static void test_each_combination(void **state)
{
	struct words words;

	(void)state;
	for (unsigned int number = 0; number < 2 * COMBINATIONS; number++) {
		const struct sample_extra_layout layout = {
			.sample_type = combination(number),
			.regs_user = REGS,
			.swap = number >= COMBINATIONS,
		};

		put_extra(&words, &layout);
		struct sample_extra extra = parse(&layout, &words);
		assert_extra(&layout, &extra);
	}
}

static void test_each_combination_cut_at_every_length(void **state)
{
	struct guarded guarded;
	struct words words;

	(void)state;
	guarded_new(&guarded, WORDS_MAX);
	for (unsigned int number = 0; number < COMBINATIONS; number++) {
		const struct sample_extra_layout layout = {
			.sample_type = combination(number),
			.regs_user = REGS,
		};

		put_extra(&words, &layout);
		for (size_t size = 0; size < words.size; size++)
			assert_refused(&layout, guarded_put(&guarded, words.bytes, size, 1), size);
	}
	guarded_free(&guarded);
}

static void test_branch_options(void **state)
{
	static const uint64_t options[] = {0, HW_INDEX, COUNTERS, HW_INDEX | COUNTERS};
	struct words words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct sample_extra_layout layout = {
			.sample_type = PERF_SAMPLE_BRANCH_STACK | SAMPLE_EXTRA_CGROUP,
			.branch_sample_type = options[i],
		};

		put_extra(&words, &layout);
		assert_int_equal(parse(&layout, &words).cgroup_id, CGROUP_ID);
		for (size_t size = 0; size < words.size; size++)
			assert_refused(&layout, words.bytes, size);
	}
}

static void test_weight_is_there_once(void **state)
{
	static const uint64_t weights[] = {PERF_SAMPLE_WEIGHT, WEIGHT_STRUCT,
					   PERF_SAMPLE_WEIGHT | WEIGHT_STRUCT};
	struct words words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(weights); i++) {
		const struct sample_extra_layout layout = {
			.sample_type = weights[i] | SAMPLE_EXTRA_CGROUP,
		};

		put_extra(&words, &layout);
		assert_int_equal(parse(&layout, &words).cgroup_id, CGROUP_ID);
	}
}

/* Kernel threads have neither registers nor a stack. */
static void test_a_task_without_user_side(void **state)
{
	const struct sample_extra_layout layout = {
		.sample_type = PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | SAMPLE_EXTRA_CGROUP,
		.regs_user = REGS,
	};
	struct words words = {0};

	(void)state;
	put64(&words, PERF_SAMPLE_REGS_ABI_NONE);
	put64(&words, 0); /* a stack of size 0 has no dyn_size */
	put64(&words, CGROUP_ID);
	struct sample_extra extra = parse(&layout, &words);
	assert_int_equal(extra.regs_abi, 0);
	assert_null(extra.regs);
	assert_no_reg(&layout, &extra, 5);
	assert_null(extra.stack);
	assert_int_equal(extra.stack_size, 0);
	assert_int_equal(extra.cgroup_id, CGROUP_ID);
}

static void test_the_cgroup_behind_unknown_registers_is_not_known(void **state)
{
	const struct sample_extra_layout layout = {
		.sample_type = PERF_SAMPLE_STACK_USER | PERF_SAMPLE_REGS_INTR | SAMPLE_EXTRA_CGROUP,
	};
	struct words words = {0};

	(void)state;
	put_stack(&words, sizeof(stack), 3);
	put64(&words, PERF_SAMPLE_REGS_ABI_64);
	put64(&words, 0xdead);
	put64(&words, CGROUP_ID);
	struct sample_extra extra = parse(&layout, &words);
	assert_int_equal(extra.stack_size, 3);
	assert_int_equal(extra.cgroup_id, 0);
}

static void test_sizes_that_lie_are_refused(void **state)
{
	static const uint64_t sizes[] = {17, 25, 65536, UINT32_MAX, UINT64_MAX - 7, UINT64_MAX};
	const struct sample_extra_layout stacks = {.sample_type = PERF_SAMPLE_STACK_USER};
	const struct sample_extra_layout branches = {.sample_type = PERF_SAMPLE_BRANCH_STACK};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct words words = {0};

		put_stack(&words, sizes[i], 0);
		assert_refused(&stacks, words.bytes, words.size);
		assert_refused(&branches, words.bytes, words.size);
		words = (struct words){0};
		put_stack(&words, sizeof(stack), sizes[i]);
		assert_refused(&stacks, words.bytes, words.size);
	}
}

static void test_a_stack_filled_to_the_last_byte_or_not_at_all(void **state)
{
	const struct sample_extra_layout layout = {.sample_type = PERF_SAMPLE_STACK_USER};
	struct words words;

	(void)state;
	for (uint64_t filled = 0; filled <= sizeof(stack); filled++) {
		words = (struct words){0};
		put_stack(&words, sizeof(stack), filled);
		assert_int_equal(parse(&layout, &words).stack_size, filled);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_combination),
		cmocka_unit_test(test_each_combination_cut_at_every_length),
		cmocka_unit_test(test_branch_options),
		cmocka_unit_test(test_weight_is_there_once),
		cmocka_unit_test(test_a_task_without_user_side),
		cmocka_unit_test(test_the_cgroup_behind_unknown_registers_is_not_known),
		cmocka_unit_test(test_sizes_that_lie_are_refused),
		cmocka_unit_test(test_a_stack_filled_to_the_last_byte_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
