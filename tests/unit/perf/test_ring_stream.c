/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream of rings of this test's own: what it gives out, and what it shows ahead.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/perf_clock.h"
#include "perf/perf_event.h"
#include "perf/ring_room.h"
#include "perf/ring_stream.h"
#include "support.h"

#define RING_SIZE 4096
#define NEVER UINT64_MAX /* younger than any horizon */

static struct fake_ring fakes[2];
static size_t opened, times_without_any;
static uint64_t granted; /* pages that are left for all rings; 0: nobody counts them */
static bool has_memory_for_scouts;
static int list_fd;
static char list_path[64];

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **ring,
			 struct error *err);
void __wrap_cpu_ring_unmap(struct cpu_ring *ring);
void __wrap_cpu_ring_close(struct cpu_ring *ring);
int __wrap_cpu_ring_add_scout(struct cpu_ring *ring);
void __wrap_cpu_ring_disable(const struct cpu_ring *ring);
uint64_t __wrap_cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded);

static uint64_t pages_of(const struct cpu_ring *ring)
{
	return ring->ring.size / (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Take PLAN's pages of those that are granted, fewer where it may shrink. */
static int take_pages(struct cpu_ring_plan *plan)
{
	while (granted < plan->pages) {
		if (!ring_room_shrink(plan))
			return -EPERM;
	}
	granted -= plan->pages;
	return 0;
}

int __wrap_cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **ring,
			 struct error *err)
{
	if (plan->may_shrink && take_pages(plan) < 0)
		return error_set(err, -EPERM, "too large");
	struct cpu_ring *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	assert_true(cpu >= 0 && (size_t)cpu < ARRAY_SIZE(fakes));
	made->cpu = cpu;
	made->owner_fd = made->probe_fd = -1;
	assert_int_equal(
		ring_init(&made->ring, fakes[cpu].control, fakes[cpu].data, fakes[cpu].size), 0);
	if (plan->may_shrink)
		made->ring.size = plan->pages * (uint64_t)sysconf(_SC_PAGESIZE);
	opened++;
	*ring = made;
	return 0;
}

void __wrap_cpu_ring_unmap(struct cpu_ring *ring)
{
	granted += pages_of(ring);
	ring->ring.size = 0;
}

void __wrap_cpu_ring_close(struct cpu_ring *ring)
{
	if (!ring)
		return;
	granted += pages_of(ring);
	ring_done(&ring->scout);
	ring_done(&ring->ring);
	free(ring);
	opened--;
	times_without_any += opened == 0;
}

int __wrap_cpu_ring_add_scout(struct cpu_ring *ring)
{
	const struct fake_ring *fake = &fakes[ring->cpu];

	return has_memory_for_scouts
		       ? ring_init(&ring->scout, fake->control, fake->data, fake->size)
		       : -ENOMEM;
}

void __wrap_cpu_ring_disable(const struct cpu_ring *ring)
{
	(void)ring;
}

uint64_t __wrap_cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded)
{
	(void)ring;
	return recorded;
}

static struct ring_stream *stream;

static int set_up(void **state)
{
	struct cpu_rings_options options = {
		.plan = {.features = PERF_FEATURES_ALL, .pages = 1},
		.sysfs_online = list_path,
	};
	struct error err;

	(void)state;
	has_memory_for_scouts = true;
	for (size_t i = 0; i < ARRAY_SIZE(fakes); i++)
		fake_ring_new(&fakes[i], RING_SIZE, 0);
	list_fd = memfd_create("online", 0);
	if (list_fd < 0 || write(list_fd, "0-1\n", 4) != 4)
		return -1;
	snprintf(list_path, sizeof(list_path), "/proc/self/fd/%d", list_fd);
	return ring_stream_open(&options, &stream, &err);
}

static int tear_down(void **state)
{
	(void)state;
	ring_stream_free(stream);
	assert_int_equal(opened, 0);
	close(list_fd);
	for (size_t i = 0; i < ARRAY_SIZE(fakes); i++)
		fake_ring_free(&fakes[i]);
	return 0;
}

/* ---- records ---- */

