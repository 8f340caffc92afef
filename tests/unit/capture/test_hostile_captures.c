/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures that want to harm: they change while they are read, and claim or hold far too much.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/read/capture.h"
#include "support_capture.h"

#define PLAIN_TYPE                                                                       \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)

#define RAW_SIZE 1024U

/* COUNT samples at FIRST_NS and each STEP_NS later, of a kilobyte. */
static void put_samples(struct builder *builder, size_t count, uint64_t first_ns, uint64_t step_ns)
{
	static const unsigned char raw[RAW_SIZE];

	for (size_t i = 0; i < count; i++)
		builder_sample(builder, &(struct sample){
						.id = 1,
						.time_ns = first_ns + i * step_ns,
						.raw = raw,
						.raw_size = sizeof(raw),
					});
}

static void new_capture(struct builder *builder, enum capture_kind kind)
{
	builder_new(builder, kind, false);
	builder_event(builder, PERF_TYPE_TRACEPOINT, 300, PLAIN_TYPE, (const uint64_t[]){1}, 1);
}

/* A capture of two CPUs in one round, of more than is kept in memory. */
#define EACH_CPU ((size_t)10 * 1024)
static int open_large(enum capture_kind kind, struct capture **source)
{
	struct builder builder;
	struct error err;

	new_capture(&builder, kind);
	put_samples(&builder, EACH_CPU, 1000, 2);
	put_samples(&builder, EACH_CPU, 1001, 2);
	struct bytes bytes = builder_finish(&builder);
	int fd = open_bytes(&bytes, kind);
	/* Clocks of file systems are coarse. */
	assert_int_equal(futimens(fd, (const struct timespec[]){{1, 0}, {1, 0}}), 0);
	assert_int_equal(capture_open(fd, -1, source, &err), 0);
	bytes_free(&bytes);
	builder_free(&builder);
	return fd;
}

static void take_one(struct capture *source, struct record *record)
{
	struct error err;
	int code;

	while ((code = capture_next(source, record, &err)) == 0)
		;
	assert_int_equal(code, 1);
}

/* ---- changes ---- */

static void test_more_than_is_kept_is_in_order(void **state)
{
	const enum capture_kind kinds[] = {CAPTURE_FILE, CAPTURE_PIPE};
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct capture *source;
		struct capture_stats stats;
		int fd = open_large(kinds[i], &source);

		for (uint64_t at = 0; at < 2 * EACH_CPU; at++) {
			struct record record;

			take_one(source, &record);
			assert_int_equal(record.time_ns, 1000 + at);
		}
		capture_stats(source, &stats);
		assert_int_equal(stats.late, 0);
		capture_free(source);
		close(fd);
	}
}

/* Returns how many records came. */
static size_t read_rest(struct capture *source, char *cut, size_t size)
{
	struct record record;
	struct error err;
	size_t count = 0;
	int code;

	while ((code = capture_next(source, &record, &err)) != -ENODATA) {
		assert_true(code >= 0);
		assert_true(code == 0 || record.raw_size == RAW_SIZE);
		count += code > 0;
	}
	struct capture_stats stats;
	capture_stats(source, &stats);
	snprintf(cut, size, "%s", stats.cut);
	return count;
}

static void test_a_file_that_is_cut_while_it_is_read(void **state)
{
	struct capture *source;
	struct record record;
	char cut[128];
	(void)state;

	int fd = open_large(CAPTURE_PIPE, &source);
	take_one(source, &record);
	assert_int_equal(ftruncate(fd, 200), 0);
	assert_true(read_rest(source, cut, sizeof(cut)) < 2 * EACH_CPU - 1);
	assert_string_equal(cut, "it was changed while it was read");
	capture_free(source);
	close(fd);
}

/* A size that was found to be right must be so when it is used. */
static void test_a_record_that_grows_while_it_is_read(void **state)
{
	const struct perf_event_header header = {PERF_RECORD_SAMPLE, 0, UINT16_MAX - 7};
	const uint32_t raw_size = UINT16_MAX - 7 - 44;
	/* Behind the header: id, tid, time, CPU, raw data's size, raw data. */
	const off_t size = 8 + 32 + 4 + RAW_SIZE;
	struct capture *source;
	struct record record;
	char cut[128];
	(void)state;

	int fd = open_large(CAPTURE_PIPE, &source);
	take_one(source, &record);
	off_t end = lseek(fd, 0, SEEK_END);
	assert_int_equal(pwrite(fd, &header, sizeof(header), end - size), sizeof(header));
	assert_int_equal(pwrite(fd, &raw_size, sizeof(raw_size), end - RAW_SIZE - 4), 4);
	assert_int_equal(read_rest(source, cut, sizeof(cut)), 2 * EACH_CPU - 2);
	assert_string_equal(cut, "it was changed while it was read");
	capture_free(source);
	close(fd);
}

/* ---- too much ---- */

