/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The merge of rings by time: order, horizon, lateness, rings that come, go and break.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "perf/merge.h"
#include "perf/perf_event.h"
#include "support.h"

#define RINGS 4
#define RING_SIZE 16384

struct fixture {
	struct merge *merge;
	struct fake_ring fakes[RINGS];
	struct ring rings[RINGS];
};

/* Every record says in its id which one it is. */
static void write_id(struct fake_ring *fake, uint64_t time_ns, uint64_t id)
{
	_Alignas(8) unsigned char bytes[128];
	struct sample sample = {
		.id = id, .time_ns = time_ns, .cpu = 1, .raw = "raw", .raw_size = 4};
	uint16_t size = make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &sample);

	assert_true(fake_ring_write(fake, bytes, size));
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->merge = merge_new(PERF_EVENT_SAMPLE_TYPE);
	assert_non_null(fixture->merge);
	for (size_t i = 0; i < RINGS; i++) {
		struct fake_ring *fake = &fixture->fakes[i];

		/* Each ring wraps at another place. */
		fake_ring_new(fake, RING_SIZE, i * 4000);
		assert_int_equal(
			ring_init(&fixture->rings[i], fake->control, fake->data, RING_SIZE), 0);
		assert_int_equal(merge_add(fixture->merge, &fixture->rings[i], fake), 0);
	}
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	merge_free(fixture->merge);
	for (size_t i = 0; i < RINGS; i++) {
		ring_done(&fixture->rings[i]);
		fake_ring_free(&fixture->fakes[i]);
	}
	free(fixture);
	return 0;
}

static void write_to(struct fixture *fixture, size_t ring, uint64_t time_ns, uint64_t id)
{
	write_id(&fixture->fakes[ring], time_ns, id);
}

static void refresh(struct fixture *fixture)
{
	assert_int_equal(merge_refresh(fixture->merge), 0);
}

static void assert_next(struct fixture *fixture, uint64_t horizon, uint64_t id)
{
	struct record record;
	void *tag;

	assert_int_equal(merge_next(fixture->merge, horizon, &record, &tag), 1);
	assert_int_equal(record.type, PERF_RECORD_SAMPLE);
	assert_int_equal(record.id, id);
}

static void assert_none(struct fixture *fixture, uint64_t horizon)
{
	struct record record;
	void *tag;

	assert_int_equal(merge_next(fixture->merge, horizon, &record, &tag), 0);
}

static void test_nothing_comes_of_nothing(void **state)
{
	struct merge *merge = merge_new(PERF_EVENT_SAMPLE_TYPE);
	struct record record;
	void *tag;

	refresh(*state);
	assert_none(*state, MERGE_NO_HORIZON);
	assert_int_equal(merge_pending(((struct fixture *)*state)->merge), 0);
	assert_non_null(merge);
	assert_int_equal(merge_refresh(merge), 0);
	assert_int_equal(merge_next(merge, MERGE_NO_HORIZON, &record, &tag), 0);
	assert_int_equal(merge_pending(merge), 0);
	assert_int_equal(merge_late(merge), 0);
	merge_free(merge);
	merge_free(NULL);
}

static void test_orders_across_rings(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		size_t ring;
		uint64_t time_ns;
	} written[] = {{3, 10}, {1, 20}, {0, 30}, {0, 40}, {2, 50}, {3, 60}, {1, 70}, {3, 80}};

	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		write_to(fixture, written[i].ring, written[i].time_ns, i);
	refresh(fixture);
	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		assert_next(fixture, MERGE_NO_HORIZON, i);
	assert_none(fixture, MERGE_NO_HORIZON);
	assert_int_equal(merge_late(fixture->merge), 0);
}

static void test_records_come_whole_and_with_their_tag(void **state)
{
	struct fixture *fixture = *state;
	struct record record;
	void *tag = NULL;

	write_to(fixture, 2, 77, 5);
	refresh(fixture);
	assert_int_equal(merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag), 1);
	assert_ptr_equal(tag, &fixture->fakes[2]);
	assert_int_equal(record.time_ns, 77);
	assert_int_equal(record.cpu, 1);
	assert_int_equal(record.raw_size, 4);
	assert_string_equal(record.raw, "raw");
}

