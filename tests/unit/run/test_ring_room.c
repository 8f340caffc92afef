/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rings hold one record of each kind, and which sizes of them are refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "perf/ring_room.h"
#include "run/ring_check.h"
#include "source/tracepoints.h"
#include "support.h"

static uint32_t page_size(void)
{
	return (uint32_t)sysconf(_SC_PAGESIZE);
}

/* What the kernel writes: header, id, tid, time, cpu, raw (its size, fields, name), and so on. */
static void test_room_of_a_sample(void **state)
{
	const struct perf_event_extra none = {0};
	const struct perf_event_extra exec = {
		.regs_user = 0x180, .stack_user = 16384, .cgroup = true};
	const struct perf_event_extra exit = {.regs_user = 0x1ff, .callchain = true};
	const uint32_t lost = 24 + 32;

	(void)state;
	assert_int_equal(ring_room(&none, 0), 40 + 4 + 96 + 4 + lost);
	assert_int_equal(ring_room(&none, 1), ring_room(&none, 0));
	assert_int_equal(ring_room(&none, 5), ring_room(&none, 4) + 8);
	assert_int_equal(ring_room(&exec, 0), ring_room(&none, 0) + 8 + 2 * 8 + 8 + 16384 + 8 + 8);
	assert_int_equal(ring_room(&exit, 0), ring_room(&none, 0) + 8 + 9 * 8 + 8 + 135 * 8);
}

/* A record's size is 16 bits: the kernel takes less of the stack then. */
static void test_room_of_the_largest(void **state)
{
	const struct perf_event_extra extra = {.regs_user = 1, .stack_user = ARG_BYTES_MAX};

	(void)state;
	assert_int_equal(ring_room(&extra, RING_ROOM_LONGEST_NAME), 65528 + 56);
}

static void test_pages(void **state)
{
	const uint32_t page = page_size();

	(void)state;
	assert_int_equal(ring_room_pages(1), 1);
	assert_int_equal(ring_room_pages(page - 1), 1);
	/* A ring is never quite full. */
	assert_false(ring_room_is_in(page, 1));
	assert_int_equal(ring_room_pages(page), 2);
	assert_int_equal(ring_room_pages(5 * page), 8);
	assert_true(ring_room_is_in(5 * page, 8));
}

static void test_the_smallest_plan_stays(void **state)
{
	struct cpu_ring_plan plan = {.pages = 1, .tracepoint_count = 1};
	const struct cpu_ring_plan untouched = plan;

	(void)state;
	assert_false(ring_room_shrink(&plan));
	assert_memory_equal(&plan, &untouched, sizeof(plan));
}

static void test_rings_with_stacks(void **state)
{
	const uint64_t mib = 1024 * 1024, gib = 1024 * mib;

	(void)state;
	assert_int_equal(ring_room_with_stacks(2 * gib, 2), 16 * mib);
	assert_int_equal(ring_room_with_stacks(2 * gib - 1, 2), 8 * mib);
	assert_int_equal(ring_room_with_stacks(gib, 2), 8 * mib);
	assert_int_equal(ring_room_with_stacks(gib - 1, 2), 4 * mib);
	assert_int_equal(ring_room_with_stacks(0, 2), 4 * mib);
	/* However much memory there is. */
	assert_int_equal(ring_room_with_stacks(4096 * gib, 64), 16 * mib);
	assert_int_equal(ring_room_with_stacks(4096 * gib, 65), 8 * mib);
	assert_int_equal(ring_room_with_stacks(4096 * gib, 128), 8 * mib);
	assert_int_equal(ring_room_with_stacks(4096 * gib, 8192), 4 * mib);
}

static struct cpu_ring_plan plan_with_stack(uint32_t bytes, uint32_t stack, uint32_t small_stack)
{
	return (struct cpu_ring_plan){
		.tracepoints = {{.extra = {.regs_user = 1, .stack_user = stack}}},
		.tracepoint_count = 2,
		.pages = bytes / page_size(),
		.small_stack = small_stack,
		.watermark = stack / 2,
	};
}

