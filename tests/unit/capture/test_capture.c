/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture source over hand-made captures: order, ids, what perf adds, loss, compression,
 * damage.
 */
#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/read/capture.h"
#include "support_capture.h"

#define PLAIN_TYPE                                                                       \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)
#define DUMMY_TYPE (PLAIN_TYPE & ~(uint64_t)PERF_SAMPLE_RAW)

/* ---- reading all of a capture ---- */

#define SEEN_MAX 64U

struct seen {
	size_t count; /* of all records */
	struct {
		uint32_t type, cpu;
		uint64_t id, time_ns, lost;
	} first[SEEN_MAX];
	struct capture_stats stats;
	uint64_t lacks;
};

static void see(struct seen *seen, const struct record *record)
{
	if (seen->count < SEEN_MAX) {
		seen->first[seen->count].type = record->type;
		seen->first[seen->count].cpu = record->cpu;
		seen->first[seen->count].id = record->id;
		seen->first[seen->count].time_ns = record->time_ns;
		seen->first[seen->count].lost = record->lost;
	}
	seen->count++;
}

/* All records up to the end, which must come. */
static void read_all(struct capture *source, struct seen *seen)
{
	struct record record;
	struct error err;
	int code;

	*seen = (struct seen){0};
	while ((code = capture_next(source, &record, &err)) != -ENODATA) {
		assert_true(code >= 0);
		if (code > 0)
			see(seen, &record);
		else
			assert_int_equal(capture_wait(source, -1, -1, &err), 0);
	}
	assert_int_equal(capture_next(source, &record, &err), -ENODATA);
	capture_stats(source, &seen->stats);
	seen->lacks = capture_lacks(source);
}

/* The same of BYTES; the return value is capture_open()'s. */
static int read_bytes(const struct bytes *bytes, enum capture_kind kind, struct seen *seen)
{
	int fd = open_bytes(bytes, kind);
	struct capture *source;
	struct error err = {0};
	int code = capture_open(fd, -1, &source, &err);

	*seen = (struct seen){0};
	if (code == 0) {
		read_all(source, seen);
		capture_free(source);
	} else {
		assert_true(code < 0);
		assert_true(err.what[0] != '\0');
	}
	close(fd);
	return code;
}

static void read_builder(const struct builder *builder, struct seen *seen)
{
	struct bytes bytes = builder_finish(builder);

	assert_int_equal(read_bytes(&bytes, builder->kind, seen), 0);
	bytes_free(&bytes);
}

static void assert_times(const struct seen *seen, const uint64_t *times, size_t count)
{
	assert_int_equal(seen->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(seen->first[i].time_ns, times[i]);
}

#define ASSERT_TIMES(seen, ...)                             \
	assert_times(seen, (const uint64_t[]){__VA_ARGS__}, \
		     sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* One tracepoint with the ids 1 and 2, and perf's dummy with 3 and 4. */
static void add_events(struct builder *builder)
{
	builder_event(builder, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY, DUMMY_TYPE,
		      (const uint64_t[]){3, 4}, 2);
	builder_event(builder, PERF_TYPE_TRACEPOINT, 300, PLAIN_TYPE, (const uint64_t[]){1, 2}, 2);
}

/* Run CHECK over every kind of capture, in both byte orders. */
static void for_all_kinds(void (*check)(struct builder *builder))
{
	for (unsigned int kind = 0; kind < CAPTURE_KINDS; kind++) {
		for (int foreign = 0; foreign < 2; foreign++) {
			struct builder builder;

			builder_new(&builder, (enum capture_kind)kind, foreign);
			check(&builder);
			builder_free(&builder);
		}
	}
}

/* ---- order ---- */

static void check_rounds(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	builder_at(builder, 1, 100);
	builder_at(builder, 1, 300);
	builder_at(builder, 2, 200);
	builder_at(builder, 2, 400);
	builder_round(builder);
	builder_at(builder, 1, 350);
	builder_at(builder, 1, 500);
	builder_at(builder, 2, 450);
	builder_round(builder);
	builder_at(builder, 2, 600);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 100, 200, 300, 350, 400, 450, 500, 600);
	assert_int_equal(seen.first[3].id, 1);
	assert_int_equal(seen.first[4].id, 2);
	assert_int_equal(seen.stats.late, 0);
	assert_int_equal(seen.stats.malformed, 0);
	assert_string_equal(seen.stats.cut, "");
}

static void test_records_come_in_the_order_of_their_times(void **state)
{
	(void)state;
	for_all_kinds(check_rounds);
}

static void check_no_rounds(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	for (uint64_t i = 0; i < 50; i++)
		builder_at(builder, 1 + i % 2, 1000 + i * 7919 % 50);
	read_builder(builder, &seen);
	assert_int_equal(seen.count, 50);
	for (uint64_t i = 0; i < 50; i++)
		assert_int_equal(seen.first[i].time_ns, 1000 + i);
}

static void test_without_rounds_all_is_one(void **state)
{
	(void)state;
	for_all_kinds(check_no_rounds);
}

static void check_equal_times(struct builder *builder)
{
	static const uint64_t ids[] = {1, 2, 2, 1, 1, 2};
	struct seen seen;

	add_events(builder);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		builder_at(builder, ids[i], 700);
		/* Sent back in time, a run of its own begins. */
		builder_at(builder, ids[i], 600);
	}
	read_builder(builder, &seen);
	assert_int_equal(seen.count, 2 * ARRAY_SIZE(ids));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		assert_int_equal(seen.first[i].time_ns, 600);
		assert_int_equal(seen.first[i].id, ids[i]);
		assert_int_equal(seen.first[ARRAY_SIZE(ids) + i].id, ids[i]);
	}
}

static void test_equal_times_keep_the_order_of_the_file(void **state)
{
	(void)state;
	for_all_kinds(check_equal_times);
}

static void check_late(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	builder_at(builder, 1, 100);
	builder_round(builder);
	builder_round(builder);
	builder_at(builder, 1, 50);
	builder_at(builder, 1, 120);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 100, 50, 120);
	assert_int_equal(seen.stats.late, 1);
}

static void test_a_record_that_is_too_old_is_late(void **state)
{
	(void)state;
	for_all_kinds(check_late);
}

/* Give out all that is ready; returns how many. */
static size_t read_ready(struct capture *source)
{
	struct record record;
	struct error err;
	size_t count = 0;
	int code;

	while ((code = capture_next(source, &record, &err)) > 0)
		count++;
	assert_int_equal(code, 0);
	return count;
}