static void test_equal_times_keep_the_order_of_adding(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 3, 100, 6);
	write_to(fixture, 3, 100, 7);
	write_to(fixture, 1, 100, 2);
	write_to(fixture, 1, 100, 3);
	write_to(fixture, 2, 100, 4);
	write_to(fixture, 2, 100, 5);
	write_to(fixture, 0, 100, 0);
	write_to(fixture, 0, 100, 1);
	refresh(fixture);
	for (uint64_t id = 0; id < 8; id++)
		assert_next(fixture, MERGE_NO_HORIZON, id);
	assert_none(fixture, MERGE_NO_HORIZON);
	assert_int_equal(merge_late(fixture->merge), 0);
}

static void test_a_ring_added_anew_comes_last_among_equals(void **state)
{
	struct fixture *fixture = *state;

	merge_remove(fixture->merge, &fixture->rings[0]);
	assert_int_equal(merge_add(fixture->merge, &fixture->rings[0], NULL), 0);
	for (size_t i = 0; i < RINGS; i++)
		write_to(fixture, i, 100, i);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
	assert_next(fixture, MERGE_NO_HORIZON, 2);
	assert_next(fixture, MERGE_NO_HORIZON, 3);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
}

static void test_the_horizon_holds_younger_ones_back(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, 100, 0);
	write_to(fixture, 1, 101, 1);
	write_to(fixture, 2, 200, 2);
	refresh(fixture);
	assert_none(fixture, 99);
	assert_true(merge_pending(fixture->merge));
	assert_next(fixture, 100, 0);
	assert_none(fixture, 100);
	assert_true(merge_pending(fixture->merge));
	assert_next(fixture, 199, 1);
	assert_none(fixture, 199);
	assert_true(merge_pending(fixture->merge));
	refresh(fixture);
	assert_none(fixture, 199);
	assert_next(fixture, 200, 2);
	assert_none(fixture, 200);
	assert_false(merge_pending(fixture->merge));
}

static void test_the_latest_time_needs_no_horizon(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, UINT64_MAX, 0);
	refresh(fixture);
	assert_none(fixture, UINT64_MAX - 1);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
}

static void test_new_records_wait_for_the_next_round(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, 100, 0);
	refresh(fixture);
	write_to(fixture, 1, 50, 1);
	write_to(fixture, 0, 110, 2);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	assert_none(fixture, MERGE_NO_HORIZON);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
	assert_next(fixture, MERGE_NO_HORIZON, 2);
	assert_none(fixture, MERGE_NO_HORIZON);
}

static void test_late_records_are_given_out_and_counted(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, 100, 0);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	write_to(fixture, 1, 50, 1);
	write_to(fixture, 2, 60, 2);
	write_to(fixture, 3, 100, 3);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
	assert_int_equal(merge_late(fixture->merge), 1);
	assert_next(fixture, MERGE_NO_HORIZON, 2);
	assert_int_equal(merge_late(fixture->merge), 2);
	assert_next(fixture, MERGE_NO_HORIZON, 3);
	assert_int_equal(merge_late(fixture->merge), 2);
	assert_none(fixture, MERGE_NO_HORIZON);
}

static void test_a_ring_out_of_order_is_late_too(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, 100, 0);
	write_to(fixture, 0, 90, 1);
	write_to(fixture, 0, 110, 2);
	refresh(fixture);
	for (uint64_t id = 0; id < 3; id++)
		assert_next(fixture, MERGE_NO_HORIZON, id);
	assert_int_equal(merge_late(fixture->merge), 1);
}

