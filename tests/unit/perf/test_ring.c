/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring reader over plain memory that a test writes as the kernel would.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/ring.h"
#include "support.h"

static _Alignas(8) unsigned char record_bytes[RING_RECORD_MAX];

/* A record whose content depends on NUMBER in every byte. */
static const void *make_numbered(uint16_t size, uint64_t number)
{
	struct perf_event_header header = {
		.type = PERF_RECORD_SAMPLE,
		.misc = (uint16_t)number,
		.size = size,
	};

	for (size_t i = 0; i < size; i++)
		record_bytes[i] = (unsigned char)(number * 7 + i);
	memcpy(record_bytes, &header, sizeof(header));
	return record_bytes;
}

static void write_numbered(struct fake_ring *fake, uint16_t size, uint64_t number)
{
	assert_true(fake_ring_write(fake, make_numbered(size, number), size));
}

static void assert_peek_is(struct ring *ring, uint16_t size, uint64_t number)
{
	const struct perf_event_header *header = NULL;

	assert_int_equal(ring_peek(ring, &header), 1);
	assert_int_equal(header->size, size);
	assert_memory_equal(header, make_numbered(size, number), size);
}

static void assert_empty(struct ring *ring)
{
	const struct perf_event_header *header = NULL;

	assert_int_equal(ring_peek(ring, &header), 0);
	assert_null(header);
}

static void open_ring(struct fake_ring *fake, struct ring *ring, uint64_t size, uint64_t start)
{
	fake_ring_new(fake, size, start);
	assert_int_equal(ring_init(ring, fake->control, fake->data, fake->size), 0);
}

static void close_ring(struct fake_ring *fake, struct ring *ring)
{
	ring_done(ring);
	fake_ring_free(fake);
}

static void test_only_powers_of_two_are_sizes(void **state)
{
	static const uint64_t bad[] = {0, 3, 24, 100, 4095, 4097, 12288, UINT64_MAX};
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	fake_ring_new(&fake, 16384, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ring_init(&ring, fake.control, fake.data, bad[i]), -EINVAL);
	for (uint64_t size = 64; size <= fake.size; size *= 2) {
		assert_int_equal(ring_init(&ring, fake.control, fake.data, size), 0);
		ring_done(&ring);
	}
	fake_ring_free(&fake);
}

static void test_an_empty_ring_shows_nothing(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, 0);
	assert_empty(&ring);
	ring_refresh(&ring);
	assert_empty(&ring);
	ring_release(&ring);
	assert_int_equal(fake.control->data_tail, 0);
	close_ring(&fake, &ring);
}

static void test_records_wait_for_refresh(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, 0);
	write_numbered(&fake, 32, 1);
	assert_empty(&ring);
	ring_refresh(&ring);
	write_numbered(&fake, 32, 2);
	assert_peek_is(&ring, 32, 1);
	ring_advance(&ring);
	assert_empty(&ring);
	ring_refresh(&ring);
	assert_peek_is(&ring, 32, 2);
	close_ring(&fake, &ring);
}

static void test_peek_repeats_until_advance(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, 4096 - 16);
	write_numbered(&fake, 64, 1);
	write_numbered(&fake, 8, 2);
	ring_refresh(&ring);
	assert_peek_is(&ring, 64, 1);
	assert_peek_is(&ring, 64, 1);
	ring_advance(&ring);
	assert_peek_is(&ring, 8, 2);
	ring_advance(&ring);
	assert_empty(&ring);
	close_ring(&fake, &ring);
}

static void test_starts_at_data_tail(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	fake_ring_new(&fake, 4096, 1000 * 4096 + 8);
	write_numbered(&fake, 40, 1);
	assert_int_equal(ring_init(&ring, fake.control, fake.data, fake.size), 0);
	ring_refresh(&ring);
	assert_peek_is(&ring, 40, 1);
	close_ring(&fake, &ring);
}

/* Records of SIZE, as many as fit, with the first one START bytes into the ring. */
static void check_wrap(uint64_t ring_size, uint64_t start, uint16_t size)
{
	struct fake_ring fake;
	struct ring ring;
	uint64_t count = ring_size / size;

	open_ring(&fake, &ring, ring_size, start);
	for (uint64_t i = 0; i < count; i++)
		write_numbered(&fake, size, i);
	ring_refresh(&ring);
	for (uint64_t i = 0; i < count; i++) {
		assert_peek_is(&ring, size, i);
		ring_advance(&ring);
	}
	assert_empty(&ring);
	ring_release(&ring);
	assert_int_equal(fake.control->data_tail, start + count * size);
	close_ring(&fake, &ring);
}