static void test_a_stream_is_given_out_round_by_round(void **state)
{
	struct capture *source;
	struct builder builder;
	struct error err;
	size_t written = 0;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	builder_new(&builder, CAPTURE_STREAM, false);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	builder_at(&builder, 2, 5);
	struct bytes bytes = builder_finish(&builder);
	assert_int_equal(write(fds[1], bytes.data, bytes.size), bytes.size);
	assert_int_equal(capture_open(fds[0], -1, &source, &err), 0);
	assert_int_equal(read_ready(source), 0);
	written = bytes.size;
	for (size_t round = 0; round < 50; round++) {
		bytes_free(&bytes);
		builder_round(&builder);
		builder_at(&builder, 1, 100 + round);
		bytes = builder_finish(&builder);
		assert_int_equal(write(fds[1], bytes.data + written, bytes.size - written),
				 bytes.size - written);
		written = bytes.size;
		/* A round lets go what the one before it had seen. */
		assert_int_equal(read_ready(source), round == 0 ? 0 : round == 1 ? 2 : 1);
	}
	close(fds[1]);
	struct seen seen;
	read_all(source, &seen);
	assert_int_equal(seen.count, 2);
	capture_free(source);
	close(fds[0]);
	bytes_free(&bytes);
	builder_free(&builder);
}

static void test_a_stopped_source_ends(void **state)
{
	struct record record;
	struct capture *source;
	struct builder builder;
	struct error err;

	(void)state;
	builder_new(&builder, CAPTURE_PIPE, false);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	builder_at(&builder, 1, 20);
	struct bytes bytes = builder_finish(&builder);
	int fd = open_bytes(&bytes, CAPTURE_PIPE);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_int_equal(capture_next(source, &record, &err), 1);
	capture_stop(source);
	assert_int_equal(capture_next(source, &record, &err), -ENODATA);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

/* ---- whose a record is ---- */

static void check_id_in_the_middle(struct builder *builder)
{
	const uint64_t common = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID;
	struct seen seen;

	builder_event(builder, PERF_TYPE_TRACEPOINT, 300, common | PERF_SAMPLE_RAW,
		      (const uint64_t[]){7}, 1);
	builder_at(builder, 7, 10);
	builder_event(builder, PERF_TYPE_TRACEPOINT, 301,
		      common | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW, (const uint64_t[]){8}, 1);
	builder_sample(builder, &(struct sample){.id = 8, .time_ns = 20, .cpu = 5});
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10, 20);
	assert_int_equal(seen.first[0].id, 7);
	assert_int_equal(seen.first[0].cpu, RECORD_NO_CPU);
	assert_int_equal(seen.first[1].cpu, 5);
}

static void test_samples_with_id_instead_of_identifier(void **state)
{
	(void)state;
	for_all_kinds(check_id_in_the_middle);
}

static void check_no_ids(struct builder *builder)
{
	struct seen seen;

	builder_event(builder, PERF_TYPE_TRACEPOINT, 300,
		      PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW, NULL, 0);
	builder_at(builder, 0, 10);
	builder_at(builder, 0, 20);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10, 20);
}

static void test_one_event_needs_no_ids(void **state)
{
	(void)state;
	for_all_kinds(check_no_ids);
}

static void check_unknown_id(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	builder_at(builder, 1, 10);
	builder_at(builder, 99, 20);
	builder_at(builder, 2, 30);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10, 30);
	assert_int_equal(seen.stats.malformed, 1);
}

static void test_a_sample_of_an_unknown_event_is_left_out_and_counted(void **state)
{
	(void)state;
	for_all_kinds(check_unknown_id);
}

static void check_no_times(struct builder *builder)
{
	const uint64_t type = PLAIN_TYPE & ~(uint64_t)(PERF_SAMPLE_TIME | PERF_SAMPLE_CPU);
	struct seen seen;

	builder_event(builder, PERF_TYPE_TRACEPOINT, 300, type, (const uint64_t[]){1, 2, 3}, 3);
	for (uint64_t id = 3; id > 0; id--) {
		builder_at(builder, id, 0);
		builder_round(builder);
	}
	builder_lost(builder, &(struct sample){.id = 2}, 7);
	builder_lost_samples(builder, 0, 1, 9);
	read_builder(builder, &seen);
	assert_int_equal(seen.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(seen.first[i].time_ns, 0);
		assert_int_equal(seen.first[i].cpu, RECORD_NO_CPU);
		assert_true(i >= 3 || seen.first[i].id == 3 - i);
	}
	assert_int_equal(seen.first[4].lost, 2);
	assert_int_equal(seen.stats.late, 0);
	assert_int_equal(seen.lacks, PERF_SAMPLE_TIME | PERF_SAMPLE_CPU);
}

static void test_events_without_time_and_cpu(void **state)
{
	(void)state;
	for_all_kinds(check_no_times);
}

/* Our tracepoint is the first of several events, and the others' samples are shorter than its ids.
 */
static void check_shorter_records(struct builder *builder)
{
	struct seen seen;

	builder_event(builder, PERF_TYPE_TRACEPOINT, 300, PLAIN_TYPE | PERF_SAMPLE_PERIOD,
		      (const uint64_t[]){1}, 1);
	builder_event(builder, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS,
		      PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TIME, (const uint64_t[]){2}, 1);
	builder_at(builder, 2, 100);
	builder_lost_samples(builder, 0, 2, 7);
	read_builder(builder, &seen);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seen.stats.malformed, 0);
	assert_int_equal(seen.stats.lost, 0);
}

static void test_an_id_needs_only_itself(void **state)
{
	(void)state;
	for_all_kinds(check_shorter_records);
}