static void test_a_round_releases_what_was_used(void **state)
{
	struct fixture *fixture = *state;
	uint64_t start = fixture->fakes[1].control->data_head;

	write_to(fixture, 1, 100, 0);
	uint64_t first = fixture->fakes[1].control->data_head;
	write_to(fixture, 1, 200, 1);
	uint64_t second = fixture->fakes[1].control->data_head;

	refresh(fixture);
	assert_int_equal(fixture->fakes[1].control->data_tail, start);
	assert_next(fixture, 150, 0);
	assert_int_equal(fixture->fakes[1].control->data_tail, start);
	assert_none(fixture, 150);
	refresh(fixture);
	assert_int_equal(fixture->fakes[1].control->data_tail, first);
	assert_next(fixture, 200, 1);
	refresh(fixture);
	assert_int_equal(fixture->fakes[1].control->data_tail, second);
}

static void test_the_record_given_out_stays_whole(void **state)
{
	struct fixture *fixture = *state;
	_Alignas(8) unsigned char bytes[RING_SIZE];
	unsigned char raw[RING_SIZE / 2 - 44];
	struct sample sample = {.time_ns = 1, .raw = raw, .raw_size = sizeof(raw)};
	struct record record;
	void *tag;

	for (unsigned char i = 0; i < 9; i++) {
		sample.time_ns = sample.id = i;
		memset(raw, i, sizeof(raw));
		uint16_t size = make_sample(bytes, PERF_EVENT_SAMPLE_TYPE, &sample);
		if (fake_ring_write(&fixture->fakes[0], bytes, size))
			continue;
		refresh(fixture);
		while (merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag) == 1) {
			unsigned char number = (unsigned char)record.id;

			/* Whoever writes now must not reach what was given out. */
			(void)fake_ring_write(&fixture->fakes[0], bytes, size);
			memset(raw, number, sizeof(raw));
			assert_int_equal(record.raw_size, sizeof(raw));
			assert_memory_equal(record.raw, raw, sizeof(raw));
		}
	}
}

static void test_removing_a_ring_forgets_its_records(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t i = 0; i < RINGS; i++) {
		write_to(fixture, i, 100 + i, i);
		write_to(fixture, i, 200 + i, 10 + i);
	}
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
	merge_remove(fixture->merge, &fixture->rings[2]);
	assert_next(fixture, MERGE_NO_HORIZON, 3);
	assert_next(fixture, MERGE_NO_HORIZON, 10);
	assert_next(fixture, MERGE_NO_HORIZON, 11);
	assert_next(fixture, MERGE_NO_HORIZON, 13);
	assert_none(fixture, MERGE_NO_HORIZON);
	assert_int_equal(merge_late(fixture->merge), 0);
}

static void test_the_ring_of_the_last_record_can_go(void **state)
{
	struct fixture *fixture = *state;

	write_to(fixture, 0, 100, 0);
	write_to(fixture, 0, 101, 1);
	write_to(fixture, 1, 102, 2);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	merge_remove(fixture->merge, &fixture->rings[0]);
	assert_next(fixture, MERGE_NO_HORIZON, 2);
	merge_remove(fixture->merge, &fixture->rings[1]);
	assert_none(fixture, MERGE_NO_HORIZON);
	refresh(fixture);
	assert_none(fixture, MERGE_NO_HORIZON);
	assert_false(merge_pending(fixture->merge));
}

static void test_removing_what_was_never_added_does_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct ring other;

	memset(&other, 0, sizeof(other));
	merge_remove(fixture->merge, &other);
	write_to(fixture, 0, 100, 0);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
}

static void test_a_ring_can_be_added_while_reading(void **state)
{
	struct fixture *fixture = *state;

	merge_remove(fixture->merge, &fixture->rings[3]);
	write_to(fixture, 0, 100, 0);
	write_to(fixture, 0, 300, 2);
	write_to(fixture, 3, 200, 1);
	refresh(fixture);
	assert_next(fixture, 150, 0);
	assert_int_equal(merge_add(fixture->merge, &fixture->rings[3], NULL), 0);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
	assert_next(fixture, MERGE_NO_HORIZON, 2);
	assert_none(fixture, MERGE_NO_HORIZON);
}

