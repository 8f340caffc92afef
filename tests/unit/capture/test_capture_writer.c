/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files: readable at every moment, whatever happens to their writer.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/write/capture_writer.h"
#include "support.h"

#define RECORD_SIZE 24U

static const uint64_t ids[] = {11, 12, 21, 22};
static const struct recorded_event events[] = {
	{.attr = {.type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER3, .config = 300},
	 .name = "sched:sched_process_fork",
	 .ids = ids,
	 .id_count = 2},
	{.attr = {.type = PERF_TYPE_SOFTWARE, .size = PERF_ATTR_SIZE_VER3, .config = 9},
	 .name = "dummy",
	 .ids = ids + 2,
	 .id_count = 2},
};
static const struct capture_description description = {.events = events, .event_count = 2};

static char tracing_data[] = "tracing data", sample_time[16];
static const struct capture_features features = {
	.list =
		{
			{PERF_FILE_TRACING_DATA,
			 {.bytes = tracing_data, .size = sizeof(tracing_data)}},
			{PERF_FILE_SAMPLE_TIME,
			 {.bytes = sample_time, .size = sizeof(sample_time)}},
		},
	.count = 2,
};

/* ---- a reader, as perf reads ---- */

struct view {
	unsigned char *bytes;
	size_t size;
	struct perf_file_header header;
	struct perf_file_section sections[3];
	size_t section_count;
};

static bool is_set(const struct view *view, unsigned int bit)
{
	return view->header.features[0] >> bit & 1;
}

/* Read the first SIZE bytes of FD, and the table of features where the header says it is. */
static void view_file(int fd, size_t size, struct view *view)
{
	*view = (struct view){.bytes = malloc(size), .size = size};
	assert_non_null(view->bytes);
	assert_int_equal(pread(fd, view->bytes, size, 0), (ssize_t)size);
	assert_true(size >= sizeof(view->header));
	memcpy(&view->header, view->bytes, sizeof(view->header));
	assert_int_equal(view->header.magic, PERF_FILE_MAGIC);
	assert_memory_equal(view->bytes, "PERFILE2", 8);
	view->section_count = (size_t)__builtin_popcountll(view->header.features[0]);
	assert_true(view->section_count <= ARRAY_SIZE(view->sections));
	uint64_t table = view->header.data.offset + view->header.data.size;
	assert_true(table + view->section_count * sizeof(*view->sections) <= size);
	memcpy(view->sections, view->bytes + table, view->section_count * sizeof(*view->sections));
}

#define TABLE_RECORD_SIZE 80U

/* The record before the table, which the data of a file that was never closed end with. */
static struct perf_event_header last_header(const struct view *view)
{
	struct perf_event_header record = {0};
	uint64_t end = view->header.data.offset + view->header.data.size;

	if (view->header.data.size >= TABLE_RECORD_SIZE)
		memcpy(&record, view->bytes + end - TABLE_RECORD_SIZE, sizeof(record));
	return record;
}

static bool is_unfinished(const struct view *view)
{
	const struct perf_event_header record = last_header(view);

	return record.type == 65 && record.misc == 0x7054;
}

/* The last record ends where the data end: perf maps no more. */
static void assert_data_are_whole(const struct view *view)
{
	uint64_t at = view->header.data.offset, end = at + view->header.data.size;
	struct perf_event_header record;

	assert_true(end <= view->size);
	while (at < end) {
		assert_true(end - at >= sizeof(record));
		memcpy(&record, view->bytes + at, sizeof(record));
		assert_true(record.size >= sizeof(record));
		assert_true(record.size <= end - at);
		at += record.size;
	}
}

static void assert_sections(const struct view *view)
{
	const struct perf_file_section *section = view->sections;

	/* perf 7.3 takes an entry for bit 0 as a section, which has to be in the file. */
	assert_false(is_set(view, PERF_FILE_RESERVED));
	assert_int_equal(view->section_count, 2);
	assert_true(is_set(view, PERF_FILE_TRACING_DATA));
	assert_true(is_set(view, PERF_FILE_SAMPLE_TIME));
	assert_int_equal(section[0].size, sizeof(tracing_data));
	for (size_t i = 0; i < 2; i++)
		assert_true(section[i].offset + section[i].size <= view->size);
	assert_memory_equal(view->bytes + section[0].offset, tracing_data, sizeof(tracing_data));
	assert_int_equal(section[1].size, sizeof(sample_time));
}