static void test_selecting_tracepoints(void **state)
{
	struct capture *source;
	struct builder builder;
	struct error err;
	char names[64];
	struct seen seen;

	(void)state;
	builder_new(&builder, CAPTURE_FILE, false);
	add_events(&builder);
	builder_event(&builder, PERF_TYPE_TRACEPOINT, 301, PLAIN_TYPE, (const uint64_t[]){5}, 1);
	builder_at(&builder, 1, 10);
	builder_at(&builder, 5, 20);
	builder_lost_samples(&builder, 0, 1, 100);
	builder_lost_samples(&builder, 0, 5, 7);
	struct bytes bytes = builder_finish(&builder);
	int fd = open_bytes(&bytes, CAPTURE_FILE);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_int_equal(capture_tracepoint(source, 300), CAPTURE_RECORDED);
	assert_int_equal(capture_tracepoint(source, 301), CAPTURE_RECORDED);
	assert_int_equal(capture_tracepoint(source, 302), CAPTURE_NOT_RECORDED);
	assert_int_equal(capture_tracepoint(source, CAPTURE_ANY_TRACEPOINT), CAPTURE_RECORDED);
	capture_event_names(source, names, sizeof(names));
	assert_string_equal(names, "event 300 of type 2, event 301 of type 2");
	assert_null(capture_tracing_data(source));
	capture_select(source, (const uint16_t[]){301}, 1);
	read_all(source, &seen);
	/* The other's loss is not ours either. */
	ASSERT_TIMES(&seen, 20, 20);
	assert_int_equal(seen.first[1].lost, 7);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

/* ---- what the recorder made up ---- */

static void assert_task(const struct capture_task *task, const struct capture_task *expected)
{
	assert_int_equal(task->tid, expected->tid);
	assert_int_equal(task->tgid, expected->tgid);
	assert_int_equal(task->parent, expected->parent);
	assert_string_equal(task->comm, expected->comm);
}

static void check_synthesized(struct builder *builder)
{
	const struct sample none = {0};
	struct bytes bytes;
	struct seen seen;
	struct error err;
	size_t count;

	add_events(builder);
	builder->sample_type = DUMMY_TYPE;
	builder_fork(builder, 1, 0, 1, 0, &none);
	builder_comm(builder, 0, 1, 1, "init", &none);
	builder_fork(builder, 9, 9, 10, 9, &none);
	builder_comm(builder, 0, 9, 10, "thread", &none);
	builder_fork(builder, 9, 1, 9, 1, &none);
	builder_comm(builder, 0, 9, 30, "123456789012345 and more", &none);
	builder_comm(builder, 0, 8, 30, "of another process", &none);
	builder_comm(builder, 0, 31, 31, "nobody's child", &none);
	builder_record(builder, PERF_FINISHED_INIT, 0, &(struct bytes){0});
	builder->sample_type = PLAIN_TYPE;
	builder_at(builder, 1, 10);
	builder->sample_type = DUMMY_TYPE;
	builder_fork(builder, 20, 1, 20, 1, &(struct sample){.id = 3, .time_ns = 11});
	builder_comm(builder, PERF_RECORD_MISC_COMM_EXEC, 20, 21, "new",
		     &(struct sample){.id = 3, .time_ns = 12, .pid = 20, .tid = 21});
	bytes = builder_finish(builder);

	int fd = open_bytes(&bytes, builder->kind);
	struct capture *source;
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	read_all(source, &seen);
	ASSERT_TIMES(&seen, 10, 12);
	assert_int_equal(seen.first[1].type, PERF_RECORD_COMM);
	const struct capture_task *tasks = capture_tasks(source, &count);
	assert_int_equal(count, 6);
	assert_task(&tasks[0], &(struct capture_task){1, 1, 0, "init"});
	assert_task(&tasks[1], &(struct capture_task){10, 9, 9, "thread"});
	assert_task(&tasks[2], &(struct capture_task){9, 9, 1, ""});
	assert_task(&tasks[3], &(struct capture_task){30, 9, 9, "123456789012345"});
	assert_task(&tasks[4], &(struct capture_task){30, 8, 8, "of another proc"});
	assert_task(&tasks[5], &(struct capture_task){31, 31, 0, "nobody's child"});
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void test_synthesized_records_are_tasks_not_events(void **state)
{
	(void)state;
	for_all_kinds(check_synthesized);
}

static void check_comm(struct builder *builder)
{
	const int32_t ids[2] = {20, 21};
	struct bytes bytes;
	struct capture *source;
	struct record record;
	struct error err;
	int code;

	add_events(builder);
	builder->sample_type = DUMMY_TYPE;
	builder_comm(builder, PERF_RECORD_MISC_COMM_EXEC, 20, 21, "a new name",
		     &(struct sample){.id = 3, .time_ns = 12, .pid = 20, .tid = 21, .cpu = 6});
	bytes = builder_finish(builder);
	int fd = open_bytes(&bytes, builder->kind);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	while ((code = capture_next(source, &record, &err)) == 0)
		assert_int_equal(capture_wait(source, -1, -1, &err), 0);
	assert_int_equal(code, 1);
	assert_int_equal(record.misc, PERF_RECORD_MISC_COMM_EXEC);
	assert_memory_equal(record.body, ids, sizeof(ids));
	assert_string_equal((const char *)record.body + sizeof(ids), "a new name");
	assert_int_equal(record.tid, 21);
	assert_int_equal(record.cpu, 6);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void test_the_body_of_comm_is_in_native_byte_order(void **state)
{
	(void)state;
	for_all_kinds(check_comm);
}

/* ---- records that have to be asked for ---- */

static void put_cgroup(struct builder *builder, uint64_t id, const char *path,
		       const struct sample *trailer)
{
	static const char zeros[8];
	struct bytes body = {0};
	size_t length = strlen(path);

	builder_put64(builder, &body, id);
	bytes_put(&body, path, length);
	bytes_put(&body, zeros, 8 - length % 8);
	builder_other(builder, RECORD_CGROUP, 0, &body, trailer);
}

/* What was there at the start, two samples, and between them a fork and a new cgroup. */
static struct bytes make_forks_and_cgroups(struct builder *builder)
{
	const struct sample none = {0};

	add_events(builder);
	builder->sample_type = DUMMY_TYPE;
	builder_fork(builder, 1, 0, 1, 0, &none);
	put_cgroup(builder, 1, "/", &none);
	put_cgroup(builder, UINT64_C(0x0102030405060708), "/a/b", &none);
	builder->sample_type = PLAIN_TYPE;
	builder_at(builder, 1, 10);
	builder->sample_type = DUMMY_TYPE;
	builder_fork(builder, 20, 1, 21, 2, &(struct sample){.id = 3, .time_ns = 20});
	put_cgroup(builder, 9, "/new", &(struct sample){.id = 4, .time_ns = 30});
	builder_fork(builder, 1, 0, 1, 0, &none);
	builder->sample_type = PLAIN_TYPE;
	builder_at(builder, 1, 40);
	return builder_finish(builder);
}

static void check_not_wanted(struct builder *builder)
{
	struct bytes bytes = make_forks_and_cgroups(builder);
	struct seen seen;

	assert_int_equal(read_bytes(&bytes, builder->kind, &seen), 0);
	ASSERT_TIMES(&seen, 10, 40);
	bytes_free(&bytes);
}

static void assert_next(struct capture *source, struct record *record)
{
	struct error err;
	int code;

	while ((code = capture_next(source, record, &err)) == 0)
		assert_int_equal(capture_wait(source, -1, -1, &err), 0);
	assert_int_equal(code, 1);
}

static void assert_cgroup(struct capture *source, uint64_t time_ns, uint64_t id, const char *path)
{
	struct record record;

	assert_next(source, &record);
	assert_int_equal(record.type, RECORD_CGROUP);
	assert_int_equal(record.time_ns, time_ns);
	assert_int_equal(load64(record.body, false), id);
	assert_string_equal((const char *)record.body + sizeof(id), path);
}

static void assert_fork(struct capture *source)
{
	const struct {
		int32_t pid, ppid, tid, ptid;
		uint64_t time_ns;
	} expected = {20, 1, 21, 2, 20};
	struct record record;

	assert_next(source, &record);
	assert_int_equal(record.type, PERF_RECORD_FORK);
	assert_int_equal(record.time_ns, 20);
	assert_int_equal(record.body_size, sizeof(expected));
	assert_memory_equal(record.body, &expected, sizeof(expected));
}

static void check_wanted(struct builder *builder)
{
	struct bytes bytes = make_forks_and_cgroups(builder);
	int fd = open_bytes(&bytes, builder->kind);
	struct capture *source;
	struct seen seen;
	struct record record;
	struct error err;

	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	capture_want(source, PERF_RECORD_FORK);
	capture_want(source, RECORD_CGROUP);
	assert_cgroup(source, 0, 1, "/");
	assert_cgroup(source, 0, UINT64_C(0x0102030405060708), "/a/b");
	assert_next(source, &record);
	assert_int_equal(record.time_ns, 10);
	assert_fork(source);
	assert_cgroup(source, 30, 9, "/new");
	/* What looks like a synthesized fork is none of the kernel's, wherever it comes. */
	read_all(source, &seen);
	ASSERT_TIMES(&seen, 40);
	assert_int_equal(seen.stats.late, 0);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void test_forks_and_cgroups_have_to_be_asked_for(void **state)
{
	(void)state;
	for_all_kinds(check_not_wanted);
	for_all_kinds(check_wanted);
}

/* Every byte that is there is given out, and no other. */
static void check_long_path(struct builder *builder)
{
	char path[6000];
	struct capture *source;
	struct record record;
	struct error err;

	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	add_events(builder);
	builder->sample_type = DUMMY_TYPE;
	put_cgroup(builder, 7, path, &(struct sample){.id = 3, .time_ns = 5});
	struct bytes bytes = builder_finish(builder);
	int fd = open_bytes(&bytes, builder->kind);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	capture_want(source, RECORD_CGROUP);
	assert_next(source, &record);
	assert_int_equal(load64(record.body, false), 7);
	assert_true(record.body_size > 4096);
	assert_memory_equal((const char *)record.body + 8, path, 4096);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void test_a_path_may_be_long(void **state)
{
	(void)state;
	for_all_kinds(check_long_path);
}

/* ---- notes ---- */

/* A note of TIME_NS in up to two parts, as note.h has the layout, in the capture's byte order. */
static void put_note_part(struct builder *builder, uint16_t kind, uint16_t flags, uint64_t time_ns,
			  const char *text)
{
	static const char zeros[8];
	uint32_t kind_and_flags = builder->foreign == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
					  ? (uint32_t)kind << 16 | flags
					  : (uint32_t)flags << 16 | kind;
	uint32_t length = (uint32_t)strlen(text);
	struct bytes body = {0};

	builder_put32(builder, &body, UINT32_C(0x45544f4e));
	builder_put32(builder, &body, kind_and_flags);
	builder_put64(builder, &body, time_ns);
	builder_put32(builder, &body, 20);
	builder_put32(builder, &body, 21);
	builder_put32(builder, &body, length);
	builder_put32(builder, &body, 7);
	bytes_put(&body, text, length);
	bytes_put(&body, zeros, (8 - length % 8) % 8);
	builder_record(builder, PERF_EVENT_TYPE, 0x7078, &body);
	bytes_free(&body);
}

static const char uuid[] = "0c81bcf5-ba01-4c33-a9ae-5b7c5f8b2f0e";

/* Each behind the sample that it belongs before. */
static struct bytes make_notes(struct builder *builder)
{
	add_events(builder);
	put_note_part(builder, CAPTURE_NOTE_BOOT_ID, 0, 0, uuid);
	builder_at(builder, 1, 10);
	builder_at(builder, 1, 30);
	put_note_part(builder, CAPTURE_NOTE_ARGUMENTS, 0, 29, "whole");
	builder_at(builder, 1, 40);
	put_note_part(builder, CAPTURE_NOTE_ENVIRONMENT, 2, 39, "pa");
	put_note_part(builder, CAPTURE_NOTE_ENVIRONMENT, 1, 39, "rts");
	builder_round(builder);
	builder_at(builder, 1, 50);
	/* A part that goes on with nothing. */
	put_note_part(builder, CAPTURE_NOTE_ENVIRONMENT, 1, 49, "none");
	return builder_finish(builder);
}

static void assert_note(struct capture *source, uint16_t kind, uint64_t time_ns, const char *text)
{
	struct record record;

	assert_next(source, &record);
	assert_int_equal(record.type, PERF_EVENT_TYPE);
	assert_int_equal(record.misc, kind);
	assert_int_equal(record.time_ns, time_ns);
	assert_int_equal(record.pid, 20);
	assert_int_equal(record.tid, 21);
	assert_int_equal(record.id, 7);
	assert_int_equal(record.body_size, strlen(text));
	assert_memory_equal(record.body, text, strlen(text));
}

static void assert_sample(struct capture *source, uint64_t time_ns)
{
	struct record record;

	assert_next(source, &record);
	assert_int_equal(record.type, PERF_RECORD_SAMPLE);
	assert_int_equal(record.time_ns, time_ns);
}

static void check_notes(struct builder *builder)
{
	struct bytes bytes = make_notes(builder);
	int fd = open_bytes(&bytes, builder->kind);
	struct capture *source;
	struct seen seen;
	struct error err;

	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_string_equal(capture_origin(source)->boot_id, uuid);
	capture_want(source, PERF_EVENT_TYPE);
	assert_sample(source, 10);
	assert_note(source, CAPTURE_NOTE_ARGUMENTS, 29, "whole");
	assert_sample(source, 30);
	assert_note(source, CAPTURE_NOTE_ENVIRONMENT, 39, "parts");
	assert_sample(source, 40);
	assert_sample(source, 50);
	read_all(source, &seen);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seen.stats.late, 0);
	assert_int_equal(seen.stats.malformed, 1);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void check_no_notes(struct builder *builder)
{
	struct bytes bytes = make_notes(builder);
	struct seen seen;

	assert_int_equal(read_bytes(&bytes, builder->kind, &seen), 0);
	ASSERT_TIMES(&seen, 10, 30, 40, 50);
	assert_int_equal(seen.stats.malformed, 0);
	bytes_free(&bytes);
}

static void test_notes_have_to_be_asked_for(void **state)
{
	(void)state;
	for_all_kinds(check_no_notes);
	for_all_kinds(check_notes);
}

/* What a round of a file has beyond some megabytes is read again when its turn comes. */
static void check_note_behind_many(struct builder *builder)
{
	const uint64_t count = 300000;
	struct capture *source;
	struct error err;

	add_events(builder);
	for (uint64_t i = 1; i <= count; i++)
		builder_at(builder, 1, i);
	put_note_part(builder, CAPTURE_NOTE_ARGUMENTS, 0, count, "far behind");
	builder_at(builder, 1, count + 1);
	struct bytes bytes = builder_finish(builder);
	int fd = open_bytes(&bytes, builder->kind);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	capture_want(source, PERF_EVENT_TYPE);
	for (uint64_t i = 1; i <= count; i++)
		assert_sample(source, i);
	assert_note(source, CAPTURE_NOTE_ARGUMENTS, count, "far behind");
	assert_sample(source, count + 1);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
}

static void test_notes_come_after_many_records(void **state)
{
	(void)state;
	for (int foreign = 0; foreign < 2; foreign++) {
		struct builder builder;

		builder_new(&builder, CAPTURE_FILE, foreign);
		check_note_behind_many(&builder);
		builder_free(&builder);
	}
}

/* ---- records without a time ---- */

/* Kernels before 2.6.38: a COMM tells no time, and belongs before what follows it. */
static void check_no_trailer(struct builder *builder)
{
	const struct sample none = {0};
	struct seen seen;

	builder->no_trailer = true;
	builder_event(builder, PERF_TYPE_TRACEPOINT, 300,
		      PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW, NULL, 0);
	builder_at(builder, 0, 10);
	builder_comm(builder, PERF_RECORD_MISC_COMM_EXEC, 1, 1, "new", &none);
	builder_at(builder, 0, 20);
	builder_at(builder, 0, 5);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 5, 10, 0, 20);
	assert_int_equal(seen.first[2].type, PERF_RECORD_COMM);
	assert_int_equal(seen.stats.late, 0);
}

static void test_records_without_a_time_stay_with_their_neighbours(void **state)
{
	(void)state;
	for_all_kinds(check_no_trailer);
}

/* ---- loss ---- */

/* LOST on CPU 0 and 1 of 5 and 3, LOST_SAMPLES of FIRST for CPU 0 (id 1) and SECOND (id 2). */
static void read_losses(struct builder *builder, uint64_t first, uint64_t second, struct seen *seen)
{
	struct bytes index = {0};

	add_events(builder);
	builder_put64(builder, &index, 2);
	for (uint64_t id = 1; id <= 2; id++) {
		builder_put64(builder, &index, id);
		builder_put64(builder, &index, 0);
		builder_put64(builder, &index, id - 1);
		builder_put64(builder, &index, UINT64_MAX);
	}
	builder_record(builder, PERF_ID_INDEX, 0, &index);
	bytes_free(&index);
	builder_lost(builder, &(struct sample){.id = 1, .time_ns = 10, .cpu = 0}, 5);
	builder_lost(builder, &(struct sample){.id = 2, .time_ns = 20, .cpu = 1}, 3);
	builder_at(builder, 1, 30);
	builder_lost_samples(builder, 0, 1, first);
	builder_lost_samples(builder, 0, 2, second);
	/* Filtered by BPF: not wanted, not lost. */
	builder_lost_samples(builder, 1U << 15, 2, 1000);
	/* perf's dummy, which carries no events. */
	builder_lost_samples(builder, 0, 3, 1000);
	read_builder(builder, seen);
}

/* As 0.1.0 kept them. */
static void check_losses_of_nothing(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	builder_at(builder, 1, 10);
	builder_lost(builder, &(struct sample){.id = 1, .time_ns = 20}, 0);
	builder_at(builder, 1, 30);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10, 30);
}

static void test_losses_of_nothing_are_none(void **state)
{
	(void)state;
	for_all_kinds(check_losses_of_nothing);
}

static void check_losses_told(struct builder *builder)
{
	struct seen seen;

	read_losses(builder, 4, 4, &seen);
	ASSERT_TIMES(&seen, 10, 20, 30);
	assert_int_equal(seen.first[0].lost, 5);
	assert_int_equal(seen.first[1].lost, 3);
	assert_int_equal(seen.first[1].cpu, 1);
	assert_int_equal(seen.stats.lost, 8);
}

static void test_losses_are_not_counted_twice(void **state)
{
	(void)state;
	for_all_kinds(check_losses_told);
}

static void check_losses_untold(struct builder *builder)
{
	struct seen seen;

	read_losses(builder, 6, 13, &seen);
	ASSERT_TIMES(&seen, 10, 20, 30, 30, 30);
	assert_int_equal(seen.first[3].cpu, 0);
	assert_int_equal(seen.first[3].lost, 1);
	assert_int_equal(seen.first[4].cpu, 1);
	assert_int_equal(seen.first[4].lost, 10);
	assert_int_equal(seen.stats.lost, 19);
}

static void test_what_no_lost_record_told_of_comes_last(void **state)
{
	(void)state;
	for_all_kinds(check_losses_untold);
}

static void check_losses_uneven(struct builder *builder)
{
	struct seen seen;

	/* CPU 0 told of more than its tracepoints lost: sideband, that makes up for CPU 1. */
	read_losses(builder, 0, 9, &seen);
	ASSERT_TIMES(&seen, 10, 20, 30, 30);
	assert_int_equal(seen.first[3].cpu, 1);
	assert_int_equal(seen.first[3].lost, 1);
	assert_int_equal(seen.stats.lost, 9);
}

static void test_the_larger_sum_is_what_was_lost(void **state)
{
	(void)state;
	for_all_kinds(check_losses_uneven);
}

static void check_huge_losses(struct builder *builder)
{
	struct seen seen;

	read_losses(builder, UINT64_MAX, UINT64_MAX - 1, &seen);
	assert_int_equal(seen.stats.lost, UINT64_MAX);
}

static void test_losses_beyond_64_bits(void **state)
{
	(void)state;
	for_all_kinds(check_huge_losses);
}

/* ---- payloads outside of records ---- */

static void check_payloads(struct builder *builder)
{
	static const unsigned char payload[4000] = "17 08 44 is what tracing data begin with";
	struct bytes body = {0};
	struct seen seen;

	add_events(builder);
	builder_put32(builder, &body, sizeof(payload));
	builder_put32(builder, &body, 0);
	builder_record(builder, PERF_HEADER_TRACING_DATA, 0, &body);
	bytes_free(&body);
	bytes_put(&builder->data, payload, sizeof(payload));
	for (uint64_t i = 0; i < 20; i++) {
		builder_at(builder, 1, 10 + i);
		builder_put64(builder, &body, sizeof(payload) - i);
		for (int j = 0; j < 4; j++)
			builder_put64(builder, &body, 0);
		builder_record(builder, PERF_AUXTRACE, 0, &body);
		bytes_free(&body);
		bytes_put(&builder->data, payload, sizeof(payload) - i);
	}
	builder_at(builder, 1, 99);
	read_builder(builder, &seen);
	assert_int_equal(seen.count, 21);
	assert_int_equal(seen.first[19].time_ns, 29);
	assert_int_equal(seen.first[20].time_ns, 99);
	assert_string_equal(seen.stats.cut, "");
}

static void test_payloads_outside_of_records(void **state)
{
	(void)state;
	for_all_kinds(check_payloads);
}

/* ---- many, large, compressed ---- */

static void add_many(struct builder *builder, size_t rounds, size_t per_round)
{
	static unsigned char raw[60000];
	struct random random = {.state = 11};
	uint64_t time_ns = 1;

	for (size_t i = 0; i < rounds; i++) {
		for (uint64_t id = 1; id <= 2; id++) {
			for (size_t j = 0; j < per_round; j++) {
				bool large = random_below(&random, 100) == 0;

				builder_sample(builder,
					       &(struct sample){
						       .id = id,
						       .time_ns = time_ns + 2 * j + id - 1,
						       .raw = raw,
						       .raw_size = (uint32_t)random_below(
							       &random, large ? 60000 : 200),
					       });
			}
		}
		time_ns += 2 * per_round;
		builder_round(builder);
	}
}

/* All of add_many(), in order. */
static void assert_many(const struct seen *seen, size_t rounds, size_t per_round)
{
	assert_int_equal(seen->count, 2 * rounds * per_round);
	for (size_t i = 0; i < SEEN_MAX; i++)
		assert_int_equal(seen->first[i].time_ns, i + 1);
	assert_int_equal(seen->stats.late, 0);
	assert_int_equal(seen->stats.malformed, 0);
	assert_string_equal(seen->stats.cut, "");
}

static void check_many(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	add_many(builder, 20, 50);
	read_builder(builder, &seen);
	assert_many(&seen, 20, 50);
}

static void test_more_than_a_block_holds(void **state)
{
	(void)state;
	for_all_kinds(check_many);
}

static const size_t chunks[] = {1, 7, 8, 100, 4096, 65000};

static void check_compressed(struct builder *builder)
{
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(chunks); i++) {
		struct builder copy;
		struct seen seen;

		builder_new(&copy, builder->kind, builder->foreign);
		add_events(&copy);
		size_t from = copy.data.size;
		add_many(&copy, 2, 200);
		builder_compress(&copy, from, i % 2 ? PERF_COMPRESSED2 : PERF_COMPRESSED,
				 chunks[i / 2]);
		builder_round(&copy);
		read_builder(&copy, &seen);
		assert_many(&seen, 2, 200);
		builder_free(&copy);
	}
}

static void test_compressed_records(void **state)
{
	(void)state;
	for_all_kinds(check_compressed);
}

/* The decompressor holds back what there was no room for, wherever it has to stop. */
static void test_compressed_records_of_many_sizes(void **state)
{
	(void)state;
	for (size_t per_round = 100; per_round < 800; per_round += 29) {
		struct builder builder;
		struct seen seen;

		builder_new(&builder, CAPTURE_PIPE, false);
		add_events(&builder);
		size_t from = builder.data.size;
		add_many(&builder, 2, per_round);
		builder_compress(&builder, from, PERF_COMPRESSED2, 65000);
		read_builder(&builder, &seen);
		assert_many(&seen, 2, per_round);
		builder_free(&builder);
	}
}

static void check_damaged_compression(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	builder_at(builder, 1, 10);
	size_t from = builder->data.size;
	builder_at(builder, 1, 20);
	builder_compress(builder, from, PERF_COMPRESSED, 4096);
	builder_at(builder, 1, 30);
	/* Within the compressed record: the magic number of zstd. */
	builder->data.data[from + 8] ^= 0xff;
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10);
	assert_non_null(strstr(seen.stats.cut, "damaged"));
}

static void test_what_comes_before_damaged_compression_is_shown(void **state)
{
	(void)state;
	for_all_kinds(check_damaged_compression);
}

static void check_cut_compression(struct builder *builder)
{
	struct seen seen;

	add_events(builder);
	size_t from = builder->data.size;
	builder_at(builder, 1, 10);
	builder_at(builder, 1, 20);
	/* Half a record at the end of the stream. */
	builder->data.size -= 4;
	builder_compress(builder, from, PERF_COMPRESSED2, 4096);
	read_builder(builder, &seen);
	ASSERT_TIMES(&seen, 10);
	assert_non_null(strstr(seen.stats.cut, "compressed"));
}

static void test_a_record_that_compressed_data_cut_short(void **state)
{
	(void)state;
	for_all_kinds(check_cut_compression);
}

/* ---- damage ---- */

/* A capture with a bit of everything. */
static void build_mixed(struct builder *builder)
{
	const struct sample none = {0};
	struct bytes body = {0};

	add_events(builder);
	builder->sample_type = DUMMY_TYPE;
	builder_fork(builder, 1, 0, 1, 0, &none);
	builder->sample_type = PLAIN_TYPE;
	builder_at(builder, 1, 10);
	builder_lost(builder, &(struct sample){.id = 1, .time_ns = 15}, 5);
	builder_round(builder);
	size_t from = builder->data.size;
	builder_at(builder, 2, 20);
	builder_at(builder, 2, 25);
	builder_compress(builder, from, PERF_COMPRESSED2, 24);
	builder_put64(builder, &body, 16);
	builder_record(builder, PERF_AUXTRACE, 0, &body);
	bytes_free(&body);
	bytes_put(&builder->data, "sixteen bytes...", 16);
	builder_at(builder, 1, 30);
	builder_round(builder);
	builder_at(builder, 2, 40);
}

static void test_captures_cut_at_every_length(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < CAPTURE_KINDS; kind++) {
		struct builder builder;
		struct seen whole, seen;
		size_t count = 0;

		builder_new(&builder, (enum capture_kind)kind, false);
		build_mixed(&builder);
		struct bytes bytes = builder_finish(&builder);
		size_t end = bytes.size;
		assert_int_equal(read_bytes(&bytes, builder.kind, &whole), 0);
		assert_int_equal(whole.count, 6);
		for (bytes.size = 0; bytes.size < end; bytes.size++) {
			int code = read_bytes(&bytes, builder.kind, &seen);

			assert_true(code == 0 || code == -EBADMSG);
			/* All that is whole is there: never fewer than of a shorter one. */
			assert_in_range(seen.count, count, count + 2);
			count = seen.count;
			for (size_t i = 0; i < count; i++)
				assert_int_equal(seen.first[i].time_ns, whole.first[i].time_ns);
		}
		assert_int_equal(count, kind == CAPTURE_FILE ? 6 : 5);
		bytes_free(&bytes);
		builder_free(&builder);
	}
}