/* Ask until merge says that something is wrong. */
static int read_until_broken(struct fixture *fixture)
{
	struct record record;
	void *tag;

	for (int i = 0; i < 10; i++) {
		int result = merge_refresh(fixture->merge);

		while (result == 0 &&
		       merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag) == 1)
			;
		if (result == 0)
			result = merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag);
		if (result < 0)
			return result;
	}
	return 0;
}

static void test_a_malformed_ring_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct perf_event_header bogus = {.type = PERF_RECORD_SAMPLE, .size = 0};

	write_to(fixture, 0, 100, 0);
	assert_true(fake_ring_write(&fixture->fakes[1], &bogus, sizeof(bogus)));
	assert_int_equal(read_until_broken(fixture), -EBADMSG);
}

static void test_a_malformed_record_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct perf_event_header cut = {.type = PERF_RECORD_SAMPLE, .size = 8};
	struct record record;
	void *tag;
	int result;

	write_to(fixture, 1, 100, 0);
	assert_true(fake_ring_write(&fixture->fakes[1], &cut, sizeof(cut)));
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	result = merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag);
	assert_int_equal(result, -EBADMSG);
}

static void test_other_records_are_ordered_by_their_trailer(void **state)
{
	struct fixture *fixture = *state;
	_Alignas(8) unsigned char bytes[256];
	struct sample trailer = {.time_ns = 150, .id = 9, .cpu = 6};
	uint64_t body[2] = {1, 42};
	uint16_t size = make_record(bytes, PERF_RECORD_LOST, 0, body, sizeof(body),
				    PERF_EVENT_SAMPLE_TYPE, &trailer);
	struct record record;
	void *tag;

	assert_true(fake_ring_write(&fixture->fakes[3], bytes, size));
	write_to(fixture, 0, 100, 0);
	write_to(fixture, 0, 200, 1);
	refresh(fixture);
	assert_next(fixture, MERGE_NO_HORIZON, 0);
	assert_int_equal(merge_next(fixture->merge, MERGE_NO_HORIZON, &record, &tag), 1);
	assert_int_equal(record.type, PERF_RECORD_LOST);
	assert_int_equal(record.lost, 42);
	assert_int_equal(record.cpu, 6);
	assert_next(fixture, MERGE_NO_HORIZON, 1);
}

/* ---- many records at random, against a sort -----------------------------------------------------
 */

#define CROWD 300
#define CROWD_RECORDS 20000

struct planned {
	uint64_t time_ns;
	size_t ring;
	uint64_t id;
};

static int compare_planned(const void *a, const void *b)
{
	const struct planned *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->ring != y->ring)
		return x->ring < y->ring ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

/* Ids grow with the time within a ring, so that they also say the order in it. */
static struct planned *plan_records(struct random *random)
{
	static struct planned planned[CROWD_RECORDS];
	uint64_t times[CROWD] = {0};

	for (uint64_t i = 0; i < CROWD_RECORDS; i++) {
		size_t ring = (size_t)random_below(random, CROWD);

		times[ring] += random_below(random, 5);
		planned[i] = (struct planned){times[ring], ring, i};
	}
	return planned;
}

static struct fake_ring crowd_fakes[CROWD];
static struct ring crowd[CROWD];

/* A merge of CROWD rings, tagged 1, 2 …, that hold what was PLANNED. */
static struct merge *open_crowd(const struct planned *planned)
{
	struct merge *merge = merge_new(PERF_EVENT_SAMPLE_TYPE);

	assert_non_null(merge);
	for (uintptr_t i = 0; i < CROWD; i++) {
		struct fake_ring *fake = &crowd_fakes[i];

		fake_ring_new(fake, RING_SIZE, 8 * i);
		assert_int_equal(ring_init(&crowd[i], fake->control, fake->data, RING_SIZE), 0);
		assert_int_equal(merge_add(merge, &crowd[i], (void *)(i + 1)), 0);
	}
	for (size_t i = 0; i < CROWD_RECORDS; i++)
		write_id(&crowd_fakes[planned[i].ring], planned[i].time_ns, planned[i].id);
	return merge;
}