static void test_wraps_at_every_offset(void **state)
{
	(void)state;
	for (uint64_t start = 0; start < 256; start += 8)
		for (uint16_t size = 8; size <= 256; size = (uint16_t)(size + 8))
			check_wrap(256, start, size);
}

static void test_a_record_can_fill_the_ring(void **state)
{
	(void)state;
	for (uint64_t start = 0; start < 4096; start += 8)
		check_wrap(4096, start, 4096);
}

static void test_large_records_wrap(void **state)
{
	static const uint16_t sizes[] = {4096, 4104, 8192, 8200, 16384, 32768, 65528};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		check_wrap(65536, 65536 - 8, sizes[i]);
		check_wrap(65536, 65536 - 4096, sizes[i]);
		check_wrap(65536, 65536 - (uint64_t)sizes[i] + 8, sizes[i]);
		check_wrap(65536, 32768, sizes[i]);
		check_wrap(131072, 131072 - (uint64_t)sizes[i] / 2 / 8 * 8, sizes[i]);
	}
}

static void test_positions_survive_the_end_of_64_bits(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, UINT64_MAX - 63);
	for (uint64_t i = 0; i < 50; i++)
		write_numbered(&fake, 48, i);
	ring_refresh(&ring);
	for (uint64_t i = 0; i < 50; i++) {
		assert_peek_is(&ring, 48, i);
		ring_advance(&ring);
	}
	assert_empty(&ring);
	ring_release(&ring);
	assert_int_equal(fake.control->data_tail, 50 * 48 - 64);
	close_ring(&fake, &ring);
}

static void assert_broken(struct ring *ring)
{
	const struct perf_event_header *header = NULL;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ring_peek(ring, &header), -EBADMSG);
		assert_null(header);
		ring_refresh(ring);
	}
}

/* One record whose header claims SIZE while WRITTEN bytes are there. */
static void check_bogus_size(uint16_t claimed, uint16_t written, uint64_t start)
{
	struct fake_ring fake;
	struct ring ring;
	struct perf_event_header header = {.type = PERF_RECORD_SAMPLE, .size = claimed};

	open_ring(&fake, &ring, 4096, start);
	make_numbered(written, 0);
	memcpy(record_bytes, &header, sizeof(header));
	assert_true(fake_ring_write(&fake, record_bytes, written));
	ring_refresh(&ring);
	assert_broken(&ring);
	close_ring(&fake, &ring);
}

static void test_bogus_sizes_are_refused(void **state)
{
	(void)state;
	for (uint16_t claimed = 0; claimed < sizeof(struct perf_event_header); claimed++)
		check_bogus_size(claimed, 64, 0);
	for (uint64_t start = 0; start < 4096; start += 8) {
		check_bogus_size(0, 64, start);
		check_bogus_size(72, 64, start);
		check_bogus_size(4096, 4088, start);
		check_bogus_size(4104, 4096, start);
		check_bogus_size(UINT16_MAX, 4096, start);
	}
}

/* The kernel pads records to 8 bytes; the header after another size would not be aligned. */
static void test_sizes_that_are_not_padded_are_refused(void **state)
{
	(void)state;
	for (uint16_t claimed = 9; claimed < 64; claimed++)
		if (claimed % 8 != 0)
			check_bogus_size(claimed, 64, 4096 - 32);
}

static void test_less_than_a_header_is_refused(void **state)
{
	(void)state;
	for (uint16_t written = 1; written < sizeof(struct perf_event_header); written++) {
		struct fake_ring fake;
		struct ring ring;

		open_ring(&fake, &ring, 4096, 4088);
		make_numbered(8, 0);
		assert_true(fake_ring_write(&fake, record_bytes, written));
		ring_refresh(&ring);
		assert_broken(&ring);
		close_ring(&fake, &ring);
	}
}