/* What is missing is said, wherever it ends but between two records of a pipe. */
static void test_a_cut_is_told(void **state)
{
	struct builder builder;
	struct seen seen;

	(void)state;
	builder_new(&builder, CAPTURE_PIPE, false);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	struct bytes bytes = builder_finish(&builder);
	size_t second = bytes.size;
	bytes_free(&bytes);
	builder_at(&builder, 1, 20);
	bytes = builder_finish(&builder);
	size_t end = bytes.size;
	for (bytes.size = second; bytes.size < end; bytes.size++) {
		assert_int_equal(read_bytes(&bytes, CAPTURE_PIPE, &seen), 0);
		ASSERT_TIMES(&seen, 10);
		assert_int_equal(seen.stats.cut[0] != '\0', bytes.size > second);
	}
	bytes_free(&bytes);
	builder_free(&builder);
}

/*
 * A capture of ours after the recorder's death: a sample, the table of features in a record that
 * begins with the 64-bit words of START, of which the last COMMITTED bytes are of the data, and a
 * sample behind it.
 */
static struct bytes unfinished(const uint64_t *start, size_t start_size, size_t committed)
{
	const size_t table_size = 16, body_size = 8;
	struct bytes bytes = {0};
	struct builder builder;
	uint64_t data[2];

	builder_new(&builder, CAPTURE_FILE, false);
	add_events(&builder);
	builder_at(&builder, 1, 20);
	builder_at(&builder, 1, 10);
	struct bytes whole = builder_finish(&builder);
	memcpy(data, whole.data + 40, sizeof(data));
	size_t half = data[1] / 2, middle = data[0] + half;
	assert_int_equal(middle + half + table_size + body_size, whole.size);
	bytes_put(&bytes, whole.data, middle);
	bytes_put(&bytes, start, start_size);
	bytes_put(&bytes, whole.data + middle + half, table_size);
	bytes_put(&bytes, whole.data + middle, half);
	data[1] = half + committed;
	memcpy(bytes.data + 40, data, sizeof(data));
	bytes_free(&whole);
	builder_free(&builder);
	return bytes;
}

