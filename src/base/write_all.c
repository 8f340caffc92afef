/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/write_all.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"

size_t write_size(const struct iovec *pieces, int count)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		size += pieces[i].iov_len;
	return size;
}

static void drop_written(struct iovec *pieces, int count, size_t written)
{
	for (int i = 0; i < count && written > 0; i++) {
		size_t part = written < pieces[i].iov_len ? written : pieces[i].iov_len;

		pieces[i].iov_base = (char *)pieces[i].iov_base + part;
		pieces[i].iov_len -= part;
		written -= part;
	}
}

/* ---- patience ---- */

/* When the reader took something after a stop was asked for, ns. */
struct patience {
	uint64_t progress_ns;
};

/* When a stop was first seen to be due: it is so once, so that all writes after it share this. */
static uint64_t due_since_ns(uint64_t now)
{
	static uint64_t seen_ns;

	if (seen_ns == 0)
		seen_ns = now;
	return seen_ns;
}

/* After a write that took something. */
static void note_progress(struct patience *patience)
{
	if (stop_is_asked())
		patience->progress_ns = clock_now_ns(CLOCK_MONOTONIC);
}

static bool is_over(struct patience *patience)
{
	if (!stop_is_asked())
		return false;
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	if (patience->progress_ns == 0)
		patience->progress_ns = now;
	return now - patience->progress_ns >= WRITE_STUCK_MS * NS_PER_MS ||
	       (stop_is_due() && now - due_since_ns(now) >= WRITE_SLOW_MS * NS_PER_MS);
}

/* ---- writing ---- */

/* Longer than it takes for a stop to be heeded, where no signal interrupts it. */
#define LOOK_MS 100

static void wait_writable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

	poll(&poll_fd, 1, LOOK_MS);
}

static ssize_t write_once(int fd, uint64_t at, const struct iovec *pieces, int count)
{
	return at == WRITE_HERE ? writev(fd, pieces, count) : pwritev(fd, pieces, count, (off_t)at);
}

/* 0 where it is worth another try. */
static int after_failure(int fd, int error, struct patience *patience)
{
	if (error != EINTR && error != EAGAIN)
		return -error;
	if (is_over(patience))
		return -ETIME;
	if (error == EAGAIN)
		wait_writable(fd);
	return 0;
}

int write_all(int fd, uint64_t at, struct iovec *pieces, int count)
{
	struct patience patience = {0};
	int code = 0;

	while (code == 0 && write_size(pieces, count) > 0) {
		ssize_t wrote = write_once(fd, at, pieces, count);

		if (wrote < 0) {
			code = after_failure(fd, errno, &patience);
			continue;
		}
		if (at != WRITE_HERE)
			at += (uint64_t)wrote;
		drop_written(pieces, count, (size_t)wrote);
		note_progress(&patience);
	}
	return code;
}

/* Returns whether FD takes PIPE_BUF bytes in time without blocking, as poll(2) says of a pipe. */
static bool is_writable_soon(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
	uint64_t end = clock_now_ns(CLOCK_MONOTONIC) + WRITE_STUCK_MS * NS_PER_MS;
	int ready;

	do
		ready = poll(&poll_fd, 1, (int)WRITE_STUCK_MS);
	while (ready < 0 && errno == EINTR && clock_now_ns(CLOCK_MONOTONIC) < end);
	return ready > 0;
}

int write_soon(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		if (!is_writable_soon(fd))
			return -ETIME;
		ssize_t wrote = write(fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);

		if (wrote < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (wrote > 0) {
			bytes += wrote;
			size -= (size_t)wrote;
		}
	}
	return 0;
}