static void assert_features(const struct view *view)
{
	assert_sections(view);
	assert_data_are_whole(view);
}

/* Behind the table, in its order, none over another, and nothing behind them, as a reader that
 * never goes back wants them. */
static void assert_bodies_follow(const struct view *view)
{
	uint64_t end = view->header.data.offset + view->header.data.size +
		       view->section_count * sizeof(*view->sections);

	for (size_t i = 0; i < view->section_count; i++) {
		assert_true(view->sections[i].offset >= end);
		end = view->sections[i].offset + view->sections[i].size;
	}
	assert_int_equal(end, view->size);
}

/*
 * Walk the records from the start of the data up to END: they are whole, tables are passed over,
 * all others are numbered from 0. Returns how many of those there are.
 */
static size_t count_records(const struct view *view, uint64_t end)
{
	uint64_t at = view->header.data.offset;
	uint64_t number, expected = 0;
	struct perf_event_header record;

	assert_int_equal(at % 8, 0);
	while (end - at >= sizeof(record)) {
		memcpy(&record, view->bytes + at, sizeof(record));
		if (record.size < sizeof(record) || record.size > end - at)
			break;
		if (record.type != PERF_FILE_RECORD_EVENT_TYPE) {
			memcpy(&number, view->bytes + at + sizeof(record), sizeof(number));
			assert_int_equal(record.type, PERF_RECORD_SAMPLE);
			assert_int_equal(number, expected);
			expected++;
		}
		at += record.size;
		/* The last table that was committed. */
		if (record.type == PERF_FILE_RECORD_EVENT_TYPE && record.size == TABLE_RECORD_SIZE)
			at += view->section_count * sizeof(*view->sections);
		if (at > end)
			break;
	}
	return expected;
}

static size_t count_committed(const struct view *view)
{
	return count_records(view, view->header.data.offset + view->header.data.size);
}

/* ---- a writer ---- */

static size_t size_of(int fd)
{
	struct stat file;

	assert_int_equal(fstat(fd, &file), 0);
	return (size_t)file.st_size;
}

static struct capture_writer *start(int *fd)
{
	struct capture_writer *writer = NULL;

	*fd = memfd_create("capture", MFD_CLOEXEC);
	assert_true(*fd >= 0);
	assert_int_equal(capture_writer_new(*fd, false, &description, &features, &writer), 0);
	return writer;
}

static void stop(struct capture_writer *writer, int fd)
{
	capture_writer_free(writer);
	close(fd);
}

/* Append records FIRST to FIRST + COUNT - 1 in two pieces that are cut anywhere. */
static int append(struct capture_writer *writer, uint64_t first, size_t count)
{
	unsigned char bytes[64 * RECORD_SIZE] = {0};
	const struct perf_event_header record = {PERF_RECORD_SAMPLE, 0, RECORD_SIZE};
	size_t size = count * RECORD_SIZE, cut = size / 3;

	for (size_t i = 0; i < count; i++) {
		uint64_t number = first + i;

		memcpy(bytes + i * RECORD_SIZE, &record, sizeof(record));
		memcpy(bytes + i * RECORD_SIZE + sizeof(record), &number, sizeof(number));
	}
	struct iovec pieces[2] = {{bytes, cut}, {bytes + cut, size - cut}};
	return capture_writer_append(writer, pieces, 2);
}

