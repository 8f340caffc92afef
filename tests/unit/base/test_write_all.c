/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing before pipes that are full: readers that come late, and readers that never come.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"
#include "base/write_all.h"
#include "support.h"

#define PAGE 4096

/* ---- pipes ---- */

static void open_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

static void set_flags(int fd, int flags)
{
	assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
}

/* Until not a byte more fits. Returns how many there are. */
static size_t fill(int fd)
{
	static const char bytes[PAGE];
	size_t size = 0;
	ssize_t wrote;

	set_flags(fd, O_NONBLOCK);
	while ((wrote = write(fd, bytes, sizeof(bytes))) > 0)
		size += (size_t)wrote;
	set_flags(fd, 0);
	return size;
}

static void close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* A process that reads SIZE bytes and ends with 0 where the last ones are EXPECTED. */
static pid_t start_reader(const int ends[2], size_t size, const char *expected)
{
	size_t length = strlen(expected);
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	char last[16] = "";
	while (size > length) {
		char page[PAGE];
		size_t most = size - length < sizeof(page) ? size - length : sizeof(page);
		ssize_t got = read(ends[0], page, most);

		if (got <= 0)
			_exit(2);
		size -= (size_t)got;
	}
	for (size_t at = 0; at < length;) {
		ssize_t got = read(ends[0], last + at, length - at);

		if (got <= 0)
			_exit(3);
		at += (size_t)got;
	}
	_exit(memcmp(last, expected, length) != 0);
}

static void assert_content(pid_t reader)
{
	int status;

	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
}

/* ---- signals ---- */

static void on_tick(int signal)
{
	(void)signal;
}

/* As run/signals.c does it. */
static void start_ticking(void)
{
	const struct sigaction action = {.sa_handler = on_tick};
	const struct itimerval ticks = {{0, 20000}, {0, 20000}};

	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &ticks, NULL), 0);
}

static void stop_ticking(void)
{
	const struct itimerval none = {0};

	assert_int_equal(setitimer(ITIMER_REAL, &none, NULL), 0);
}

static uint64_t now_ms(void)
{
	return clock_now_ns(CLOCK_MONOTONIC) / NS_PER_MS;
}

/* ---- tests: nobody asks for a stop ---- */

static void test_waits_for_a_late_reader(void **state)
{
	static const int flags[] = {0, O_NONBLOCK};

	(void)state;
	start_ticking();
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		char first[] = "one ", second[] = "two";
		struct iovec pieces[] = {{first, 4}, {second, 0}, {second, 3}};
		int ends[2];

		open_pipe(ends);
		size_t before = fill(ends[1]);
		set_flags(ends[1], flags[i]);
		pid_t reader = start_reader(ends, before + 7, "one two");
		assert_int_equal(write_all(ends[1], WRITE_HERE, pieces, 3), 0);
		assert_int_equal(write_size(pieces, 3), 0);
		assert_content(reader);
		close_pipe(ends);
	}
	stop_ticking();
}

static void test_failure_leaves_what_was_not_written(void **state)
{
	char bytes[] = "bytes";
	struct iovec piece = {bytes, 5};
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	open_pipe(ends);
	close(ends[0]);
	assert_int_equal(write_all(ends[1], WRITE_HERE, &piece, 1), -EPIPE);
	assert_int_equal(write_size(&piece, 1), 5);
	close(ends[1]);
}

static void test_notice_waits_a_second_at_most(void **state)
{
	int ends[2];

	(void)state;
	open_pipe(ends);
	assert_int_equal(write_soon(ends[1], "notice", 6), 0);
	fill(ends[1]);
	uint64_t start = now_ms();
	assert_int_equal(write_soon(ends[1], "notice", 6), -ETIME);
	assert_in_range(now_ms() - start, WRITE_STUCK_MS - 1, 2 * WRITE_STUCK_MS);
	close_pipe(ends);
}

/* ---- tests: somebody does; these come last ---- */

/* A process that takes a page every 50 ms until the pipe is closed. */
static pid_t start_slow_reader(const int ends[2])
{
	const struct timespec pause = {.tv_nsec = 50000000};
	char page[PAGE];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(ends[1]);
	while (read(ends[0], page, sizeof(page)) > 0)
		nanosleep(&pause, NULL);
	_exit(0);
}

/* COMMAND may still be cleaning up: a slow reader may go on for longer than WRITE_SLOW_MS. */
static void test_slow_reader_is_kept_until_a_stop_is_due(void **state)
{
	static char bytes[(WRITE_SLOW_MS / 50 + 10) * PAGE];
	struct iovec piece = {bytes, sizeof(bytes)};
	int ends[2];

	(void)state;
	stop_ask(STOP_ASKED);
	start_ticking();
	open_pipe(ends);
	fill(ends[1]);
	pid_t reader = start_slow_reader(ends);
	assert_int_equal(write_all(ends[1], WRITE_HERE, &piece, 1), 0);
	piece = (struct iovec){bytes, sizeof(bytes)};
	stop_ask(STOP_DUE);
	assert_int_equal(write_all(ends[1], WRITE_HERE, &piece, 1), -ETIME);
	stop_ticking();
	close_pipe(ends);
	assert_content(reader);
}

/* Into a full pipe of these FLAGS, of which nobody reads. */
static void assert_gives_up(int flags)
{
	char bytes[] = "bytes";
	struct iovec piece = {bytes, 5};
	int ends[2];

	open_pipe(ends);
	fill(ends[1]);
	set_flags(ends[1], flags);
	uint64_t start = now_ms();
	assert_int_equal(write_all(ends[1], WRITE_HERE, &piece, 1), -ETIME);
	assert_in_range(now_ms() - start, 0, WRITE_SLOW_MS);
	assert_int_equal(write_size(&piece, 1), 5);
	close_pipe(ends);
}

static void test_stuck_reader_is_given_up(void **state)
{
	(void)state;
	stop_ask(STOP_DUE);
	start_ticking();
	assert_gives_up(0);
	assert_gives_up(O_NONBLOCK);
	stop_ticking();
}

static void test_room_is_used_after_a_stop_too(void **state)
{
	char bytes[] = "bytes";
	struct iovec piece = {bytes, 5};
	int ends[2];

	(void)state;
	stop_ask(STOP_DUE);
	open_pipe(ends);
	assert_int_equal(write_all(ends[1], WRITE_HERE, &piece, 1), 0);
	close_pipe(ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_for_a_late_reader),
		cmocka_unit_test(test_failure_leaves_what_was_not_written),
		cmocka_unit_test(test_notice_waits_a_second_at_most),
		cmocka_unit_test(test_slow_reader_is_kept_until_a_stop_is_due),
		cmocka_unit_test(test_stuck_reader_is_given_up),
		cmocka_unit_test(test_room_is_used_after_a_stop_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