static void assert_unfinished(struct bytes bytes)
{
	struct seen seen;

	assert_int_equal(read_bytes(&bytes, CAPTURE_FILE, &seen), 0);
	ASSERT_TIMES(&seen, 10, 20);
	assert_non_null(strstr(seen.stats.cut, "did not finish"));
	bytes_free(&bytes);
}

static void test_a_capture_of_ours_that_was_never_closed(void **state)
{
	/* Killed between commits, and within one. */
	static const uint16_t spanned[] = {0, 16};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spanned); i++) {
		const struct perf_event_header record = {65, 0x7054, (uint16_t)(80 + spanned[i])};
		uint64_t start[10] = {0};

		memcpy(start, &record, sizeof(record));
		assert_unfinished(unfinished(start, sizeof(start), sizeof(start)));
	}
}

/* It set feature bit 0, whose entry of the table was the record's header. */
static void test_a_capture_of_0_1_0_that_was_never_closed(void **state)
{
	const struct perf_event_header record = {65, 0, 2 * 16};
	uint64_t entry[2] = {0};

	(void)state;
	memcpy(entry, &record, sizeof(record));
	struct bytes bytes = unfinished(entry, sizeof(entry), 0);
	bytes.data[72] |= 1;
	assert_unfinished(bytes);
}