/* They come all the same, and what comes too late for that is late. */
static void test_a_round_that_inflates_to_more_than_is_kept(void **state)
{
	static const unsigned char raw[60000];
	const size_t count = (CAPTURE_KEPT_MIB + 16) * 1024U * 1024U / sizeof(raw);
	struct builder builder;
	struct capture *source;
	struct capture_stats stats;
	struct error err;
	(void)state;

	new_capture(&builder, CAPTURE_PIPE);
	size_t from = builder.data.size;
	for (size_t i = 0; i < count; i++)
		builder_sample(&builder, &(struct sample){.id = 1,
							  .time_ns = 1000 + i,
							  .raw = raw,
							  .raw_size = sizeof(raw)});
	/* It belongs where much has gone already. */
	put_samples(&builder, 1, 1001, 1);
	builder_compress(&builder, from, PERF_COMPRESSED, 60000);
	struct bytes bytes = builder_finish(&builder);
	assert_true(bytes.size < 200000);
	int fd = open_bytes(&bytes, CAPTURE_PIPE);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);

	uint64_t newest_ns = 999;
	for (size_t i = 0; i < count + 1; i++) {
		struct record record;

		take_one(source, &record);
		if (record.time_ns == 1001 && newest_ns > 1001)
			continue;
		assert_int_equal(record.time_ns, ++newest_ns);
	}
	capture_stats(source, &stats);
	assert_int_equal(stats.late, 1);
	assert_int_equal(stats.hurried, 1);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

/* A pipe claims tracing data of SIZE bytes, which do not come. */
static void claim_tracing_data(uint32_t size, const char *expected)
{
	struct builder builder;
	struct capture *source;
	struct error err;
	char cut[128];
	struct bytes body = {0};

	new_capture(&builder, CAPTURE_STREAM);
	builder_put32(&builder, &body, size);
	builder_record(&builder, PERF_HEADER_TRACING_DATA, 0, &body);
	bytes_free(&body);
	struct bytes bytes = builder_finish(&builder);
	int fd = open_bytes(&bytes, CAPTURE_STREAM);
	assert_int_equal(capture_open(fd, -1, &source, &err), 0);
	assert_int_equal(read_rest(source, cut, sizeof(cut)), 0);
	assert_string_equal(cut, expected);
	capture_free(source);
	close(fd);
	bytes_free(&bytes);
	builder_free(&builder);
}

static void test_tracing_data_that_are_claimed_but_do_not_come(void **state)
{
	(void)state;
	claim_tracing_data(1000000, "its tracing data are cut short");
	claim_tracing_data(UINT32_MAX, "its tracing data claim 4294967295 bytes");
}

/* Auxiliary data of which there is no end do not keep a signal from being heeded. */
static void test_what_is_skipped_gives_time(void **state)
{
	struct builder builder;
	struct capture *source;
	struct record record;
	struct error err;
	struct bytes body = {0};
	(void)state;

	new_capture(&builder, CAPTURE_STREAM);
	put_samples(&builder, 1, 1000, 1);
	builder_put64(&builder, &body, UINT64_MAX);
	builder_record(&builder, PERF_AUXTRACE, 0, &body);
	bytes_free(&body);
	struct bytes bytes = builder_finish(&builder);
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], bytes.data, bytes.size), bytes.size);
	assert_int_equal(capture_open(fds[0], -1, &source, &err), 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(write(fds[1], "more", 4), 4);
		assert_int_equal(capture_next(source, &record, &err), 0);
	}
	close(fds[1]);
	take_one(source, &record);
	assert_int_equal(record.time_ns, 1000);
	capture_free(source);
	close(fds[0]);
	bytes_free(&bytes);
	builder_free(&builder);
}

static void test_a_head_is_interruptible(void **state)
{
	struct builder builder;
	struct capture *source;
	struct error err;
	int wake[2];
	(void)state;

	assert_int_equal(pipe(wake), 0);
	assert_int_equal(write(wake[1], "!", 1), 1);
	for (unsigned int kind = 0; kind < CAPTURE_KINDS; kind++) {
		new_capture(&builder, (enum capture_kind)kind);
		struct bytes bytes = builder_finish(&builder);
		int fd = open_bytes(&bytes, (enum capture_kind)kind);
		assert_int_equal(capture_open(fd, wake[0], &source, &err), -EINTR);
		close(fd);
		bytes_free(&bytes);
		builder_free(&builder);
	}
	close(wake[0]);
	close(wake[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_than_is_kept_is_in_order),
		cmocka_unit_test(test_a_file_that_is_cut_while_it_is_read),
		cmocka_unit_test(test_a_record_that_grows_while_it_is_read),
		cmocka_unit_test(test_a_round_that_inflates_to_more_than_is_kept),
		cmocka_unit_test(test_tracing_data_that_are_claimed_but_do_not_come),
		cmocka_unit_test(test_what_is_skipped_gives_time),
		cmocka_unit_test(test_a_head_is_interruptible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