static void test_good_records_before_a_bogus_one_are_read(void **state)
{
	struct fake_ring fake;
	struct ring ring;
	struct perf_event_header bogus = {.type = PERF_RECORD_SAMPLE, .size = 4};

	(void)state;
	open_ring(&fake, &ring, 4096, 0);
	write_numbered(&fake, 24, 1);
	assert_true(fake_ring_write(&fake, &bogus, sizeof(bogus)));
	ring_refresh(&ring);
	assert_peek_is(&ring, 24, 1);
	ring_advance(&ring);
	assert_broken(&ring);
	close_ring(&fake, &ring);
}

static void check_bogus_head(uint64_t start, uint64_t head)
{
	struct fake_ring fake;
	struct ring ring;

	open_ring(&fake, &ring, 4096, start);
	make_numbered(64, 0);
	memcpy(fake.data + start % 4096, record_bytes, 64);
	fake.control->data_head = head;
	ring_refresh(&ring);
	assert_broken(&ring);
	close_ring(&fake, &ring);
}

static void test_an_impossible_head_is_refused(void **state)
{
	(void)state;
	check_bogus_head(8192, 8192 - 8);    /* behind the tail */
	check_bogus_head(8192, 0);           /* far behind it */
	check_bogus_head(8192, 8192 + 4104); /* more than the ring holds */
	check_bogus_head(0, UINT64_MAX - 7);
}

/*
 * The kernel may overwrite whatever lies before data_tail: the record that is shown must not.
 */
static void test_room_in_use_is_never_released(void **state)
{
	struct fake_ring fake;
	struct ring ring;
	uint64_t at = 0;

	(void)state;
	open_ring(&fake, &ring, 4096, 0);
	for (uint64_t i = 0; i < 4096 / 64; i++)
		write_numbered(&fake, 64, i);
	ring_refresh(&ring);
	for (uint64_t i = 0; i < 4096 / 64; i++) {
		uint64_t before = fake.control->data_tail;

		assert_peek_is(&ring, 64, i);
		ring_release(&ring);
		assert_int_equal(fake.control->data_tail, at);
		assert_true(fake.control->data_tail >= before);
		ring_advance(&ring);
		at += 64;
		assert_true(fake.control->data_tail <= at);
	}
	ring_release(&ring);
	assert_int_equal(fake.control->data_tail, at);
	close_ring(&fake, &ring);
}

static void test_refresh_and_peek_release_nothing(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, 0);
	write_numbered(&fake, 8, 1);
	ring_refresh(&ring);
	assert_peek_is(&ring, 8, 1);
	assert_int_equal(fake.control->data_tail, 0);
	ring_refresh(&ring);
	assert_int_equal(fake.control->data_tail, 0);
	close_ring(&fake, &ring);
}

static void test_advancing_releases_now_and_then(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 65536, 0);
	for (uint64_t i = 0; i < 65536 / 64; i++)
		write_numbered(&fake, 64, i);
	ring_refresh(&ring);
	for (uint64_t i = 0; i < 65536 / 64; i++) {
		assert_peek_is(&ring, 64, i);
		ring_advance(&ring);
	}
	assert_true(fake.control->data_tail > 0);
	assert_true(fake.control->data_tail <= 65536);
	close_ring(&fake, &ring);
}

static void test_only_what_was_used_is_released(void **state)
{
	struct fake_ring fake;
	struct ring ring;

	(void)state;
	open_ring(&fake, &ring, 4096, 4096 - 32);
	for (uint64_t i = 0; i < 4; i++)
		write_numbered(&fake, 64, i);
	ring_refresh(&ring);
	assert_peek_is(&ring, 64, 0);
	ring_advance(&ring);
	assert_peek_is(&ring, 64, 1);
	ring_advance(&ring);
	ring_release(&ring);
	assert_int_equal(fake.control->data_tail, 4096 - 32 + 128);
	assert_peek_is(&ring, 64, 2);
	close_ring(&fake, &ring);
}

/* Read until the ring ends or breaks. Touches every byte of every record: a guard page follows. */
static void drain_any(struct ring *ring)
{
	const struct perf_event_header *header;
	volatile unsigned char sum = 0;

	for (int i = 0; i < 1024 && ring_peek(ring, &header) == 1; i++) {
		const unsigned char *bytes = (const unsigned char *)header;

		assert_true(header->size >= sizeof(*header));
		for (uint16_t j = 0; j < header->size; j++)
			sum = (unsigned char)(sum + bytes[j]);
		ring_advance(ring);
	}
	ring_release(ring);
}