/* A recorder that was killed has not written how much there is. */
static void test_a_file_that_was_never_finished(void **state)
{
	const uint64_t zero = 0;
	struct builder builder;
	struct seen seen;

	(void)state;
	builder_new(&builder, CAPTURE_FILE, false);
	add_events(&builder);
	builder_at(&builder, 1, 20);
	builder_at(&builder, 1, 10);
	struct bytes bytes = builder_finish(&builder);
	memcpy(bytes.data + 48, &zero, sizeof(zero));
	/* Nothing follows the records then. */
	bytes.size -= 16 + 8;
	assert_int_equal(read_bytes(&bytes, CAPTURE_FILE, &seen), 0);
	ASSERT_TIMES(&seen, 10, 20);
	assert_non_null(strstr(seen.stats.cut, "did not finish"));
	bytes_free(&bytes);
	builder_free(&builder);
}

static void test_every_byte_damaged(void **state)
{
	static const unsigned char patterns[] = {0x00, 0xff, 0x01, 0x80, 0x7f};

	(void)state;
	for (unsigned int kind = 0; kind < CAPTURE_KINDS; kind++) {
		struct builder builder;
		struct seen seen;

		builder_new(&builder, (enum capture_kind)kind, kind == CAPTURE_PIPE);
		build_mixed(&builder);
		struct bytes bytes = builder_finish(&builder);
		for (size_t at = 0; at < bytes.size; at++) {
			unsigned char original = bytes.data[at];

			for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
				bytes.data[at] = original ^ patterns[i];
				int code = read_bytes(&bytes, builder.kind, &seen);

				assert_true(code == 0 || code == -EBADMSG || code == -EOPNOTSUPP ||
					    (code == -ESPIPE && kind == CAPTURE_STREAM));
				if (patterns[i] == 0)
					assert_int_equal(seen.count, 6);
			}
			bytes.data[at] = original;
		}
		bytes_free(&bytes);
		builder_free(&builder);
	}
}

