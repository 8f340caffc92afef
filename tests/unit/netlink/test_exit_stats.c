/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of taskstats taken apart: those of fixtures/netlink, of older and newer kernels, cut and
 * spoilt ones.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "netlink/exit_stats.h"
#include "support.h"

#define FAMILY 31
#define MESSAGE_MAX 2048

/* Where things are in a datagram, bytes. */
#define COMMAND_AT 16
#define AGGREGATE_AT 20
#define PID_AT 28
#define STATS_ATTRIBUTE_AT 32
#define STATS_AT 36

static const char *const names[] = {"7", "killed", "core", "thread", "last"};

/* Recorded on a little-endian machine. */
static size_t load(const char *name, unsigned char *bytes)
{
	char path[128];
	size_t size;

	if (__BYTE_ORDER != __LITTLE_ENDIAN)
		skip();
	snprintf(path, sizeof(path), "fixtures/netlink/taskstats-exit-%s.bin", name);
	char *file = load_file(path, &size);
	assert_in_range(size, 500, MESSAGE_MAX);
	memcpy(bytes, file, size);
	free(file);
	return size;
}

static struct exit_stats parse(const char *name)
{
	unsigned char bytes[MESSAGE_MAX];
	size_t size = load(name, bytes);
	struct exit_stats stats;

	assert_int_equal(exit_stats_parse(bytes, size, FAMILY, &stats), 0);
	return stats;
}

static void test_a_process_of_one_task(void **state)
{
	struct exit_stats stats = parse("7");

	(void)state;
	assert_int_equal(stats.version, 16);
	assert_int_equal(stats.tid, 22360);
	assert_int_equal(stats.tgid, 22360);
	assert_int_equal(stats.status, 0x700);
	assert_true(stats.is_last);
	assert_true(stats.is_only);
	assert_int_equal(stats.elapsed_us, 3594);
	assert_int_equal(stats.start_s, 1795756414);
	assert_int_equal(stats.hiwater_rss_kb, 11204);
	assert_int_equal(stats.process_cpu_ns, 0);
}

static void test_deaths(void **state)
{
	struct exit_stats killed = parse("killed"), core = parse("core");

	(void)state;
	assert_int_equal(killed.tid, 22365);
	assert_int_equal(killed.status, 9);
	assert_int_equal(core.tid, 22369);
	assert_int_equal(core.status, 0x86);
	assert_int_equal(core.utime_us, 0);
	assert_int_equal(core.stime_us, 8000);
	assert_int_equal(core.run_ns, 9427083);
	assert_int_equal(core.read_char, 0);
	assert_int_equal(core.write_char, 8688640);
	assert_int_equal(core.read_bytes, 0);
	assert_int_equal(core.write_bytes, 8699904);
}

static void test_threads(void **state)
{
	struct exit_stats thread = parse("thread"), last = parse("last");

	(void)state;
	assert_int_equal(thread.tid, 22378);
	assert_int_equal(thread.tgid, 22377);
	assert_false(thread.is_last);
	assert_false(thread.is_only);
	assert_int_equal(last.tid, 22377);
	assert_int_equal(last.tgid, 22377);
	assert_true(last.is_last);
	assert_false(last.is_only);
}

/* ---- other kernels ---- */

static void put16(unsigned char *at, size_t value)
{
	uint16_t number = (uint16_t)value;

	memcpy(at, &number, sizeof(number));
}

static void put32(unsigned char *at, size_t value)
{
	uint32_t number = (uint32_t)value;

	memcpy(at, &number, sizeof(number));
}

/* BYTES, a message with one struct taskstats, becomes one whose struct is VERSION, STATS_SIZE
 * bytes. */
static size_t resize(unsigned char *bytes, uint16_t version, size_t stats_size)
{
	size_t size = STATS_AT + stats_size;

	put32(bytes, size);
	put16(bytes + AGGREGATE_AT, size - AGGREGATE_AT);
	put16(bytes + STATS_ATTRIBUTE_AT, size - STATS_ATTRIBUTE_AT);
	put16(bytes + STATS_AT, version);
	return size;
}

static struct exit_stats parse_bytes(struct guarded *guarded, const unsigned char *bytes,
				     size_t size)
{
	struct exit_stats stats;

	assert_int_equal(
		exit_stats_parse(guarded_put(guarded, bytes, size, 1), size, FAMILY, &stats), 0);
	return stats;
}

