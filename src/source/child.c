/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"

#define END_MS 1000U
#define END_TICK_NS 5000000L

struct stream {
	int fd; /* -1: closed */
	size_t start, end;
	char bytes[CHILD_BUFFER_SIZE];
};

struct child {
	pid_t pid; /* 0: reaped */
	int status;
	char name[32];
	char last_words[160]; /* the last line of standard error */
	struct stream out, err;
};

/* ---- starting ---- */

int child_start(char *const argv[], const char *const extra[], enum spawn_output output,
		struct child **started, struct error *err)
{
	const char *slash = strrchr(argv[0], '/');
	struct child *child = calloc(1, sizeof(*child));
	struct spawned spawned;

	if (!child)
		return error_no_memory(err);
	snprintf(child->name, sizeof(child->name), "%s", slash ? slash + 1 : argv[0]);
	int code = spawn(argv, extra, output, &spawned);
	if (code < 0) {
		free(child);
		return error_set(err, code, "cannot start %.80s: %s", argv[0], strerror(-code));
	}
	child->pid = spawned.pid;
	child->out.fd = spawned.out_fd;
	child->err.fd = spawned.err_fd;
	*started = child;
	return 0;
}

const char *child_name(const struct child *child)
{
	return child->name;
}

/* ---- reading ---- */

static void close_stream(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

/* 1, 0 where nothing is there or no room, -ENODATA at its end, another negative errno. */
static int fill(struct stream *stream)
{
	if (stream->start > 0) {
		memmove(stream->bytes, stream->bytes + stream->start, stream->end - stream->start);
		stream->end -= stream->start;
		stream->start = 0;
	}
	if (stream->fd < 0)
		return -ENODATA;
	if (stream->end == sizeof(stream->bytes))
		return 0;
	ssize_t got =
		read(stream->fd, stream->bytes + stream->end, sizeof(stream->bytes) - stream->end);
	if (got < 0 && errno != EIO)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	/* EIO: nobody has the other end of the terminal open any more. */
	if (got <= 0) {
		close_stream(stream);
		return -ENODATA;
	}
	stream->end += (size_t)got;
	return 1;
}

static bool is_failure(int code)
{
	return code < 0 && code != -ENODATA;
}

int child_read(struct child *child, struct error *err)
{
	int on_err = fill(&child->err);
	int on_out = fill(&child->out);

	if (is_failure(on_err) || is_failure(on_out)) {
		int code = is_failure(on_err) ? on_err : on_out;

		return error_set(err, code, "cannot read from %s: %s", child->name,
				 strerror(-code));
	}
	return on_err > 0 ? 1 : on_out;
}

struct text child_output(const struct child *child)
{
	return (struct text){child->out.bytes + child->out.start,
			     child->out.end - child->out.start};
}

void child_use(struct child *child, size_t size)
{
	child->out.start += size;
}

static bool take_line(struct stream *stream, struct text *line)
{
	char *from = stream->bytes + stream->start;
	char *newline = memchr(from, '\n', stream->end - stream->start);

	if (!newline)
		return false;
	*line = (struct text){from, (size_t)(newline - from)};
	stream->start += line->length + 1;
	return true;
}

bool child_line(struct child *child, struct text *line)
{
	return take_line(&child->out, line);
}

/* What has no end yet is a line once no more comes, or none fits. */
static bool take_rest(struct stream *stream, struct text *line)
{
	*line = (struct text){stream->bytes + stream->start, stream->end - stream->start};
	if (line->length == 0 || (stream->fd >= 0 && line->length < sizeof(stream->bytes)))
		return false;
	stream->start = stream->end;
	return true;
}

bool child_error_line(struct child *child, struct text *line)
{
	if (!take_line(&child->err, line) && !take_rest(&child->err, line))
		return false;
	if (line->length > 0)
		snprintf(child->last_words, sizeof(child->last_words), "%.*s",
			 line->length < sizeof(child->last_words) ? (int)line->length
								  : (int)sizeof(child->last_words),
			 line->bytes);
	return true;
}

bool child_is_full(const struct child *child)
{
	const struct stream *out = &child->out;

	return out->end - out->start == sizeof(out->bytes) &&
	       !memchr(out->bytes + out->start, '\n', out->end - out->start);
}

int child_wait(const struct child *child, int wake_fd, int timeout_ms, struct error *err)
{
	/* poll(2) passes over what is -1. */
	struct pollfd fds[] = {
		{.fd = child->out.fd, .events = POLLIN},
		{.fd = child->err.fd, .events = POLLIN},
		{.fd = wake_fd, .events = POLLIN},
	};

	if (child->out.fd < 0)
		return 0;
	if (poll(fds, ARRAY_SIZE(fds), timeout_ms) < 0 && errno != EINTR)
		return error_set(err, -errno, "cannot wait for %s: %s", child->name,
				 strerror(errno));
	return 0;
}

/* ---- the end ---- */

/* Its group is its own (source/spawn.h): a script that runs the program ends with it. */
void child_interrupt(struct child *child)
{
	if (child->pid > 0)
		kill(-child->pid, SIGINT);
}

static bool has_ended(const struct child *child)
{
	siginfo_t info = {0};

	/* Not reaped yet: its group's id remains ours. */
	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

/* Wait MS at most for its end; kill whatever is left of its group, and reap it. */
static void reap(struct child *child, unsigned int ms)
{
	const struct timespec tick = {.tv_nsec = END_TICK_NS};
	const uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;

	if (child->pid == 0)
		return;
	while (clock_now_ns(CLOCK_MONOTONIC) < until && !has_ended(child))
		nanosleep(&tick, NULL);
	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}

int child_ended(struct child *child, struct error *err)
{
	struct text line;
	char how[40];

	reap(child, END_MS);
	while (fill(&child->err) > 0 || child->err.end > child->err.start) {
		while (child_error_line(child, &line))
			;
	}
	if (WIFSIGNALED(child->status))
		snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(child->status));
	else
		snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(child->status));
	return error_set(err, -EPIPE, "%s %s%s%s", child->name, how,
			 child->last_words[0] ? ": " : "", child->last_words);
}

void child_free(struct child *child)
{
	if (!child)
		return;
	close_stream(&child->out);
	close_stream(&child->err);
	reap(child, 0);
	free(child);
}