static void test_a_closed_file_is_what_perf_writes(void **state)
{
	struct view view;
	int fd;
	struct capture_writer *writer = start(&fd);
	const uint64_t times[2] = {5, 99};

	(void)state;
	assert_int_equal(append(writer, 0, 3), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	assert_int_equal(append(writer, 3, 4), 0);
	assert_int_equal(capture_writer_close(writer, times[0], times[1]), 0);

	view_file(fd, size_of(fd), &view);
	assert_int_equal(capture_writer_size(writer), view.size);
	assert_false(is_unfinished(&view));
	assert_features(&view);
	assert_bodies_follow(&view);
	assert_memory_equal(view.bytes + view.sections[1].offset, times, sizeof(times));
	assert_int_equal(count_committed(&view), 7);
	assert_int_equal(view.header.data.offset + view.header.data.size + 2 * 16 + 16 + 16,
			 view.size);
	free(view.bytes);
	stop(writer, fd);
}

static void test_the_head_has_attributes_and_ids(void **state)
{
	struct view view;
	int fd;
	struct capture_writer *writer = start(&fd);

	(void)state;
	view_file(fd, size_of(fd), &view);
	assert_int_equal(view.header.size, 104);
	assert_int_equal(view.header.attr_size, PERF_ATTR_SIZE_VER3 + 16);
	assert_int_equal(view.header.attrs.size, 2 * view.header.attr_size);
	for (size_t i = 0; i < 2; i++) {
		const unsigned char *entry =
			view.bytes + view.header.attrs.offset + i * view.header.attr_size;
		struct perf_file_section section;

		assert_memory_equal(entry, &events[i].attr, PERF_ATTR_SIZE_VER3);
		memcpy(&section, entry + PERF_ATTR_SIZE_VER3, sizeof(section));
		assert_int_equal(section.size, 2 * sizeof(uint64_t));
		assert_memory_equal(view.bytes + section.offset, events[i].ids, section.size);
	}
	free(view.bytes);
	stop(writer, fd);
}

/* Cut at every byte, as by SIGKILL in the middle of a write; the header may be of any commit. */
static void test_a_file_that_was_never_closed_is_readable(void **state)
{
	int fd;
	struct capture_writer *writer = start(&fd);
	size_t from = size_of(fd);
	size_t written = 0;

	(void)state;
	for (size_t round = 0; round < 5; round++) {
		assert_int_equal(append(writer, written, round + 1), 0);
		size_t committed = written + (round % 2 == 0 ? round + 1 : 0);
		if (round % 2 == 0) {
			assert_int_equal(capture_writer_commit(writer), 0);
			from = size_of(fd);
		}
		written += round + 1;
		for (size_t size = from; size <= size_of(fd); size++) {
			struct view view;

			view_file(fd, size, &view);
			assert_true(is_unfinished(&view));
			assert_features(&view);
			assert_int_equal(count_committed(&view), committed);
			size_t whole = committed + (size - from) / RECORD_SIZE;
			assert_int_equal(count_records(&view, size), whole);
			free(view.bytes);
		}
	}
	stop(writer, fd);
}

/*
 * The bytes of a table follow a commit before the header tells of it; the one before is whole by
 * then, and only as long as that takes do the data end within a record.
 */
static void test_a_commit_that_is_cut_short_leaves_the_one_before(void **state)
{
	struct perf_file_header before;
	struct view view;
	int fd;
	struct capture_writer *writer = start(&fd);

	(void)state;
	assert_int_equal(append(writer, 0, 2), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	assert_int_equal(pread(fd, &before, sizeof(before), 0), (ssize_t)sizeof(before));
	assert_int_equal(append(writer, 2, 2), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	assert_int_equal(pwrite(fd, &before, sizeof(before), 0), (ssize_t)sizeof(before));

	view_file(fd, size_of(fd), &view);
	assert_sections(&view);
	assert_int_equal(count_committed(&view), 2);
	assert_int_equal(count_records(&view, view.size), 4);
	free(view.bytes);
	stop(writer, fd);
}

/* Its header is the last of the data until those lead on: perf finds the table right behind it. */
static void test_the_table_becomes_a_record(void **state)
{
	struct perf_event_header record;
	struct view view;
	int fd;
	struct capture_writer *writer = start(&fd);

	(void)state;
	assert_int_equal(append(writer, 0, 1), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	view_file(fd, size_of(fd), &view);
	assert_int_equal(last_header(&view).type, 65);
	assert_int_equal(last_header(&view).size, TABLE_RECORD_SIZE);
	uint64_t at = view.header.data.offset + view.header.data.size - TABLE_RECORD_SIZE;
	free(view.bytes);

	assert_int_equal(append(writer, 1, 1), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	view_file(fd, size_of(fd), &view);
	memcpy(&record, view.bytes + at, sizeof(record));
	assert_int_equal(record.size,
			 TABLE_RECORD_SIZE + view.section_count * sizeof(*view.sections));
	assert_data_are_whole(&view);
	free(view.bytes);
	stop(writer, fd);
}

/* ---- no room ---- */

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk fills up at every byte of an append. */
static void test_a_full_disk_leaves_whole_records(void **state)
{
	(void)state;
	for (size_t room = 1; room < 20 * RECORD_SIZE; room++) {
		struct view view;
		int fd;
		struct capture_writer *writer = start(&fd);

		assert_int_equal(append(writer, 0, 2), 0);
		assert_int_equal(capture_writer_commit(writer), 0);
		size_t full = size_of(fd) + room;
		limit_file_size(full);
		int code = append(writer, 2, 20);
		int closed = capture_writer_close(writer, 1, 2);
		limit_file_size(RLIM_INFINITY);

		assert_int_equal(code, -EFBIG);
		view_file(fd, size_of(fd), &view);
		assert_features(&view);
		assert_true(view.size <= full);
		/* Where no table fits behind what is there, it takes the place of the last one. */
		assert_int_equal(closed, 0);
		assert_false(is_unfinished(&view));
		assert_int_equal(count_committed(&view),
				 room < 2 * 16 ? 2 : 2 + (room - 2 * 16) / RECORD_SIZE);
		free(view.bytes);
		stop(writer, fd);
	}
}

/* The disk fills up at every byte that a close adds: the bodies of the head serve, with times. */
static void test_a_full_disk_at_the_close_loses_no_feature(void **state)
{
	const uint64_t times[2] = {5, 99};

	(void)state;
	for (size_t room = 2 * 16; room <= 2 * 16 + 16 + 16; room++) {
		struct view view;
		int fd;
		struct capture_writer *writer = start(&fd);

		assert_int_equal(append(writer, 0, 3), 0);
		limit_file_size(size_of(fd) + room);
		int closed = capture_writer_close(writer, times[0], times[1]);
		limit_file_size(RLIM_INFINITY);

		assert_int_equal(closed, 0);
		view_file(fd, size_of(fd), &view);
		assert_features(&view);
		assert_memory_equal(view.bytes + view.sections[1].offset, times, sizeof(times));
		assert_int_equal(count_committed(&view), 3);
		assert_false(is_unfinished(&view));
		free(view.bytes);
		stop(writer, fd);
	}
}

static void test_no_room_for_the_head_is_an_error(void **state)
{
	struct capture_writer *writer = NULL;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	(void)state;
	limit_file_size(100);
	int code = capture_writer_new(fd, false, &description, &features, &writer);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(code, -EFBIG);
	assert_null(writer);
	close(fd);
}

/* ---- streams ---- */

static void test_a_stream_is_never_sought_in(void **state)
{
	struct capture_writer *writer = NULL;
	struct perf_pipe_header header;
	unsigned char bytes[4096];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(capture_writer_new(ends[1], true, &description, &features, &writer), 0);
	size_t head = capture_writer_size(writer);
	assert_int_equal(append(writer, 0, 2), 0);
	assert_int_equal(capture_writer_commit(writer), 0);
	assert_int_equal(capture_writer_close(writer, 1, 2), 0);
	assert_int_equal(capture_writer_size(writer), head + 2 * RECORD_SIZE);
	assert_int_equal(read(ends[0], bytes, sizeof(bytes)), (ssize_t)(head + 2 * RECORD_SIZE));
	memcpy(&header, bytes, sizeof(header));
	assert_int_equal(header.magic, PERF_FILE_MAGIC);
	assert_int_equal(header.size, 16);

	close(ends[0]);
	assert_int_equal(append(writer, 2, 1), -EPIPE);
	capture_writer_free(writer);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_closed_file_is_what_perf_writes),
		cmocka_unit_test(test_the_head_has_attributes_and_ids),
		cmocka_unit_test(test_a_file_that_was_never_closed_is_readable),
		cmocka_unit_test(test_a_commit_that_is_cut_short_leaves_the_one_before),
		cmocka_unit_test(test_the_table_becomes_a_record),
		cmocka_unit_test(test_a_full_disk_leaves_whole_records),
		cmocka_unit_test(test_a_full_disk_at_the_close_loses_no_feature),
		cmocka_unit_test(test_no_room_for_the_head_is_an_error),
		cmocka_unit_test(test_a_stream_is_never_sought_in),
	};

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
