/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What attributes say of the fields that follow the raw data.
 */
#include <byteswap.h>
#include <errno.h>
#include <string.h>

#include "capture/read/events.h"
#include "support.h"

#define SAMPLE_TYPE (PERF_SAMPLE_TIME | PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER)

static const struct perf_event_attr example = {
	.type = PERF_TYPE_TRACEPOINT,
	.size = sizeof(struct perf_event_attr),
	.config = 300,
	.sample_type = SAMPLE_TYPE,
	.branch_sample_type = 0x1122334455667788,
	.sample_regs_user = 0x99aabbccddeeff01,
};

static struct perf_event_attr foreign(struct perf_event_attr attr)
{
	attr.type = bswap_32(attr.type);
	attr.config = bswap_64(attr.config);
	attr.sample_type = bswap_64(attr.sample_type);
	attr.branch_sample_type = bswap_64(attr.branch_sample_type);
	attr.sample_regs_user = bswap_64(attr.sample_regs_user);
	return attr;
}

static struct events *new_events(bool swap)
{
	struct events *events = events_new(machine_native().big_endian != swap);

	assert_non_null(events);
	return events;
}

static void assert_example(const struct events *events, bool swap)
{
	struct sample_extra_layout layout = {0};

	assert_true(events_tracepoint_extra(events, 300, &layout));
	assert_int_equal(layout.sample_type, SAMPLE_TYPE);
	assert_int_equal(layout.branch_sample_type, example.branch_sample_type);
	assert_int_equal(layout.regs_user, example.sample_regs_user);
	assert_int_equal(layout.swap, swap);
}

static void test_extra_of_a_tracepoint(void **state)
{
	const struct perf_event_attr swapped = foreign(example);
	struct events *native = new_events(false), *other = new_events(true);

	(void)state;
	assert_int_equal(events_add(native, &example, sizeof(example)), 0);
	assert_int_equal(events_add(other, &swapped, sizeof(swapped)), 0);
	assert_example(native, false);
	assert_example(other, true);
	events_free(native);
	events_free(other);
}

/* It must not be read beyond its end either. */
static void test_what_an_attribute_is_too_short_for_is_0(void **state)
{
	struct sample_extra_layout layout;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(example));
	for (size_t size = 0; size <= sizeof(example); size++) {
		struct events *events = new_events(false);
		int code = events_add(events, guarded_put(&guarded, &example, size, 1), size);

		assert_int_equal(code, size < PERF_ATTR_SIZE_VER0 ? -EBADMSG : 0);
		assert_int_equal(events_tracepoint_extra(events, 300, &layout), code == 0);
		if (code == 0) {
			assert_int_equal(layout.sample_type, SAMPLE_TYPE);
			assert_int_equal(layout.branch_sample_type,
					 size >= 80 ? example.branch_sample_type : 0);
			assert_int_equal(layout.regs_user,
					 size >= 88 ? example.sample_regs_user : 0);
		}
		events_free(events);
	}
	guarded_free(&guarded);
}

static bool has_extra_with(const struct perf_event_attr *second)
{
	struct events *events = new_events(false);
	struct sample_extra_layout layout;

	assert_int_equal(events_add(events, &example, sizeof(example)), 0);
	assert_int_equal(events_add(events, second, sizeof(*second)), 0);
	bool has_extra = events_tracepoint_extra(events, 300, &layout);
	events_free(events);
	return has_extra;
}

static void test_events_of_one_tracepoint_must_agree(void **state)
{
	struct perf_event_attr second = example;

	(void)state;
	second.sample_period = 7;
	assert_true(has_extra_with(&second));
	second = example;
	second.sample_type |= PERF_SAMPLE_STACK_USER;
	assert_false(has_extra_with(&second));
	second.config = 301;
	assert_true(has_extra_with(&second));
	second = example;
	second.branch_sample_type++;
	assert_false(has_extra_with(&second));
	second = example;
	second.sample_regs_user++;
	assert_false(has_extra_with(&second));
}