static void test_random_damage(void **state)
{
	struct random random = {.state = 5};
	struct builder builder;
	struct seen seen;

	(void)state;
	builder_new(&builder, CAPTURE_PIPE, false);
	build_mixed(&builder);
	add_many(&builder, 2, 20);
	struct bytes bytes = builder_finish(&builder);
	for (int round = 0; round < 3000; round++) {
		struct bytes copy = {0};

		bytes_put(&copy, bytes.data, bytes.size);
		for (uint64_t hits = 1 + random_below(&random, 20); hits > 0; hits--)
			copy.data[16 + random_below(&random, copy.size - 16)] =
				(unsigned char)random_below(&random, 256);
		read_bytes(&copy, CAPTURE_PIPE, &seen);
		bytes_free(&copy);
	}
	bytes_free(&bytes);
	builder_free(&builder);
}

/* ---- what is no capture, or not one of ours ---- */

static const struct refused {
	const char *bytes;
	size_t size;
	int code;
	const char *word;
} refused[] = {
	{"", 0, -EBADMSG, "empty"},
	{"PERFFILE\x68\0\0\0\0\0\0\0", 16, -EOPNOTSUPP, "first file version"},
	{"\x17\x08\x44tracing6\0\0\0\0\0\0\0\0", 20, -EOPNOTSUPP, "trace.dat"},
	{"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17, -EOPNOTSUPP, "gzip"},
	{"\xfd"
	 "7zXZ\0\0\0\0\0\0\0\0\0\0\0\0",
	 17, -EOPNOTSUPP, "xz"},
	{"\x28\xb5\x2f\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0", 17, -EOPNOTSUPP, "zstd"},
	{"\x7f"
	 "ELF\0\0\0\0\0\0\0\0\0\0\0\0\0",
	 17, -EOPNOTSUPP, "ELF"},
	{"FORK|1|2|sh|3|sh\nmore lines\n", 28, -EBADMSG, "text"},
	{"PERFILE2", 8, -EBADMSG, "cut short"},
	{"\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7\0", 17, -EBADMSG, "no perf.data"},
	{"PERFILE2\x10\0\0\0\0\0\0\0", 16, -EBADMSG, "no event"},
	{"PERFILE2\x77\0\0\0\0\0\0\0", 16, -EBADMSG, "cut short"},
};

static void assert_refused(const struct refused *what, enum capture_kind kind)
{
	struct bytes bytes = {0};
	struct capture *source;
	struct error err = {0};

	bytes_put(&bytes, what->bytes, what->size);
	int fd = open_bytes(&bytes, kind);
	assert_int_equal(capture_open(fd, -1, &source, &err), what->code);
	assert_non_null(strstr(err.what, what->word));
	if (what->code == -EOPNOTSUPP)
		assert_true(err.remedy[0] != '\0');
	close(fd);
	bytes_free(&bytes);
}

static void test_other_things_are_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_refused(&refused[i], CAPTURE_FILE);
	/* The last one needs a whole file, so a pipe is no place for it. */
	for (size_t i = 0; i + 1 < ARRAY_SIZE(refused); i++)
		assert_refused(&refused[i], CAPTURE_STREAM);
}

