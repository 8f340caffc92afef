/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that were chosen to fall together do not, and tables with them stay tables.
 */
#include <stdlib.h>

#include "base/keyed_hash.h"
#include "capture/read/events.h"
#include "support.h"

#define KEYS 4096U
#define BUCKETS 4096U

/* Kinds of keys that hash alike where the function is known. */
static uint64_t multiple(uint64_t i)
{
	return i << 20;
}

static uint64_t high(uint64_t i)
{
	return i << 48;
}

/* By the golden ratio all of them become 7 << 32 | i, of which the high half was taken. */
static uint64_t golden(uint64_t i)
{
	/* The inverse of 0x9e3779b97f4a7c15. */
	return (UINT64_C(7) << 32 | i) * UINT64_C(0xf1de83e19937733d);
}

static uint64_t (*const kinds[])(uint64_t i) = {multiple, high, golden};

static size_t fullest_bucket(uint64_t (*key)(uint64_t i), bool as_bytes)
{
	size_t *buckets = calloc(BUCKETS, sizeof(*buckets)), fullest = 0;

	assert_non_null(buckets);
	for (uint64_t i = 1; i <= KEYS; i++) {
		uint64_t at = key(i);
		uint64_t hash = as_bytes ? keyed_hash(&at, sizeof(at)) : keyed_hash_u64(at);
		size_t filled = ++buckets[hash % BUCKETS];

		fullest = filled > fullest ? filled : fullest;
	}
	free(buckets);
	return fullest;
}

static void test_chosen_keys_spread(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		assert_in_range(fullest_bucket(kinds[kind], false), 1, 64);
		assert_in_range(fullest_bucket(kinds[kind], true), 1, 64);
	}
}

static void test_the_secret_decides(void **state)
{
	uint64_t before = keyed_hash_u64(1);
	(void)state;

	assert_int_not_equal(keyed_hash_secrets[0], 0);
	keyed_hash_secrets[0] ^= 2;
	assert_int_not_equal(keyed_hash_u64(1), before);
	keyed_hash_secrets[0] ^= 2;
	assert_int_equal(keyed_hash_u64(1), before);
}

/* Every byte counts, of keys of every length. */
static void test_keys_of_any_length(void **state)
{
	unsigned char key[40] = {0};
	(void)state;

	for (size_t length = 1; length <= sizeof(key); length++) {
		uint64_t before = keyed_hash(key, length);

		assert_int_not_equal(keyed_hash(key, length - 1), before);
		for (size_t i = 0; i < length; i++) {
			key[i] ^= 1;
			assert_int_not_equal(keyed_hash(key, length), before);
			key[i] ^= 1;
		}
	}
}

/* The most slots that a search for an id can have to look at. */
static size_t longest_cluster(const struct events *events)
{
	size_t longest = 0, now = 0;

	for (size_t i = 0; i < 2 * events->slot_count; i++) {
		now = events->slots[i % events->slot_count].event ? now + 1 : 0;
		longest = now > longest ? now : longest;
	}
	return longest;
}

static void test_ids_of_events_spread(void **state)
{
	const unsigned char attr[PERF_ATTR_SIZE_VER0] = {0};
	(void)state;

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		struct events *events = events_new(false);

		assert_non_null(events);
		assert_int_equal(events_add(events, attr, sizeof(attr)), 0);
		for (uint64_t i = 1; i <= KEYS; i++)
			assert_int_equal(events_add_id(events, kinds[kind](i)), 0);
		assert_int_equal(events->id_count, KEYS);
		assert_in_range(longest_cluster(events), 1, 512);
		for (uint64_t i = 1; i <= KEYS; i++)
			assert_non_null(events_find(events, kinds[kind](i)));
		events_free(events);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen_keys_spread),
		cmocka_unit_test(test_the_secret_decides),
		cmocka_unit_test(test_keys_of_any_length),
		cmocka_unit_test(test_ids_of_events_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