/* Write a record of TYPE and TIME, which has NUMBER for its body, to the ring of CPU. */
static bool write_record(size_t cpu, uint32_t type, uint64_t time_ns, uint32_t number)
{
	const struct sample sample = {.time_ns = time_ns, .raw = &number, .raw_size = 4};
	const uint32_t body[2] = {number, 0};
	unsigned char bytes[256];
	uint16_t size = type == PERF_RECORD_SAMPLE
				? make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &sample)
				: make_record(bytes, type, 0, body, sizeof(body),
					      PERF_EVENT_SAMPLE_TYPE, &sample);

	return fake_ring_write(&fakes[cpu], bytes, size);
}

static int next(struct record *record)
{
	struct error err;
	int code = ring_stream_next(stream, record, &err);

	assert_true(code >= 0 || code == -ENODATA);
	return code;
}

/* All that is ready. Returns how many. */
static size_t read_all(void)
{
	struct record record;
	size_t count = 0;

	while (next(&record) > 0)
		count++;
	return count;
}

static struct {
	size_t count;
	uint32_t last_type;
	uint32_t to_write; /* records that appear while the first one is looked at */
	uint64_t slow_ns;  /* so long it takes then, and a record appears at its start */
} seen;

static void be_slow(void)
{
	const uint64_t now_ns = perf_clock_now_ns();

	assert_true(write_record(0, PERF_RECORD_SAMPLE, now_ns, 8));
	while (perf_clock_now_ns() < now_ns + seen.slow_ns)
		;
	seen.slow_ns = 0;
}

static void look(void *context, const struct perf_event_header *record)
{
	assert_ptr_equal(context, &seen);
	seen.count++;
	seen.last_type = record->type;
	for (; seen.to_write > 0; seen.to_write--)
		assert_true(write_record(0, PERF_RECORD_SAMPLE, 1, seen.to_write));
	if (seen.slow_ns > 0)
		be_slow();
}

static void preview(void)
{
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(ring_stream_set_preview(stream, look, &seen), 0);
}

/* ---- tests ---- */

static void test_which_records_are_given_out(void **state)
{
	static const struct {
		uint32_t type;
		bool given;
	} types[] = {
		{PERF_RECORD_SAMPLE, true},    {PERF_RECORD_COMM, true},  {RECORD_CGROUP, true},
		{PERF_RECORD_FORK, false},     {PERF_RECORD_EXIT, false}, {PERF_RECORD_MMAP, false},
		{PERF_RECORD_THROTTLE, false},
	};
	struct record record;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		assert_true(write_record(0, types[i].type, 10 + i, 1));
		assert_int_equal(next(&record), types[i].given);
		if (!types[i].given)
			continue;
		assert_int_equal(record.type, types[i].type);
		assert_int_equal(record.time_ns, 10 + i);
		assert_int_equal(next(&record), 0);
	}
}

static void test_a_preview_comes_long_before_its_turn(void **state)
{
	struct record record;

	(void)state;
	preview();
	assert_true(write_record(0, PERF_RECORD_SAMPLE, NEVER, 1));
	assert_true(write_record(1, PERF_RECORD_SAMPLE, NEVER, 2));
	assert_true(write_record(1, PERF_RECORD_FORK, NEVER, 3));
	assert_int_equal(next(&record), 0);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.last_type, PERF_RECORD_FORK);
	/* Each is shown once. */
	assert_int_equal(next(&record), 0);
	assert_int_equal(seen.count, 3);
	ring_stream_stop(stream);
	assert_int_equal(read_all(), 2);
	assert_int_equal(seen.count, 3);
}

static void test_without_a_preview_nothing_is_shown(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	assert_true(write_record(0, PERF_RECORD_SAMPLE, 1, 1));
	assert_int_equal(read_all(), 1);
	assert_int_equal(seen.count, 0);
}

static void test_a_preview_goes_around_the_ring(void **state)
{
	size_t written = 0;

	(void)state;
	preview();
	for (int round = 0; round < 1000; round++) {
		size_t before = written;

		while (written < before + 20 && write_record(0, PERF_RECORD_SAMPLE, 1, 7))
			written++;
		assert_int_equal(read_all(), written - before);
		assert_int_equal(seen.count, written);
	}
}

/*
 * Records become visible after the preview has looked, and the merge uses them up at once: their
 * room is written over before the preview comes by again.
 */
