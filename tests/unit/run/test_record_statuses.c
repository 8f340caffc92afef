/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes of exit statuses that a recorder writes: what is in them, and their place in time.
 */
#include <string.h>

#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/write/capture_writer.h"
#include "event/facts.h"
#include "run/record_statuses.h"
#include "source/exit_authority.h"
#include "source/request.h"
#include "support.h"
#include "support_authority.h"

static struct record_statuses statuses;
static struct note_draft drafts[8];
static char bodies[8][256];
static size_t drafted;

int __wrap_capture_writer_append_note(struct capture_writer *writer, struct note_draft *draft);

/* As the real one, but for the file. */
int __wrap_capture_writer_append_note(struct capture_writer *writer, struct note_draft *draft)
{
	assert_null(writer);
	assert_false(draft->bytes.failed);
	if (draft->note.count > 0) {
		assert_true(drafted < ARRAY_SIZE(drafts) && draft->bytes.size <= 256);
		if (draft->bytes.size > 0)
			memcpy(bodies[drafted], draft->bytes.bytes, draft->bytes.size);
		drafts[drafted++] = *draft;
	}
	buffer_done(&draft->bytes);
	draft->note.count = 0;
	return 0;
}

static int set_up(void **state)
{
	const struct request quiet = {.quiet = true};

	(void)state;
	fake = (struct fake_told){0};
	statuses = (struct record_statuses){0};
	drafted = 0;
	return exit_authority_open(&quiet, &statuses.authority);
}

static int tear_down(void **state)
{
	(void)state;
	record_statuses_done(&statuses);
	return fake.open == 0 ? 0 : -1;
}

static void tell(int32_t tid, uint32_t status)
{
	fake.stats[fake.stats_count++] = (struct exit_stats){
		.version = EXIT_STATS_STATUS_OF_THREADS, .tid = tid, .tgid = tid, .status = status};
}

static struct note_item item_of(size_t index)
{
	struct text left = {bodies[index], drafts[index].bytes.size};
	struct note_item item;

	assert_int_equal(note_next(drafts[index].note.kind, &left, &item), 1);
	return item;
}

static void test_what_was_told_before_is_dropped(void **state)
{
	(void)state;
	tell(7, 0x300);
	assert_int_equal(record_statuses_begin(&statuses, NULL), 0);
	assert_int_equal(record_statuses_write(&statuses, NULL), 0);
	assert_int_equal(drafted, 1);
	assert_int_equal(drafts[0].note.kind, CAPTURE_NOTE_STATUSES_FROM);
	assert_int_equal(drafts[0].note.time_ns, CAPTURE_NOTE_FIRST_NS);
	const struct note_item item = item_of(0);
	assert_true(item.statuses_from.time_ns > 0);
	assert_int_equal(item.statuses_from.lost, 0);
	assert_string_equal(item.string.bytes, "taskstats");
}

/* Notes of a round come before all records that a reader has not given out by then. */
static void test_notes_come_before_the_last_two_rounds(void **state)
{
	const uint64_t times[] = {1, 1, 101, 201};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		tell(7, 0x300);
		assert_int_equal(record_statuses_write(&statuses, NULL), 0);
		assert_int_equal(drafts[i].note.kind, CAPTURE_NOTE_STATUSES);
		assert_int_equal(drafts[i].note.time_ns, times[i]);
		record_statuses_end_round(&statuses, 100 * (i + 1));
	}
	tell(8, 0x8b);
	tell(9, 9);
	assert_int_equal(record_statuses_write(&statuses, NULL), 0);
	assert_int_equal(drafted, ARRAY_SIZE(times) + 1);
	assert_int_equal(drafts[ARRAY_SIZE(times)].note.count, 2);
	const struct note_item item = item_of(ARRAY_SIZE(times));
	assert_int_equal(item.status.tid, 8);
	assert_int_equal(item.status.status, 0x8b);
}

static void test_usage_comes_behind_its_statuses(void **state)
{
	const struct request asks = {.quiet = true, .needs = NEED_USAGE};

	(void)state;
	record_statuses_done(&statuses);
	assert_int_equal(exit_authority_open(&asks, &statuses.authority), 0);
	assert_int_equal(record_statuses_begin(&statuses, NULL), 0);
	fake.stats[fake.stats_count++] =
		(struct exit_stats){.tid = 7, .is_only = true, .utime_us = 10, .run_ns = 12};
	fake.stats[fake.stats_count++] = (struct exit_stats){.tid = 8, .stime_us = 21};
	assert_int_equal(record_statuses_write(&statuses, NULL), 0);
	assert_int_equal(drafted, 4);
	assert_int_equal(drafts[0].note.kind, CAPTURE_NOTE_USAGE_FROM);
	assert_int_equal(drafts[1].note.kind, CAPTURE_NOTE_STATUSES_FROM);
	assert_int_equal(drafts[2].note.kind, CAPTURE_NOTE_STATUSES);
	assert_int_equal(drafts[3].note.kind, CAPTURE_NOTE_USAGE);
	assert_int_equal(drafts[3].note.count, 2);
	assert_int_equal(drafts[3].note.time_ns, drafts[2].note.time_ns);
	const struct note_item item = item_of(3);
	assert_int_equal(item.usage.tid, 7);
	assert_true(item.usage.flags & NOTE_USAGE_IS_ONLY);
	assert_int_equal(item.usage.user_us, 10);
	assert_int_equal(item.usage.run_ns, 12);
}

static void test_a_loss_begins_anew(void **state)
{
	(void)state;
	tell(7, 0x300);
	fake.counts = (struct netlink_counts){.dropped = 5, .overruns = 1};
	assert_int_equal(record_statuses_write_last(&statuses, NULL), 0);
	assert_int_equal(drafted, 2);
	assert_int_equal(drafts[0].note.kind, CAPTURE_NOTE_STATUSES);
	assert_int_equal(drafts[1].note.kind, CAPTURE_NOTE_STATUSES_FROM);
	assert_int_equal(item_of(1).statuses_from.lost, 5);
	assert_int_equal(record_statuses_lost(&statuses), 5);
}

static void test_nobody_tells(void **state)
{
	struct record_statuses none = {0};

	(void)state;
	assert_int_equal(record_statuses_begin(&none, NULL), 0);
	assert_int_equal(record_statuses_write(&none, NULL), 0);
	assert_int_equal(record_statuses_write_last(&none, NULL), 0);
	assert_int_equal(record_statuses_lost(&none), 0);
	assert_int_equal(drafted, 0);
	record_statuses_done(&none);
}

#define statuses_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		statuses_test(test_what_was_told_before_is_dropped),
		statuses_test(test_notes_come_before_the_last_two_rounds),
		statuses_test(test_a_loss_begins_anew),
		statuses_test(test_usage_comes_behind_its_statuses),
		statuses_test(test_nobody_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
