/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Learning the ways that lead to an exit from call chains, and finding them again.
 */
#include <linux/perf_event.h>

#include "decode/exit_paths.h"
#include "support.h"

#define MARK PERF_CONTEXT_KERNEL

/* Nearest first: 1 is in do_exit(), 2 in do_group_exit(), 9 the entry of all system calls. */
static const uint64_t by_group[] = {MARK, 1, 2, 31, 41, 9};
static const uint64_t by_thread[] = {MARK, 1, 32, 42, 9};
static const uint64_t by_group_32[] = {MARK, 1, 2, 33, 43, 8};
static const uint64_t by_signal[] = {MARK, 1, 2, 51, 9};

#define CHAIN(addresses_)                                                                 \
	{                                                                                 \
		.addresses = (addresses_), .count = sizeof(addresses_) / sizeof(uint64_t) \
	}

static const struct exit_chain killed = CHAIN(by_signal);

static struct exit_paths learn(bool has_32)
{
	struct exit_chain chains[EXIT_PATHS] = {
		[EXIT_PATH_GROUP] = CHAIN(by_group),
		[EXIT_PATH_THREAD] = CHAIN(by_thread),
	};
	struct exit_paths paths;

	if (has_32)
		chains[EXIT_PATH_GROUP_32] = (struct exit_chain)CHAIN(by_group_32);
	exit_paths_learn(&paths, chains, &killed);
	return paths;
}

static enum exit_path find(const struct exit_paths *paths, const uint64_t *addresses, size_t count)
{
	const struct exit_chain chain = {.addresses = addresses, .count = count};

	return exit_paths_find(paths, &chain);
}

static void test_each_way_is_found_again(void **state)
{
	const struct exit_paths paths = learn(true);

	(void)state;
	assert_true(paths.known);
	assert_int_equal(find(&paths, by_group, ARRAY_SIZE(by_group)), EXIT_PATH_GROUP);
	assert_int_equal(find(&paths, by_thread, ARRAY_SIZE(by_thread)), EXIT_PATH_THREAD);
	assert_int_equal(find(&paths, by_group_32, ARRAY_SIZE(by_group_32)), EXIT_PATH_GROUP_32);
	assert_int_equal(find(&paths, by_signal, ARRAY_SIZE(by_signal)), EXIT_PATH_OTHER);
}

/* A 32-bit program may enter the kernel by another way than the one that was learnt. */
static void test_the_same_call_by_another_entry(void **state)
{
	static const uint64_t addresses[] = {MARK, 1, 2, 33, 77, 78};
	const struct exit_paths paths = learn(true);

	(void)state;
	assert_int_equal(find(&paths, addresses, ARRAY_SIZE(addresses)), EXIT_PATH_GROUP_32);
}

static void test_what_all_share_tells_nothing(void **state)
{
	static const uint64_t shared[] = {MARK, 1, 2, 9};
	const struct exit_paths paths = learn(false);

	(void)state;
	assert_true(paths.known);
	assert_int_equal(paths.marks[EXIT_PATH_GROUP_32].count, 0);
	assert_int_equal(find(&paths, shared, ARRAY_SIZE(shared)), EXIT_PATH_OTHER);
	assert_int_equal(find(&paths, NULL, 0), EXIT_PATH_OTHER);
}

static void test_chains_that_do_not_differ(void **state)
{
	const struct exit_chain same = CHAIN(by_group);
	const struct exit_chain chains[EXIT_PATHS] = {same, same};
	struct exit_paths paths;

	(void)state;
	exit_paths_learn(&paths, chains, &killed);
	assert_false(paths.known);
	assert_int_equal(find(&paths, by_group, ARRAY_SIZE(by_group)), EXIT_PATH_OTHER);
}

static void test_without_a_killed_one(void **state)
{
	const struct exit_chain chains[EXIT_PATHS] = {CHAIN(by_group), CHAIN(by_thread)};
	const struct exit_chain none = {0};
	struct exit_paths paths;

	(void)state;
	exit_paths_learn(&paths, chains, &none);
	assert_false(paths.known);
}

static void test_long_chains(void **state)
{
	uint64_t addresses[2 * EXIT_CHAIN_MAX];
	struct exit_paths paths;
	const struct exit_chain chains[EXIT_PATHS] = {
		{.addresses = addresses, .count = ARRAY_SIZE(addresses)},
		CHAIN(by_thread),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		addresses[i] = 1000 + i;
	exit_paths_learn(&paths, chains, &killed);
	assert_true(paths.known);
	assert_int_equal(paths.marks[EXIT_PATH_GROUP].count, EXIT_PATH_ADDRESSES);
	assert_int_equal(find(&paths, addresses, ARRAY_SIZE(addresses)), EXIT_PATH_GROUP);
	/* What lies behind the part that is looked at. */
	assert_int_equal(find(&paths, addresses + EXIT_CHAIN_MAX, EXIT_CHAIN_MAX), EXIT_PATH_OTHER);
}

/* In a capture they are in the recorder's byte order, and lie anywhere. */
static void test_swapped_and_unaligned(void **state)
{
	const struct exit_paths paths = learn(false);
	unsigned char bytes[1 + sizeof(by_group)];
	struct exit_chain chain = {
		.addresses = bytes + 1, .count = ARRAY_SIZE(by_group), .swap = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(by_group); i++) {
		uint64_t swapped = bswap_64(by_group[i]);

		memcpy(bytes + 1 + i * sizeof(swapped), &swapped, sizeof(swapped));
	}
	assert_int_equal(exit_paths_find(&paths, &chain), EXIT_PATH_GROUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_way_is_found_again),
		cmocka_unit_test(test_the_same_call_by_another_entry),
		cmocka_unit_test(test_what_all_share_tells_nothing),
		cmocka_unit_test(test_chains_that_do_not_differ),
		cmocka_unit_test(test_without_a_killed_one),
		cmocka_unit_test(test_long_chains),
		cmocka_unit_test(test_swapped_and_unaligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