/* Sizes of the struct by version, from include/uapi/linux/taskstats.h in the kernel's history. */
static void test_older_kernels_tell_less(void **state)
{
	static const struct {
		uint16_t version;
		size_t size;
		bool has_tgid;
	} versions[] = {{8, 328, false},  {9, 344, false}, {10, 352, false},
			{11, 368, false}, {12, 400, true}, {13, 416, true}};
	unsigned char bytes[MESSAGE_MAX];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		load("core", bytes);
		size_t size = resize(bytes, versions[i].version, versions[i].size);
		struct exit_stats stats = parse_bytes(&guarded, bytes, size);

		assert_int_equal(stats.version, versions[i].version);
		assert_int_equal(stats.tid, 22369);
		assert_int_equal(stats.status, 0x86);
		assert_int_equal(stats.tgid, versions[i].has_tgid ? 22369 : 0);
		assert_int_equal(stats.is_last, versions[i].has_tgid);
		assert_int_equal(stats.is_only, versions[i].has_tgid);
		assert_int_equal(stats.start_s, 1795756414);
		assert_int_equal(stats.write_bytes, 8699904);
	}
	guarded_free(&guarded);
}

/* Before version 12, the record of the process is what says that its last task ended. */
static void test_the_last_of_several_threads_on_an_old_kernel(void **state)
{
	unsigned char bytes[MESSAGE_MAX], second[MESSAGE_MAX];
	size_t size = load("last", bytes), part = 352;
	size_t second_at = AGGREGATE_AT + 576, tail = STATS_AT - AGGREGATE_AT + part;
	const uint64_t cpu_ns = 12345678;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	memcpy(second, bytes + second_at, size - second_at);
	resize(bytes, 10, part);
	put16(second, tail);
	put16(second + 12, part + 4);
	memcpy(second + 16 + 64, &cpu_ns, sizeof(cpu_ns));
	memcpy(bytes + STATS_AT + part, second, tail);
	size = STATS_AT + part + tail;
	put32(bytes, size);
	struct exit_stats stats = parse_bytes(&guarded, bytes, size);
	assert_int_equal(stats.tgid, 22377);
	assert_true(stats.is_last);
	assert_int_equal(stats.process_cpu_ns, cpu_ns);
	guarded_free(&guarded);
}

/* Version 15 has 16 bytes more behind each of these, and behind two that we do not read. */
static void test_the_version_that_moved_its_fields(void **state)
{
	static const size_t gaps[] = {32, 48, 64, 328, 344, 368};
	unsigned char bytes[MESSAGE_MAX], plain[MESSAGE_MAX];
	size_t from = 0, to = 0;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	load("core", plain);
	memcpy(bytes, plain, STATS_AT);
	for (size_t i = 0; i <= ARRAY_SIZE(gaps); i++) {
		size_t end = i < ARRAY_SIZE(gaps) ? gaps[i] : 432;

		memcpy(bytes + STATS_AT + to, plain + STATS_AT + from, end - from);
		memset(bytes + STATS_AT + to + end - from, 0xaa, 16);
		to += end - from + 16;
		from = end;
	}
	size_t size = resize(bytes, 15, 560);
	struct exit_stats stats = parse_bytes(&guarded, bytes, size);
	assert_int_equal(stats.tgid, 22369);
	assert_int_equal(stats.status, 0x86);
	assert_int_equal(stats.elapsed_us, 39406);
	assert_int_equal(stats.stime_us, 8000);
	assert_int_equal(stats.start_s, 1795756414);
	assert_int_equal(stats.hiwater_rss_kb, 12468);
	assert_int_equal(stats.write_char, 8688640);
	assert_int_equal(stats.write_bytes, 8699904);
	guarded_free(&guarded);
}

static void test_newer_kernels_tell_more(void **state)
{
	unsigned char bytes[MESSAGE_MAX] = {0};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	load("core", bytes);
	struct exit_stats stats = parse_bytes(&guarded, bytes, resize(bytes, 17, 688));
	assert_int_equal(stats.status, 0x86);
	assert_int_equal(stats.tgid, 22369);
	guarded_free(&guarded);
}

