/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writing half puts into a capture, the reading half gets out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"
#include "capture/read/capture.h"
#include "capture/write/capture_writer.h"
#include "capture/write/write_head.h"
#include "capture/write/write_records.h"
#include "perf/perf_event.h"
#include "support.h"

#define FORMATS "formats/amd64-6.1.0-50"
#define ARGUMENTS 100000U

static const uint64_t ids[] = {11, 12};
static const char *const argv[] = {"perf_exec_trace", "record", NULL};
static const struct recorded_event events[] = {
	{.attr = {.type = PERF_TYPE_TRACEPOINT,
		  .size = PERF_ATTR_SIZE_VER3,
		  .config = 307, /* sched_process_exec of FORMATS */
		  .sample_type = PERF_EVENT_SAMPLE_TYPE | SAMPLE_EXTRA_CGROUP,
		  .sample_id_all = 1,
		  .use_clockid = 1,
		  .clockid = CLOCK_MONOTONIC},
	 .name = "sched:sched_process_exec",
	 .ids = ids,
	 .id_count = 1},
	{.attr = {.type = PERF_TYPE_SOFTWARE,
		  .size = PERF_ATTR_SIZE_VER1,
		  .config = PERF_COUNT_SW_DUMMY,
		  .sample_type = PERF_EVENT_SAMPLE_TYPE,
		  .sample_id_all = 1,
		  .use_clockid = 1},
	 .name = "dummy",
	 .ids = ids + 1,
	 .id_count = 1},
};

static char arguments[ARGUMENTS];

/* ---- writing ---- */

static struct capture_writer *start(int fd, bool stream)
{
	struct capture_description description = {
		.events = events,
		.event_count = ARRAY_SIZE(events),
		.argv = argv,
	};
	struct capture_features features;
	struct capture_writer *writer;
	struct format_dir formats;
	struct error err;

	assert_int_equal(format_dir_open(&formats, FORMATS, &err), 0);
	description.formats = &formats;
	assert_int_equal(capture_features_make(&description, &features, &err), 0);
	assert_int_equal(capture_writer_new(fd, stream, &description, &features, &writer), 0);
	capture_features_done(&features);
	format_dir_close(&formats);
	return writer;
}

static void append(struct capture_writer *writer, void *bytes, size_t size)
{
	struct iovec piece = {bytes, size};

	assert_int_equal(capture_writer_append(writer, &piece, 1), 0);
}

