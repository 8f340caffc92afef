/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer before real files and pipes, and before a write that is interrupted and falls short.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink/out_buffer.h"
#include "support.h"

/* ---- writev(2) as the test wants it ---- */

static struct {
	size_t at_most;  /* bytes per call, 0: as many as asked for */
	int interrupted; /* every so many calls fail with EINTR, 0: none */
	int blocked;     /* every so many calls fail with EAGAIN, 0: none */
	int calls;
} writes;

ssize_t __wrap_writev(int fd, const struct iovec *pieces, int count);

ssize_t __wrap_writev(int fd, const struct iovec *pieces, int count)
{
	size_t length = pieces->iov_len;

	assert_int_equal(count, 1);
	writes.calls++;
	if (writes.interrupted && writes.calls % writes.interrupted == 0) {
		errno = EINTR;
		return -1;
	}
	if (writes.blocked && writes.calls % writes.blocked == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (writes.at_most && length > writes.at_most)
		length = writes.at_most;
	return write(fd, pieces->iov_base, length);
}

static int reset_writes(void **state)
{
	(void)state;
	memset(&writes, 0, sizeof(writes));
	return 0;
}

/* ---- helpers ---- */

static int temporary_file(void)
{
	int fd = memfd_create("buffer", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int open_full(void)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct out_buffer *buffer_for(int fd)
{
	struct out_buffer *buffer = out_buffer_new(fd);

	assert_non_null(buffer);
	return buffer;
}

static void put(struct out_buffer *buffer, const void *bytes, size_t length)
{
	char *room = out_buffer_reserve(buffer, length);

	assert_non_null(room);
	memcpy(room, bytes, length);
	out_buffer_commit(buffer, room + length);
}

static void put_string(struct out_buffer *buffer, const char *string)
{
	put(buffer, string, strlen(string));
}

/* Fail unless the file at FD holds LENGTH bytes EXPECTED. */
static void assert_file_holds(int fd, const char *expected, size_t length)
{
	char *bytes = malloc(length + 1);

	assert_non_null(bytes);
	assert_int_equal(lseek(fd, 0, SEEK_END), length);
	assert_int_equal(pread(fd, bytes, length + 1, 0), length);
	assert_memory_equal(bytes, expected, length);
	free(bytes);
}

static void assert_file_is(int fd, const char *expected)
{
	assert_file_holds(fd, expected, strlen(expected));
}

/* ---- tests ---- */

static void test_bytes_arrive_in_order(void **state)
{
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	put_string(buffer, "one ");
	put_string(buffer, "two ");
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_file_is(fd, "one two ");
	put_string(buffer, "three");
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_file_is(fd, "one two three");
	assert_int_equal(out_buffer_error(buffer), 0);
	out_buffer_free(buffer);
	out_buffer_free(NULL);
	assert_int_equal(close(fd), 0);
}

static void test_only_what_was_committed_counts(void **state)
{
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);
	char *room;

	(void)state;
	put_string(buffer, "begin ");
	room = out_buffer_reserve(buffer, 100);
	assert_non_null(room);
	memset(room, 'x', 100);
	room = out_buffer_reserve(buffer, 100);
	assert_non_null(room);
	memcpy(room, "middle ", 7);
	out_buffer_commit(buffer, room + 7);
	room = out_buffer_reserve(buffer, 0);
	assert_non_null(room);
	out_buffer_commit(buffer, room);
	put_string(buffer, "end");
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_file_is(fd, "begin middle end");
	out_buffer_free(buffer);
	close(fd);
}

static void test_what_is_not_flushed_is_gone(void **state)
{
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	put_string(buffer, "never seen");
	out_buffer_free(buffer);
	assert_file_is(fd, "");
	close(fd);
}

static void test_an_empty_flush_writes_nothing(void **state)
{
	int fd = open_full();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_int_equal(out_buffer_error(buffer), 0);
	out_buffer_free(buffer);
	close(fd);
}

/* A line for every number below COUNT, as one string. */
static char *make_lines(size_t count, size_t *length)
{
	char *lines = malloc(count * 24 + 1);

	assert_non_null(lines);
	*length = 0;
	for (size_t i = 0; i < count; i++)
		*length += (size_t)sprintf(lines + *length, "line %zu\n", i);
	return lines;
}

static void put_lines(struct out_buffer *buffer, const char *lines)
{
	for (const char *end; *lines != '\0'; lines = end) {
		end = strchr(lines, '\n') + 1;
		put(buffer, lines, (size_t)(end - lines));
	}
}

static void check_many_lines(void)
{
	size_t length;
	char *lines = make_lines(50000, &length);
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);

	put_lines(buffer, lines);
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_file_holds(fd, lines, length);
	out_buffer_free(buffer);
	close(fd);
	free(lines);
}

static void test_many_lines(void **state)
{
	(void)state;
	check_many_lines();
	/* One buffer before the file: by far fewer calls than lines. */
	assert_true(writes.calls < 5000);
}

static void test_short_writes_are_continued(void **state)
{
	(void)state;
	writes.at_most = 1000;
	check_many_lines();
	writes.at_most = 7;
	check_many_lines();
}

static void test_interrupted_writes_are_repeated(void **state)
{
	(void)state;
	writes.interrupted = 2;
	writes.at_most = 1001;
	check_many_lines();
}

static void test_a_non_blocking_output_is_waited_for(void **state)
{
	(void)state;
	writes.blocked = 2;
	writes.at_most = 1001;
	check_many_lines();
}

static void test_large_reserves(void **state)
{
	static const size_t sizes[] = {1, 4095, 65535, 65536, 65537, 1 << 20, 16 << 20};
	char *expected = malloc(32 << 20);
	size_t length = 0;
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	assert_non_null(expected);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		memset(expected + length, 'a' + (int)i, sizes[i]);
		put(buffer, expected + length, sizes[i]);
		length += sizes[i];
		memcpy(expected + length, "|", 1);
		put(buffer, expected + length, 1);
		length++;
	}
	assert_int_equal(out_buffer_flush(buffer), 0);
	assert_file_holds(fd, expected, length);
	out_buffer_free(buffer);
	close(fd);
	free(expected);
}