static void test_a_file_cannot_come_through_a_pipe(void **state)
{
	struct capture *source;
	struct builder builder;
	struct error err;

	(void)state;
	builder_new(&builder, CAPTURE_FILE, false);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	struct bytes bytes = builder_finish(&builder);
	int fd = open_bytes(&bytes, CAPTURE_STREAM);
	assert_int_equal(capture_open(fd, -1, &source, &err), -ESPIPE);
	assert_non_null(strstr(err.remedy, "-o -"));
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

/* Features of simpleperf, and of perf record --threads, by their bits. */
static void test_other_dialects_are_refused(void **state)
{
	static const struct {
		unsigned int feature;
		const char *word;
	} dialects[] = {{128, "simpleperf"}, {131, "simpleperf"}, {24, "--threads"}};
	struct builder builder;

	(void)state;
	builder_new(&builder, CAPTURE_FILE, false);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
		struct bytes bytes = builder_finish(&builder);
		unsigned int feature = dialects[i].feature;
		struct capture *source;
		struct error err;

		bytes.data[72 + feature / 8] |= (unsigned char)(1U << feature % 8);
		int fd = open_bytes(&bytes, CAPTURE_FILE);
		assert_int_equal(capture_open(fd, -1, &source, &err), -EOPNOTSUPP);
		assert_non_null(strstr(err.what, dialects[i].word));
		close(fd);
		bytes_free(&bytes);
	}
	builder_free(&builder);
}

/*
 * The feature bits are longs: a big-endian recorder of 32 bits has them where one of 64 bits has
 * others. Bit 24 is that of a directory recording.
 */
static void test_features_of_a_recorder_of_32_bits(void **state)
{
	struct capture *source;
	struct builder builder;
	struct error err;

	(void)state;
	builder_new(&builder, CAPTURE_FILE, true);
	add_events(&builder);
	builder_at(&builder, 1, 10);
	struct bytes bytes = builder_finish(&builder);
	const uint32_t features = bswap_32(1U << 3 | 1U << 24);
	memset(bytes.data + 72, 0, 8);
	memcpy(bytes.data + 72, &features, sizeof(features));
	int fd = open_bytes(&bytes, CAPTURE_FILE);
	assert_int_equal(capture_open(fd, -1, &source, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.what, "--threads"));
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

static void test_a_directory_is_refused(void **state)
{
	struct capture *source;
	struct error err;
	int fd = open("fixtures", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(capture_open(fd, -1, &source, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.what, "directory"));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_come_in_the_order_of_their_times),
		cmocka_unit_test(test_without_rounds_all_is_one),
		cmocka_unit_test(test_equal_times_keep_the_order_of_the_file),
		cmocka_unit_test(test_a_record_that_is_too_old_is_late),
		cmocka_unit_test(test_a_stream_is_given_out_round_by_round),
		cmocka_unit_test(test_a_stopped_source_ends),
		cmocka_unit_test(test_samples_with_id_instead_of_identifier),
		cmocka_unit_test(test_one_event_needs_no_ids),
		cmocka_unit_test(test_a_sample_of_an_unknown_event_is_left_out_and_counted),
		cmocka_unit_test(test_events_without_time_and_cpu),
		cmocka_unit_test(test_an_id_needs_only_itself),
		cmocka_unit_test(test_selecting_tracepoints),
		cmocka_unit_test(test_synthesized_records_are_tasks_not_events),
		cmocka_unit_test(test_the_body_of_comm_is_in_native_byte_order),
		cmocka_unit_test(test_forks_and_cgroups_have_to_be_asked_for),
		cmocka_unit_test(test_a_path_may_be_long),
		cmocka_unit_test(test_notes_have_to_be_asked_for),
		cmocka_unit_test(test_notes_come_after_many_records),
		cmocka_unit_test(test_records_without_a_time_stay_with_their_neighbours),
		cmocka_unit_test(test_losses_of_nothing_are_none),
		cmocka_unit_test(test_losses_are_not_counted_twice),
		cmocka_unit_test(test_what_no_lost_record_told_of_comes_last),
		cmocka_unit_test(test_the_larger_sum_is_what_was_lost),
		cmocka_unit_test(test_losses_beyond_64_bits),
		cmocka_unit_test(test_payloads_outside_of_records),
		cmocka_unit_test(test_more_than_a_block_holds),
		cmocka_unit_test(test_compressed_records),
		cmocka_unit_test(test_compressed_records_of_many_sizes),
		cmocka_unit_test(test_what_comes_before_damaged_compression_is_shown),
		cmocka_unit_test(test_a_record_that_compressed_data_cut_short),
		cmocka_unit_test(test_captures_cut_at_every_length),
		cmocka_unit_test(test_a_cut_is_told),
		cmocka_unit_test(test_a_capture_of_ours_that_was_never_closed),
		cmocka_unit_test(test_a_capture_of_0_1_0_that_was_never_closed),
		cmocka_unit_test(test_a_file_that_was_never_finished),
		cmocka_unit_test(test_every_byte_damaged),
		cmocka_unit_test(test_random_damage),
		cmocka_unit_test(test_other_things_are_refused_by_name),
		cmocka_unit_test(test_a_file_cannot_come_through_a_pipe),
		cmocka_unit_test(test_other_dialects_are_refused),
		cmocka_unit_test(test_features_of_a_recorder_of_32_bits),
		cmocka_unit_test(test_a_directory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