static void append_beginning(struct capture_writer *writer)
{
	const struct capture_beginning beginning = {
		.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.descent = true,
		.cgroup_fd = open("fixtures/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	struct buffer records = {0};

	assert_int_equal(capture_initial_records(&beginning, &records), 0);
	append(writer, records.bytes, records.size);
	buffer_done(&records);
	close(beginning.proc_fd);
	close(beginning.cgroup_fd);
}

static void append_note(struct capture_writer *writer)
{
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_ARGUMENTS,
		.time_ns = 999,
		.pid = 5,
		.tid = 6,
		.count = 2,
		.bytes = arguments,
		.size = sizeof(arguments),
	};
	struct buffer records = {0};

	memset(arguments, 'a', sizeof(arguments));
	assert_int_equal(capture_note_make(&note, &records), 0);
	append(writer, records.bytes, records.size);
	buffer_done(&records);
}

/* An exec, with its cgroup behind the raw data. */
static void append_exec(struct capture_writer *writer)
{
	const struct sample sample = {.id = ids[0], .time_ns = 1000, .raw = "0123", .raw_size = 4};
	const uint64_t cgroup = 0xc9;
	_Alignas(8) unsigned char record[256];
	uint16_t size = make_sample(record, PERF_EVENT_SAMPLE_TYPE, &sample);

	memcpy(record + size, &cgroup, sizeof(cgroup));
	size = (uint16_t)(size + sizeof(cgroup));
	memcpy(record + offsetof(struct perf_event_header, size), &size, sizeof(size));
	append(writer, record, size);
}

static int write_capture(bool stream)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct perf_event_header round = capture_finished_round();

	assert_true(fd >= 0);
	struct capture_writer *writer = start(fd, stream);
	append_beginning(writer);
	append_exec(writer);
	append_note(writer);
	append(writer, &round, sizeof(round));
	assert_int_equal(capture_writer_close(writer, 1000, 1000), 0);
	capture_writer_free(writer);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* ---- reading ---- */

static struct record next(struct capture *source)
{
	struct record record;
	struct error err;
	int code;

	while ((code = capture_next(source, &record, &err)) == 0)
		assert_int_equal(capture_wait(source, -1, -1, &err), 0);
	assert_int_equal(code, 1);
	return record;
}

static void check_host(const struct capture *source)
{
	struct utsname host;
	const int64_t offset_ns = capture_origin(source)->wall_offset_ns;

	assert_int_equal(uname(&host), 0);
	assert_string_equal(capture_origin(source)->hostname, host.nodename);
	assert_string_equal(capture_origin(source)->arch, host.machine);
	assert_non_null(capture_origin(source)->boot_id);
	assert_true(capture_origin(source)->has_wall_offset);
	assert_true(offset_ns > 0);
	assert_true((uint64_t)offset_ns < clock_now_ns(CLOCK_REALTIME));
}

static void check_tasks(const struct capture *source)
{
	size_t count, found = 0;
	const struct capture_task *tasks = capture_tasks(source, &count);

	for (size_t i = 0; i < count; i++) {
		if (tasks[i].tid != getpid())
			continue;
		found++;
		assert_int_equal(tasks[i].tgid, getpid());
		assert_int_equal(tasks[i].parent, getppid());
		assert_string_equal(tasks[i].comm, "test_capture_ro");
	}
	assert_int_equal(found, 1);
}

static void check_exec(const struct capture *source, const struct record *record)
{
	struct sample_extra_layout layout;
	struct sample_extra extra;

	assert_int_equal(record->type, PERF_RECORD_SAMPLE);
	assert_int_equal(record->time_ns, 1000);
	assert_true(capture_tracepoint_extra(source, 307, &layout));
	assert_int_equal(
		sample_extra_parse(&layout, record_extra(record), record->extra_size, &extra), 0);
	assert_int_equal(extra.cgroup_id, 0xc9);
}

static void check_note(const struct record *record)
{
	assert_int_equal(record->type, PERF_FILE_RECORD_EVENT_TYPE);
	assert_int_equal(record->misc, CAPTURE_NOTE_ARGUMENTS);
	assert_int_equal(record->pid, 5);
	assert_int_equal(record->tid, 6);
	assert_int_equal(record->id, 2);
	assert_int_equal(record->body_size, sizeof(arguments));
	assert_memory_equal(record->body, arguments, sizeof(arguments));
}

static void check_capture(bool stream)
{
	int fd = write_capture(stream);
	struct capture_stats stats;
	struct capture *source;
	struct record record;
	struct error err;
	bool has_host = false;

	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	check_host(source);
	capture_want(source, RECORD_CGROUP);
	capture_want(source, PERF_FILE_RECORD_EVENT_TYPE);
	while ((record = next(source)).type == RECORD_CGROUP)
		has_host |= strcmp((const char *)record.body + sizeof(uint64_t), "/host") == 0;
	assert_true(has_host);
	check_note(&record);
	record = next(source);
	check_exec(source, &record);
	check_tasks(source);
	assert_int_equal(capture_next(source, &record, &err), -ENODATA);
	capture_stats(source, &stats);
	assert_int_equal(stats.malformed, 0);
	capture_free(source);
	close(fd);
}

static void test_a_file(void **state)
{
	(void)state;
	check_capture(false);
}

static void test_a_stream(void **state)
{
	(void)state;
	check_capture(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file),
		cmocka_unit_test(test_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