static void test_any_bytes_are_survived(void **state)
{
	struct random random = {.state = 1};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct fake_ring fake;
		struct ring ring;
		uint64_t start = random_below(&random, 128) * 8;

		open_ring(&fake, &ring, 1024, start);
		for (size_t i = 0; i < 1024; i++)
			fake.data[i] = (unsigned char)(random_below(&random, 4)
							       ? random_below(&random, 64) * 8
							       : random_below(&random, 256));
		for (size_t i = 7; i < 1024; i += 8)
			fake.data[i] = (unsigned char)random_below(&random, 2);
		fake.control->data_head = start + random_below(&random, 1200);
		ring_refresh(&ring);
		drain_any(&ring);
		close_ring(&fake, &ring);
	}
}

/* ---- against a writer that runs at the same time ------------------------------------------------
 */

#define SHARED_SIZE 4096
#define SHARED_RECORDS 50000

struct shared {
	struct perf_event_mmap_page control;
	unsigned char data[SHARED_SIZE];
};

static uint16_t numbered_size(uint64_t number)
{
	return (uint16_t)(8 + number % 61 * 8);
}

static void write_shared(struct shared *shared, uint64_t *head, const void *record, uint16_t size)
{
	while (*head + size - __atomic_load_n(&shared->control.data_tail, __ATOMIC_ACQUIRE) >
	       SHARED_SIZE)
		sched_yield();
	for (uint16_t i = 0; i < size; i++)
		shared->data[(*head + i) % SHARED_SIZE] = ((const unsigned char *)record)[i];
	*head += size;
	__atomic_store_n(&shared->control.data_head, *head, __ATOMIC_RELEASE);
}

static _Noreturn void run_writer(struct shared *shared)
{
	uint64_t head = 0;

	/* Without its reader it would wait for room for ever. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (uint64_t i = 0; i < SHARED_RECORDS; i++)
		write_shared(shared, &head, make_numbered(numbered_size(i), i), numbered_size(i));
	_exit(0);
}

static void read_all_shared(struct ring *ring)
{
	const struct perf_event_header *header;

	for (uint64_t i = 0; i < SHARED_RECORDS; i++) {
		while (ring_peek(ring, &header) == 0) {
			ring_release(ring);
			sched_yield();
			ring_refresh(ring);
		}
		assert_peek_is(ring, numbered_size(i), i);
		ring_advance(ring);
	}
}

static void test_keeps_up_with_a_writer(void **state)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct ring ring;
	int status;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	pid_t writer = fork();
	assert_true(writer >= 0);
	if (writer == 0)
		run_writer(shared);
	assert_int_equal(ring_init(&ring, &shared->control, shared->data, SHARED_SIZE), 0);
	read_all_shared(&ring);
	ring_done(&ring);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_powers_of_two_are_sizes),
		cmocka_unit_test(test_an_empty_ring_shows_nothing),
		cmocka_unit_test(test_records_wait_for_refresh),
		cmocka_unit_test(test_peek_repeats_until_advance),
		cmocka_unit_test(test_starts_at_data_tail),
		cmocka_unit_test(test_wraps_at_every_offset),
		cmocka_unit_test(test_a_record_can_fill_the_ring),
		cmocka_unit_test(test_large_records_wrap),
		cmocka_unit_test(test_positions_survive_the_end_of_64_bits),
		cmocka_unit_test(test_bogus_sizes_are_refused),
		cmocka_unit_test(test_sizes_that_are_not_padded_are_refused),
		cmocka_unit_test(test_less_than_a_header_is_refused),
		cmocka_unit_test(test_good_records_before_a_bogus_one_are_read),
		cmocka_unit_test(test_an_impossible_head_is_refused),
		cmocka_unit_test(test_room_in_use_is_never_released),
		cmocka_unit_test(test_refresh_and_peek_release_nothing),
		cmocka_unit_test(test_advancing_releases_now_and_then),
		cmocka_unit_test(test_only_what_was_used_is_released),
		cmocka_unit_test(test_any_bytes_are_survived),
		cmocka_unit_test(test_keeps_up_with_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