static void test_all_of_a_reserve_can_be_used(void **state)
{
	int fd = temporary_file();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	for (size_t room = 1; room < 300000; room = room * 3 + 1) {
		char *at = out_buffer_reserve(buffer, room);

		assert_non_null(at);
		memset(at, 'r', room);
		out_buffer_commit(buffer, at + room / 2);
	}
	assert_int_equal(out_buffer_flush(buffer), 0);
	out_buffer_free(buffer);
	close(fd);
}

static void test_through_a_pipe(void **state)
{
	size_t length;
	char *lines = make_lines(50000, &length);
	int ends[2];
	int status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct out_buffer *buffer = buffer_for(ends[1]);

		put_lines(buffer, lines);
		_exit(out_buffer_flush(buffer) == 0 ? 0 : 1);
	}
	close(ends[1]);
	char *got = calloc(1, length + 1);
	assert_non_null(got);
	for (size_t at = 0; at < length;) {
		ssize_t count = read(ends[0], got + at, length - at);

		assert_true(count > 0);
		at += (size_t)count;
	}
	assert_string_equal(got, lines);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
	free(got);
	free(lines);
}

/* Nothing is written any more, and the first failure is what stays. */
static void assert_stays_broken(struct out_buffer *buffer, int code)
{
	assert_int_equal(out_buffer_error(buffer), code);
	int calls = writes.calls;

	assert_null(out_buffer_reserve(buffer, 10));
	assert_int_equal(out_buffer_flush(buffer), code);
	assert_null(out_buffer_reserve(buffer, 1 << 20));
	assert_int_equal(out_buffer_flush(buffer), code);
	assert_int_equal(out_buffer_error(buffer), code);
	assert_int_equal(writes.calls, calls);
}

static void test_a_full_disk(void **state)
{
	int fd = open_full();
	struct out_buffer *buffer = buffer_for(fd);

	(void)state;
	put_string(buffer, "no room for this");
	assert_int_equal(out_buffer_flush(buffer), -ENOSPC);
	assert_stays_broken(buffer, -ENOSPC);
	out_buffer_free(buffer);
	close(fd);
}

static void test_a_full_disk_shows_at_reserve_too(void **state)
{
	int fd = open_full();
	struct out_buffer *buffer = buffer_for(fd);
	char *room = NULL;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		room = out_buffer_reserve(buffer, 4096);
		if (!room)
			break;
		memset(room, 'x', 4096);
		out_buffer_commit(buffer, room + 4096);
	}
	assert_null(room);
	assert_stays_broken(buffer, -ENOSPC);
	out_buffer_free(buffer);
	close(fd);
}

static void test_a_reader_that_left(void **state)
{
	int ends[2];
	struct out_buffer *buffer;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	buffer = buffer_for(ends[1]);
	close(ends[0]);
	put_string(buffer, "is anybody there?");
	assert_int_equal(out_buffer_flush(buffer), -EPIPE);
	assert_stays_broken(buffer, -EPIPE);
	out_buffer_free(buffer);
	close(ends[1]);
	signal(SIGPIPE, SIG_DFL);
}

static void test_an_fd_that_is_none(void **state)
{
	struct out_buffer *buffer = buffer_for(-1);

	(void)state;
	put_string(buffer, "lost");
	assert_int_equal(out_buffer_flush(buffer), -EBADF);
	assert_stays_broken(buffer, -EBADF);
	out_buffer_free(buffer);
}

static void test_nothing_is_written_twice_around_a_failure(void **state)
{
	int ends[2], file = temporary_file();
	struct out_buffer *buffer;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	buffer = buffer_for(ends[1]);
	close(ends[0]);
	put_string(buffer, "first");
	assert_int_equal(out_buffer_flush(buffer), -EPIPE);
	/* Even where the fd would take bytes again, a stream with a hole in it must not go on. */
	assert_int_equal(dup2(file, ends[1]), ends[1]);
	assert_stays_broken(buffer, -EPIPE);
	assert_file_is(file, "");
	out_buffer_free(buffer);
	close(ends[1]);
	close(file);
	signal(SIGPIPE, SIG_DFL);
}

#define buffer_test(test) cmocka_unit_test_setup(test, reset_writes)

int main(void)
{
	const struct CMUnitTest tests[] = {
		buffer_test(test_bytes_arrive_in_order),
		buffer_test(test_only_what_was_committed_counts),
		buffer_test(test_what_is_not_flushed_is_gone),
		buffer_test(test_an_empty_flush_writes_nothing),
		buffer_test(test_many_lines),
		buffer_test(test_short_writes_are_continued),
		buffer_test(test_interrupted_writes_are_repeated),
		buffer_test(test_a_non_blocking_output_is_waited_for),
		buffer_test(test_large_reserves),
		buffer_test(test_all_of_a_reserve_can_be_used),
		buffer_test(test_through_a_pipe),
		buffer_test(test_a_full_disk),
		buffer_test(test_a_full_disk_shows_at_reserve_too),
		buffer_test(test_a_reader_that_left),
		buffer_test(test_an_fd_that_is_none),
		buffer_test(test_nothing_is_written_twice_around_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