/* Where 64-bit numbers must be aligned, an empty attribute is before the first one. */
static void test_padding_before_the_aggregate(void **state)
{
	static const unsigned char padding[] = {4, 0, 6, 0};
	unsigned char bytes[MESSAGE_MAX];
	struct guarded guarded;
	size_t size = load("7", bytes);

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	memmove(bytes + AGGREGATE_AT + 4, bytes + AGGREGATE_AT, size - AGGREGATE_AT);
	memcpy(bytes + AGGREGATE_AT, padding, sizeof(padding));
	put32(bytes, size + 4);
	assert_int_equal(parse_bytes(&guarded, bytes, size + 4).status, 0x700);
	guarded_free(&guarded);
}

/* ---- what is no exit ---- */

static void assert_refused(const void *bytes, size_t size)
{
	struct exit_stats stats, untouched;

	memset(&stats, 0x5a, sizeof(stats));
	memcpy(&untouched, &stats, sizeof(stats));
	assert_int_equal(exit_stats_parse(bytes, size, FAMILY, &stats), -EBADMSG);
	assert_memory_equal(&stats, &untouched, sizeof(stats));
}

static void test_cut_at_every_length(void **state)
{
	unsigned char bytes[MESSAGE_MAX];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t whole = load(names[i], bytes);

		for (size_t size = 0; size < whole; size++) {
			unsigned char *copy = guarded_put(&guarded, bytes, size, 1);

			assert_refused(copy, size);
			/* A message with one struct ends where the other one would begin. */
			if (size < 4 || size == AGGREGATE_AT + 576)
				continue;
			put32(copy, size);
			assert_refused(copy, size);
		}
	}
	guarded_free(&guarded);
}

/* A struct that is shorter than that of any kernel with the fields that all have. */
static void test_structs_that_are_too_short(void **state)
{
	unsigned char bytes[MESSAGE_MAX];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	load("7", bytes);
	for (size_t stats_size = 0; stats_size < 264; stats_size++) {
		size_t size = resize(bytes, 3, stats_size);

		assert_refused(guarded_put(&guarded, bytes, size, 1), size);
	}
	size_t size = resize(bytes, 3, 264);
	assert_int_equal(parse_bytes(&guarded, bytes, size).status, 0x700);
	guarded_free(&guarded);
}

static void test_other_messages(void **state)
{
	unsigned char bytes[MESSAGE_MAX];
	struct exit_stats stats;
	size_t size = load("7", bytes);

	(void)state;
	assert_int_equal(exit_stats_parse(bytes, size, FAMILY + 1, &stats), -EBADMSG);
	bytes[COMMAND_AT]++;
	assert_refused(bytes, size);
	load("7", bytes);
	memset(bytes + PID_AT, 0, 4);
	assert_refused(bytes, size);
	memset(bytes + PID_AT, 0xff, 4);
	assert_refused(bytes, size);
	load("7", bytes);
	put16(bytes + AGGREGATE_AT + 2, 9);
	assert_refused(bytes, size);
	load("7", bytes);
	put16(bytes + STATS_ATTRIBUTE_AT + 2, 9);
	assert_refused(bytes, size);
}

/* Any byte changed: an answer, or a refusal. */
static void test_spoilt_bytes(void **state)
{
	unsigned char bytes[MESSAGE_MAX];
	struct random random = {.state = 1};
	struct exit_stats stats;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_MAX);
	for (int i = 0; i < 20000; i++) {
		size_t size = load(names[random_below(&random, ARRAY_SIZE(names))], bytes);
		size_t changed = i % 2 ? STATS_AT + 2 : size;

		bytes[random_below(&random, changed)] = (unsigned char)random_below(&random, 256);
		int code = exit_stats_parse(guarded_put(&guarded, bytes, size, 1), size, FAMILY,
					    &stats);
		assert_true(code == -EBADMSG || (code == 0 && stats.tid > 0));
	}
	guarded_free(&guarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_process_of_one_task),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_older_kernels_tell_less),
		cmocka_unit_test(test_the_last_of_several_threads_on_an_old_kernel),
		cmocka_unit_test(test_the_version_that_moved_its_fields),
		cmocka_unit_test(test_newer_kernels_tell_more),
		cmocka_unit_test(test_padding_before_the_aggregate),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_structs_that_are_too_short),
		cmocka_unit_test(test_other_messages),
		cmocka_unit_test(test_spoilt_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