static void close_crowd(struct merge *merge)
{
	merge_free(merge);
	for (size_t i = 0; i < CROWD; i++) {
		ring_done(&crowd[i]);
		fake_ring_free(&crowd_fakes[i]);
	}
}

static void assert_is_planned(const struct record *record, const void *tag,
			      const struct planned *planned)
{
	assert_int_equal(record->id, planned->id);
	assert_int_equal(record->time_ns, planned->time_ns);
	assert_int_equal((uintptr_t)tag, planned->ring + 1);
}

static void test_agrees_with_a_sort(void **state)
{
	struct random random = {.state = 42};
	struct planned *planned = plan_records(&random);
	struct merge *merge = open_crowd(planned);
	struct record record;
	void *tag;
	size_t count = 0;

	(void)state;
	qsort(planned, CROWD_RECORDS, sizeof(*planned), compare_planned);
	for (uint64_t horizon = 0; horizon <= 1000; horizon += 10) {
		assert_int_equal(merge_refresh(merge), 0);
		while (merge_next(merge, horizon, &record, &tag) == 1)
			assert_is_planned(&record, tag, &planned[count++]);
		if (count < CROWD_RECORDS)
			assert_true(planned[count].time_ns > horizon);
	}
	assert_int_equal(count, CROWD_RECORDS);
	assert_int_equal(merge_late(merge), 0);
	close_crowd(merge);
}

/* Rings go one by one, at random, while the others are read. */
static void test_agrees_with_a_sort_while_rings_go(void **state)
{
	struct random random = {.state = 43};
	struct planned *planned = plan_records(&random);
	struct merge *merge = open_crowd(planned);
	bool gone[CROWD] = {false};
	struct record record;
	void *tag;
	size_t at = 0;

	(void)state;
	qsort(planned, CROWD_RECORDS, sizeof(*planned), compare_planned);
	assert_int_equal(merge_refresh(merge), 0);
	while (merge_next(merge, MERGE_NO_HORIZON, &record, &tag) == 1) {
		while (gone[planned[at].ring])
			at++;
		assert_is_planned(&record, tag, &planned[at++]);
		if (random_below(&random, 20) == 0) {
			size_t ring = (size_t)random_below(&random, CROWD);

			merge_remove(merge, &crowd[ring]);
			gone[ring] = true;
		}
	}
	while (at < CROWD_RECORDS && gone[planned[at].ring])
		at++;
	assert_int_equal(at, CROWD_RECORDS);
	assert_int_equal(merge_late(merge), 0);
	close_crowd(merge);
}

#define merge_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		merge_test(test_nothing_comes_of_nothing),
		merge_test(test_orders_across_rings),
		merge_test(test_records_come_whole_and_with_their_tag),
		merge_test(test_equal_times_keep_the_order_of_adding),
		merge_test(test_a_ring_added_anew_comes_last_among_equals),
		merge_test(test_the_horizon_holds_younger_ones_back),
		merge_test(test_the_latest_time_needs_no_horizon),
		merge_test(test_new_records_wait_for_the_next_round),
		merge_test(test_late_records_are_given_out_and_counted),
		merge_test(test_a_ring_out_of_order_is_late_too),
		merge_test(test_a_round_releases_what_was_used),
		merge_test(test_the_record_given_out_stays_whole),
		merge_test(test_removing_a_ring_forgets_its_records),
		merge_test(test_the_ring_of_the_last_record_can_go),
		merge_test(test_removing_what_was_never_added_does_nothing),
		merge_test(test_a_ring_can_be_added_while_reading),
		merge_test(test_a_malformed_ring_is_reported),
		merge_test(test_a_malformed_record_is_reported),
		merge_test(test_other_records_are_ordered_by_their_trailer),
		cmocka_unit_test(test_agrees_with_a_sort),
		cmocka_unit_test(test_agrees_with_a_sort_while_rings_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
