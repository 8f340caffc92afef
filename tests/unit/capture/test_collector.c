/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From rings into a capture: byte for byte, but for the counts of LOST, the ids of late CPUs and
 * the length of user stacks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/write/collector.h"
#include "capture/write/write_records.h"
#include "perf/perf_event.h"
#include "perf/sample_extra.h"
#include "support.h"

#define RING_BYTES 4096U
#define NEWEST_ID 40U

static const uint64_t capture_ids[] = {31, 40};

/* The exec tracepoint with all that may follow its raw data, and the ring's owner. */
static const struct recorded_event events[] = {
	{.attr = {.size = PERF_ATTR_SIZE_VER3,
		  .sample_type = PERF_EVENT_SAMPLE_TYPE | PERF_SAMPLE_REGS_USER |
				 PERF_SAMPLE_STACK_USER | SAMPLE_EXTRA_CGROUP,
		  .sample_regs_user = 0x81,
		  .sample_id_all = 1},
	 .name = "exec",
	 .ids = capture_ids,
	 .id_count = 1},
	{.attr = {.size = PERF_ATTR_SIZE_VER3,
		  .sample_type = PERF_EVENT_SAMPLE_TYPE,
		  .sample_id_all = 1},
	 .name = "dummy",
	 .ids = capture_ids + 1,
	 .id_count = 1},
};

struct case_state {
	struct fake_ring fake;
	struct cpu_ring ring;
	struct capture_writer *writer;
	struct collector *collector;
	int fd, counts[2]; /* the capture; a pipe of loss counts, as the tracepoint's fd gives them
			    */
	size_t head;       /* bytes before the records */
	unsigned char written[16 * RING_BYTES];
	size_t written_size;
	int32_t parent, child; /* of the last fork told */
	unsigned int execs;    /* told */
	uint64_t exec_ns;      /* time of the last one */
	uint16_t exec_size;
};

static void on_fork(void *context, int32_t parent, int32_t child)
{
	struct case_state *test = context;

	test->parent = parent;
	test->child = child;
}

static void on_exec(void *context, const struct perf_event_header *sample)
{
	struct case_state *test = context;

	test->execs++;
	memcpy(&test->exec_ns, (const char *)sample + 24, sizeof(test->exec_ns));
	test->exec_size = sample->size;
}

static int set_up(void **state)
{
	const struct capture_description description = {.events = events, .event_count = 2};
	const struct capture_features features = {0};
	struct case_state *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	fake_ring_new(&test->fake, RING_BYTES, RING_BYTES - 512);
	assert_int_equal(
		ring_init(&test->ring.ring, test->fake.control, test->fake.data, test->fake.size),
		0);
	assert_int_equal(pipe(test->counts), 0);
	test->ring.cpu = 1;
	test->ring.ids[0] = capture_ids[0];
	test->ring.ids[1] = capture_ids[1];
	test->ring.tracepoint_fds[0] = test->counts[0];
	test->ring.tracepoint_count = 1;
	test->ring.can_read_lost = true;
	test->fd = memfd_create("capture", MFD_CLOEXEC);
	assert_int_equal(capture_writer_new(test->fd, true, &description, &features, &test->writer),
			 0);
	test->head = capture_writer_size(test->writer);
	test->collector = collector_new(test->writer, &(struct collector_plan){
							      .events = events,
							      .ids = capture_ids,
							      .event_count = 2,
							      .newest_id = NEWEST_ID,
							      .exec = 0,
							      .on_fork = on_fork,
							      .on_exec = on_exec,
							      .context = test,
						      });
	assert_non_null(test->collector);
	*state = test;
	return 0;
}

static int tear_down(void **state)
{
	struct case_state *test = *state;

	collector_free(test->collector);
	capture_writer_free(test->writer);
	ring_done(&test->ring.ring);
	fake_ring_free(&test->fake);
	close(test->fd);
	close(test->counts[0]);
	close(test->counts[1]);
	free(test);
	return 0;
}

/* The next time it is asked, the kernel says that it has lost LOST in all. */
static void kernel_has_lost(struct case_state *test, uint64_t lost)
{
	const uint64_t counts[2] = {7, lost};

	assert_int_equal(write(test->counts[1], counts, sizeof(counts)), (ssize_t)sizeof(counts));
}

static void put(struct case_state *test, const void *record, uint16_t size)
{
	assert_true(fake_ring_write(&test->fake, record, size));
	memcpy(test->written + test->written_size, record, size);
	test->written_size += size;
}