static void test_nothing_is_known_of_what_is_no_tracepoint(void **state)
{
	struct perf_event_attr attr = example;
	struct events *events = new_events(false);
	struct sample_extra_layout layout;

	(void)state;
	attr.type = PERF_TYPE_SOFTWARE;
	assert_int_equal(events_add(events, &attr, sizeof(attr)), 0);
	assert_false(events_tracepoint_extra(events, 300, &layout));
	assert_false(events_tracepoint_extra(events, 301, &layout));
	events_free(events);
}

/* A dummy has no samples, so that theirs may be laid out otherwise. */
static void test_a_dummy_does_not_spoil_the_place_of_times(void **state)
{
	struct perf_event_attr dummy = example, other = example;

	(void)state;
	dummy.type = PERF_TYPE_SOFTWARE;
	dummy.config = PERF_COUNT_SW_DUMMY;
	dummy.sample_type |= PERF_SAMPLE_IP;
	other.sample_type |= PERF_SAMPLE_IP;
	for (int dummy_first = 0; dummy_first < 2; dummy_first++) {
		struct events *events = new_events(false);

		assert_int_equal(events_add(events, dummy_first ? &dummy : &example, sizeof(dummy)),
				 0);
		assert_int_equal(events_add(events, dummy_first ? &example : &dummy, sizeof(dummy)),
				 0);
		assert_ptr_equal(events_common(events), events->list[dummy_first ? 1 : 0]);
		assert_int_equal(events_add(events, &other, sizeof(other)), 0);
		assert_null(events_common(events));
		events_free(events);
	}
}

static void test_a_dummy_can_spoil_that_of_other_records(void **state)
{
	struct perf_event_attr dummy = example;
	struct events *events = new_events(false);

	(void)state;
	dummy.type = PERF_TYPE_SOFTWARE;
	dummy.config = PERF_COUNT_SW_DUMMY;
	dummy.sample_id_all = 1;
	assert_int_equal(events_add(events, &example, sizeof(example)), 0);
	assert_int_equal(events_add(events, &dummy, sizeof(dummy)), 0);
	assert_null(events_common(events));
	events_free(events);
}

/* A record with the trailer of `numbered`: time, then id. */
struct numbered_record {
	struct perf_event_header header;
	uint64_t time, id;
};

static const struct capture_event *event_of(const struct events *events, uint64_t id)
{
	const struct numbered_record record = {
		.header = {.type = PERF_RECORD_LOST, .size = sizeof(record)},
		.time = 1,
		.id = id,
	};

	return events_of_record(events, &record, &record.header);
}

/* Ids near the first one, before it, and far from it; one is given to another event later. */
static void test_events_of_ids_near_and_far(void **state)
{
	static const uint64_t ids[] = {1000, 1001, 5, 1000 + 65535, 1000 + 65536, UINT64_MAX, 1002};
	struct perf_event_attr numbered = example;
	struct events *events = new_events(false);

	(void)state;
	numbered.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_ID;
	numbered.sample_id_all = 1;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		assert_int_equal(events_add(events, &numbered, sizeof(numbered)), 0);
		assert_int_equal(events_add_id(events, ids[i]), 0);
	}
	numbered.sample_type |= PERF_SAMPLE_CPU;
	assert_int_equal(events_add(events, &numbered, sizeof(numbered)), 0);
	assert_int_equal(events_add_id(events, 1001), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_ptr_equal(event_of(events, ids[i]),
				 events->list[ids[i] == 1001 ? ARRAY_SIZE(ids) : i]);
	assert_ptr_equal(event_of(events, 0), events->list[0]);
	assert_null(event_of(events, 1003));
	assert_null(event_of(events, 999));
	events_free(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extra_of_a_tracepoint),
		cmocka_unit_test(test_what_an_attribute_is_too_short_for_is_0),
		cmocka_unit_test(test_events_of_one_tracepoint_must_agree),
		cmocka_unit_test(test_nothing_is_known_of_what_is_no_tracepoint),
		cmocka_unit_test(test_a_dummy_does_not_spoil_the_place_of_times),
		cmocka_unit_test(test_a_dummy_can_spoil_that_of_other_records),
		cmocka_unit_test(test_events_of_ids_near_and_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