static void test_small_rings_have_small_stacks(void **state)
{
	struct cpu_ring_plan plan = plan_with_stack(4 * RING_ROOM_SMALL, ARG_BYTES_DEFAULT, 2048);

	(void)state;
	assert_true(ring_room_shrink(&plan));
	assert_int_equal(plan.tracepoints[0].extra.stack_user, ARG_BYTES_DEFAULT);
	assert_int_equal(plan.watermark, ARG_BYTES_DEFAULT / 2);
	assert_true(ring_room_shrink(&plan));
	assert_int_equal(plan.pages, RING_ROOM_SMALL / page_size());
	assert_int_equal(plan.tracepoints[0].extra.stack_user, 2048);
	assert_int_equal(plan.tracepoints[1].extra.stack_user, 0);
	assert_int_equal(plan.watermark, 1024);

	/* What the user asked for stays while it fits. */
	plan = plan_with_stack(2 * RING_ROOM_SMALL, ARG_BYTES_DEFAULT, 0);
	assert_true(ring_room_shrink(&plan));
	assert_int_equal(plan.tracepoints[0].extra.stack_user, ARG_BYTES_DEFAULT);
	assert_int_equal(plan.watermark, ARG_BYTES_DEFAULT / 2);
	plan = plan_with_stack(2 * RING_ROOM_SMALL, 1024, 2048);
	assert_true(ring_room_shrink(&plan));
	assert_int_equal(plan.tracepoints[0].extra.stack_user, 1024);
	assert_int_equal(plan.watermark, 512);
}

/* ---- what is refused ---- */

static int check(uint32_t pages, unsigned int needs, uint32_t arg_bytes, struct error *err)
{
	const struct request request = {
		.mmap_pages = pages, .needs = needs, .arg_bytes = arg_bytes};

	*err = (struct error){0};
	int code = ring_check(&request, err);

	assert_true((code < 0) == (err->what[0] != '\0'));
	return code;
}

static void test_plain_lines_take_any_ring(void **state)
{
	struct error err;

	(void)state;
	for (uint32_t pages = 1; pages <= 1024; pages *= 2) {
		assert_int_equal(check(pages, 0, ARG_BYTES_DEFAULT, &err), 0);
		assert_int_equal(check(pages, ~NEED_ARGUMENTS, 16384, &err), 0);
	}
	assert_int_equal(check(0, ~0U, ARG_BYTES_MAX, &err), 0);
}

/* Whatever is refused, both remedies will do. */
static void test_what_holds_no_stack_is_refused(void **state)
{
	unsigned int refused = 0;

	(void)state;
	if (!registers_at_exec(registers_of_this_machine()))
		skip();
	for (uint32_t pages = 1; pages <= 64; pages *= 2) {
		for (uint32_t bytes = 1024; bytes <= ARG_BYTES_MAX; bytes += 1024) {
			struct error err;
			unsigned int good_pages, good_bytes;

			if (check(pages, ~0U, bytes, &err) == 0) {
				assert_true(bytes < (uint64_t)pages * page_size());
				continue;
			}
			refused++;
			assert_true(bytes + 1024 > (uint64_t)pages * page_size());
			assert_int_equal(sscanf(err.remedy, "-m %u, or --arg-bytes %u", &good_pages,
						&good_bytes),
					 2);
			assert_true(good_pages > pages);
			assert_true(good_bytes < bytes && good_bytes >= 1024 &&
				    good_bytes % 8 == 0);
			assert_int_equal(check(good_pages, ~0U, bytes, &err), 0);
			assert_int_equal(check(pages, ~0U, good_bytes, &err), 0);
		}
	}
	assert_true(refused > 0 || page_size() > ARG_BYTES_MAX);
}

static void test_what_is_said(void **state)
{
	struct error err;

	(void)state;
	if (!registers_at_exec(registers_of_this_machine()) || page_size() != 4096)
		skip();
	assert_int_equal(check(2, ~0U, 16384, &err), -EINVAL);
	assert_string_equal(err.what, "-m 2: a ring of 8192 bytes cannot hold one exec with 16384 "
				      "bytes of arguments");
	assert_string_equal(err.remedy, "-m 8, or --arg-bytes 4096");
	assert_int_equal(check(8, ~0U, 16384, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_of_a_sample),
		cmocka_unit_test(test_room_of_the_largest),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_the_smallest_plan_stays),
		cmocka_unit_test(test_rings_with_stacks),
		cmocka_unit_test(test_small_rings_have_small_stacks),
		cmocka_unit_test(test_plain_lines_take_any_ring),
		cmocka_unit_test(test_what_holds_no_stack_is_refused),
		cmocka_unit_test(test_what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