static void put_sample(struct case_state *test, uint64_t id, uint64_t time_ns)
{
	const struct sample sample = {
		.id = id, .time_ns = time_ns, .pid = 5, .tid = 5, .raw = "0123456", .raw_size = 7};
	_Alignas(8) unsigned char record[256];

	put(test, record, make_sample(record, PERF_EVENT_SAMPLE_TYPE, &sample));
}

static void put_other(struct case_state *test, uint32_t type, const void *body, size_t size,
		      uint64_t id)
{
	const struct sample trailer = {.id = id, .time_ns = 50, .pid = 5, .tid = 5};
	_Alignas(8) unsigned char record[256];

	put(test, record,
	    make_record(record, type, 0, body, size, PERF_EVENT_SAMPLE_TYPE, &trailer));
}

static void put_lost(struct case_state *test, uint64_t count)
{
	const uint64_t body[2] = {capture_ids[1], count};

	put_other(test, PERF_RECORD_LOST, body, sizeof(body), capture_ids[1]);
}

static void assert_captured(struct case_state *test)
{
	unsigned char captured[16 * RING_BYTES];
	ssize_t got = pread(test->fd, captured, sizeof(captured), (off_t)test->head);

	assert_int_equal(got, (ssize_t)test->written_size);
	assert_memory_equal(captured, test->written, test->written_size);
}

/* What is in `written` at AT becomes VALUE: what is expected. */
static void expect_at(struct case_state *test, size_t at, uint64_t value)
{
	memcpy(test->written + at, &value, sizeof(value));
}

static void test_the_newest_of_all_records(void **state)
{
	struct case_state *test = *state;

	put_sample(test, capture_ids[0], 40);
	put_other(test, PERF_RECORD_COMM, "eight by", 8, capture_ids[1]);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(collector_counts(test->collector).last_ns, 40);
	assert_int_equal(collector_counts(test->collector).newest_ns, 50);
	put_sample(test, capture_ids[0], 60);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(collector_counts(test->collector).newest_ns, 60);
}

/* They are shown to whoever completes execs, and are neither written nor counted. */
static void test_samples_of_the_probe(void **state)
{
	struct case_state *test = *state;
	const uint64_t probe_id = 39;

	test->ring.probe_id = probe_id;
	put_sample(test, capture_ids[0], 40);
	size_t before = test->written_size;
	put_sample(test, probe_id, 41);
	test->written_size = before;
	put_sample(test, capture_ids[1], 42);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(test->execs, 2);
	assert_int_equal(test->exec_ns, 41);
	assert_int_equal(collector_counts(test->collector).events, 2);
	assert_captured(test);
	/* Of a CPU that came online later, too. */
	test->ring.ids[0] = NEWEST_ID + 1;
	test->ring.ids[1] = NEWEST_ID + 2;
	test->ring.probe_id = NEWEST_ID + 3;
	before = test->written_size;
	put_sample(test, NEWEST_ID + 3, 50);
	test->written_size = before;
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(test->execs, 3);
	assert_captured(test);
}

static void test_records_go_as_they_are(void **state)
{
	struct case_state *test = *state;

	/* Several times round the ring, so that pieces come in one and in two. */
	for (uint64_t round = 0; round < 20; round++) {
		for (uint64_t i = 0; i < 1 + round % 5; i++)
			put_sample(test, capture_ids[0], 1000 + 10 * round + i);
		assert_int_equal(collector_take(test->collector, &test->ring), 0);
		assert_int_equal(test->fake.control->data_tail, test->fake.control->data_head);
		assert_captured(test);
	}
	struct collector_counts counts = collector_counts(test->collector);
	assert_int_equal(counts.events, 60);
	assert_int_equal(counts.lost, 0);
	assert_int_equal(counts.first_ns, 1000);
	assert_int_equal(counts.last_ns, 1194);
}

static void test_nothing_new_writes_nothing(void **state)
{
	struct case_state *test = *state;

	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
}

/* One that tells of nothing new is left out. */
static void test_lost_gets_the_exact_count(void **state)
{
	struct case_state *test = *state;

	put_sample(test, capture_ids[0], 10);
	size_t first = test->written_size;
	put_lost(test, 100);
	put_sample(test, capture_ids[0], 20);
	size_t second = test->written_size;
	put_lost(test, 200);
	size_t third = test->written_size;
	put_sample(test, capture_ids[0], 30);
	kernel_has_lost(test, 3);
	kernel_has_lost(test, 3);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	expect_at(test, first + 16, 3);
	memmove(test->written + second, test->written + third, test->written_size - third);
	test->written_size -= third - second;
	assert_captured(test);
	assert_int_equal(collector_counts(test->collector).lost, 3);
}