static void test_a_preview_that_falls_behind_goes_on(void **state)
{
	(void)state;
	preview();
	for (int round = 0; round < 100; round++) {
		assert_true(write_record(0, PERF_RECORD_SAMPLE, 1, 7));
		seen.to_write = 40;
		size_t before = seen.count;
		assert_int_equal(read_all(), 41);
		assert_int_equal(seen.count, before + 1);
		/* As many as there is room for, which the one before had not yet read. */
		size_t more = 0;
		while (write_record(0, PERF_RECORD_SAMPLE, 1, 7))
			more++;
		assert_true(more > 40);
		before = seen.count;
		assert_int_equal(read_all(), more);
		assert_int_equal(seen.count, before + more);
	}
}

/*
 * It takes longer to show than the horizon stays behind the clock, and meanwhile a record comes
 * that is older than the horizon would then be: it waits for the round in which it is shown.
 */
static void test_nothing_is_given_out_that_was_not_shown(void **state)
{
	struct record record;

	(void)state;
	preview();
	assert_true(write_record(0, PERF_RECORD_SAMPLE, 1, 7));
	seen.slow_ns = 4000000;
	assert_int_equal(next(&record), 1);
	assert_int_equal(next(&record), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(read_all(), 1);
	assert_int_equal(seen.count, 2);
}

static void test_no_memory(void **state)
{
	(void)state;
	has_memory_for_scouts = false;
	assert_int_equal(ring_stream_set_preview(stream, look, &seen), -ENOMEM);
}

/* What the first CPU's ring takes, the others lack. */
static void test_all_rings_are_of_one_size(void **state)
{
	struct error err = {.what = ""};

	(void)state;
	for (uint64_t pages = 2; pages <= 4096; pages++) {
		struct cpu_rings_options options = {
			.plan = {.features = PERF_FEATURES_ALL, .pages = 1024, .may_shrink = true},
			.sysfs_online = list_path,
		};
		struct cpu_rings *other;
		uint64_t fair = 1024;

		while (2 * fair > pages)
			fair /= 2;
		granted = pages;
		assert_int_equal(cpu_rings_open(&options, &other, &err), 0);
		assert_string_equal(err.what, "");
		assert_int_equal(options.plan.pages, fair);
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(pages_of(cpu_rings_at(other, i)), fair);
		cpu_rings_free(other);
		assert_int_equal(granted, pages);
	}
}

static void test_too_little_for_all_rings(void **state)
{
	struct cpu_rings_options options = {
		.plan = {.features = PERF_FEATURES_ALL, .pages = 1024, .may_shrink = true},
		.sysfs_online = list_path,
	};
	struct cpu_rings *other;
	struct error err;

	(void)state;
	granted = 1;
	assert_int_equal(cpu_rings_open(&options, &other, &err), -EPERM);
	assert_string_equal(err.what, "too large");
	assert_int_equal(granted, 1);
}

/* Their last events take long to close: not before the end. */
static void test_rings_are_opened_anew_with_events_open(void **state)
{
	struct cpu_rings_options options = {
		.plan = {.features = PERF_FEATURES_ALL, .pages = 1024, .may_shrink = true},
		.sysfs_online = list_path,
	};
	struct cpu_rings *other;
	struct error err;

	(void)state;
	ring_stream_free(stream);
	stream = NULL;
	granted = 1024 + 1;
	times_without_any = 0;
	assert_int_equal(cpu_rings_open(&options, &other, &err), 0);
	assert_int_equal(options.plan.pages, 512);
	assert_int_equal(opened, 2);
	assert_int_equal(times_without_any, 0);
	cpu_rings_free(other);
	assert_int_equal(times_without_any, 1);
}

#define stream_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		stream_test(test_which_records_are_given_out),
		stream_test(test_a_preview_comes_long_before_its_turn),
		stream_test(test_without_a_preview_nothing_is_shown),
		stream_test(test_a_preview_goes_around_the_ring),
		stream_test(test_a_preview_that_falls_behind_goes_on),
		stream_test(test_nothing_is_given_out_that_was_not_shown),
		stream_test(test_no_memory),
		stream_test(test_all_rings_are_of_one_size),
		stream_test(test_too_little_for_all_rings),
		stream_test(test_rings_are_opened_anew_with_events_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