static void test_old_kernels_know_only_what_lost_says(void **state)
{
	struct case_state *test = *state;

	test->ring.can_read_lost = false;
	put_lost(test, 100);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
	assert_int_equal(collector_tell_lost(test->collector, &test->ring), 0);
	assert_captured(test);
	assert_int_equal(collector_counts(test->collector).lost, 100);
}

static void test_the_rest_is_told_once(void **state)
{
	struct case_state *test = *state;

	put_sample(test, capture_ids[0], 77);
	put_lost(test, 9);
	kernel_has_lost(test, 5);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	expect_at(test, test->written_size - 56 + 16, 5);
	kernel_has_lost(test, 12);
	assert_int_equal(collector_tell_lost(test->collector, &test->ring), 0);
	kernel_has_lost(test, 12);
	assert_int_equal(collector_tell_lost(test->collector, &test->ring), 0);

	const struct capture_lost rest = capture_lost_record(capture_ids[1], 1, 77, 7);
	memcpy(test->written + test->written_size, &rest, sizeof(rest));
	test->written_size += sizeof(rest);
	assert_captured(test);
	assert_int_equal(collector_counts(test->collector).lost, 12);
}

/* The record of ours is one that the record parser takes apart like the kernel's. */
static void test_our_lost_is_a_record(void **state)
{
	const struct capture_lost lost = capture_lost_record(40, 3, 1234, 5);
	struct record_layout layout;
	struct record record;

	(void)state;
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	assert_int_equal(record_parse(&lost, &layout, &record), 0);
	assert_int_equal(record.type, PERF_RECORD_LOST);
	assert_int_equal(record.lost, 5);
	assert_int_equal(record.cpu, 3);
	assert_int_equal(record.time_ns, 1234);
	assert_int_equal(record.id, 40);
}

static void test_late_cpus_get_known_ids(void **state)
{
	struct case_state *test = *state;
	static const char comm[24] = "\5\0\0\0\5\0\0\0name";

	test->ring.ids[0] = 51;
	test->ring.ids[1] = 50;
	size_t sample = test->written_size;
	put_sample(test, 51, 10);
	put_other(test, PERF_RECORD_COMM, comm, sizeof(comm), 50);
	size_t trailer_id = test->written_size - 8;
	put_lost(test, 4);
	size_t lost_id = test->written_size - 8;
	kernel_has_lost(test, 2);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	expect_at(test, sample + 8, capture_ids[0]);
	expect_at(test, trailer_id, capture_ids[1]);
	expect_at(test, test->written_size - 56 + 16, 2);
	/* That one was no id of the ring's. */
	expect_at(test, lost_id, capture_ids[0]);
	assert_captured(test);
}

static void test_forks_are_told(void **state)
{
	struct case_state *test = *state;
	const struct {
		uint32_t pid, ppid, tid, ptid;
		uint64_t time_ns;
	} fork = {10, 20, 11, 21, 5};

	put_other(test, PERF_RECORD_FORK, &fork, sizeof(fork), capture_ids[1]);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(test->parent, 21);
	assert_int_equal(test->child, 11);
	assert_captured(test);
}

/* Alone, and between others. */
static void test_exits_are_left_out(void **state)
{
	struct case_state *test = *state;
	const unsigned char body[24] = {10};

	put_other(test, PERF_RECORD_EXIT, body, sizeof(body), capture_ids[1]);
	test->written_size = 0;
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
	put_sample(test, capture_ids[0], 40);
	const size_t before = test->written_size;
	put_other(test, PERF_RECORD_EXIT, body, sizeof(body), capture_ids[1]);
	test->written_size = before;
	put_sample(test, capture_ids[0], 60);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
}

/* ---- execs and their stacks ---- */

#define STACK_SIZE 1024U

static unsigned char *put_word(unsigned char *at, uint64_t word)
{
	memcpy(at, &word, sizeof(word));
	return at + sizeof(word);
}

/* An exec whose stack has SIZE bytes, of which the kernel has filled FILLED. */
static uint16_t make_exec(unsigned char *record, uint64_t id, uint64_t size, uint64_t filled)
{
	const struct sample sample = {.id = id, .time_ns = 60, .raw = "0123456", .raw_size = 7};
	unsigned char *at = record + make_sample(record, PERF_EVENT_SAMPLE_TYPE, &sample);

	at = put_word(at, PERF_SAMPLE_REGS_ABI_64);
	at = put_word(at, 0x1111);
	at = put_word(at, 0x2222);
	at = put_word(at, size);
	if (size > 0) {
		for (uint64_t i = 0; i < size; i++)
			*at++ = (unsigned char)(i < filled ? i * 7 + 1 : 0);
		at = put_word(at, filled);
	}
	at = put_word(at, 0xc0); /* the cgroup */
	const struct perf_event_header header = {
		.type = PERF_RECORD_SAMPLE,
		.size = (uint16_t)(at - record),
	};
	memcpy(record, &header, sizeof(header));
	return header.size;
}

/* Put an exec with a stack of STACK_SIZE, and expect it with one that is as long as FILLED. */
static void put_exec(struct case_state *test, uint64_t id, uint64_t filled)
{
	_Alignas(8) unsigned char record[2 * STACK_SIZE];
	uint16_t size = make_exec(record, id, STACK_SIZE, filled);

	assert_true(fake_ring_write(&test->fake, record, size));
	size = make_exec(record, capture_ids[0], (filled + 7) / 8 * 8, filled);
	memcpy(test->written + test->written_size, record, size);
	test->written_size += size;
}

static void test_stacks_are_as_long_as_they_are_filled(void **state)
{
	static const uint64_t filled[] = {0, 1, 7, 8, 9, 500, 1015, 1016, 1017, 1023, 1024};
	struct case_state *test = *state;

	for (size_t i = 0; i < ARRAY_SIZE(filled); i++) {
		put_sample(test, capture_ids[0], 50);
		put_exec(test, capture_ids[0], filled[i]);
		put_exec(test, capture_ids[0], filled[ARRAY_SIZE(filled) - 1 - i]);
		put_sample(test, capture_ids[0], 70);
		assert_int_equal(collector_take(test->collector, &test->ring), 0);
		assert_captured(test);
		assert_int_equal(test->fake.control->data_tail, test->fake.control->data_head);
	}
}

static void test_stacks_of_late_cpus_too(void **state)
{
	struct case_state *test = *state;

	test->ring.ids[0] = 51;
	put_exec(test, 51, 100);
	put_exec(test, 51, 0);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
}

/* It is not as its event says: whoever reads it may judge. */
static void test_a_stack_beyond_its_sample_goes_as_it_is(void **state)
{
	struct case_state *test = *state;
	_Alignas(8) unsigned char record[2 * STACK_SIZE];
	uint16_t size = make_exec(record, capture_ids[0], STACK_SIZE, 8);
	const uint64_t sizes[] = {STACK_SIZE + 8, STACK_SIZE + 24, UINT64_MAX, UINT64_MAX - 7};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		put_word(record + size - STACK_SIZE - 24, sizes[i]);
		put(test, record, size);
		assert_int_equal(collector_take(test->collector, &test->ring), 0);
		assert_captured(test);
	}
	/* More is filled than there is. */
	size = make_exec(record, capture_ids[0], STACK_SIZE, 8);
	put_word(record + size - 16, STACK_SIZE + 1);
	put(test, record, size);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_captured(test);
}

static void test_execs_are_told(void **state)
{
	struct case_state *test = *state;

	put_sample(test, capture_ids[1], 10);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(test->execs, 0);
	put_sample(test, capture_ids[0], 20);
	put_exec(test, capture_ids[0], 8);
	assert_int_equal(collector_take(test->collector, &test->ring), 0);
	assert_int_equal(test->execs, 2);
	assert_int_equal(test->exec_ns, 60);
	/* As the kernel wrote it. */
	assert_true(test->exec_size > STACK_SIZE);
	assert_captured(test);
}

static void assert_refused(struct case_state *test, uint32_t type)
{
	const struct perf_event_header stub = {.type = type, .size = sizeof(stub)};

	put(test, &stub, sizeof(stub));
	assert_int_equal(collector_take(test->collector, &test->ring), -EBADMSG);
}

static void test_short_samples_are_refused(void **state)
{
	assert_refused(*state, PERF_RECORD_SAMPLE);
}

static void test_short_losts_are_refused(void **state)
{
	assert_refused(*state, PERF_RECORD_LOST);
}

static void test_short_forks_are_refused(void **state)
{
	assert_refused(*state, PERF_RECORD_FORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_newest_of_all_records, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_samples_of_the_probe, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_records_go_as_they_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_new_writes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_gets_the_exact_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_old_kernels_know_only_what_lost_says, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_the_rest_is_told_once, set_up, tear_down),
		cmocka_unit_test(test_our_lost_is_a_record),
		cmocka_unit_test_setup_teardown(test_late_cpus_get_known_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forks_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exits_are_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stacks_are_as_long_as_they_are_filled, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_stacks_of_late_cpus_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_stack_beyond_its_sample_goes_as_it_is,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_execs_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_short_samples_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_short_losts_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_short_forks_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
