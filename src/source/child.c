/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define END_MS 1000U
#define END_TICK_NS 5000000L
#define VARIABLES 8U

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

static bool find_in(const char *directories, const char *name, char *path, size_t size)
{
	while (*directories) {
		size_t length = strcspn(directories, ":");
		int used = snprintf(path, size, "%.*s/%s", (int)length, directories, name);

		if (directories[0] == '/' && used > 0 && (size_t)used < size &&
		    access(path, X_OK) == 0)
			return true;
		directories += length + (directories[length] == ':');
	}
	return false;
}

int child_find(const char *name, char *path, size_t size)
{
	const char *directories = getenv("PATH");

	if ((directories && find_in(directories, name, path, size)) ||
	    find_in(SYSTEM_PATH, name, path, size))
		return 0;
	return -ENOENT;
}

/* Handlers are gone after the exec; what is ignored and blocked stays. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Ours close themselves, but whoever started us may have left others. Needs Linux 5.9. */
static void close_inherited(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, STDERR_FILENO + 1U, ~0U, 0U) < 0)
		return;
#endif
}

/* Where it cannot be mounted the program itself says what it misses. */
static void mount_tracefs(void)
{
	if (access("/sys/kernel/tracing/events", F_OK) == 0 ||
	    access("/sys/kernel/debug/tracing/events", F_OK) == 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) < 0)
		return;
}

static bool redirect(int out, int err)
{
	int in = open("/dev/null", O_RDONLY);

	return in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	       dup2(err, STDERR_FILENO) >= 0;
}

static _Noreturn void run(char *const argv[], const char *const extra[], pid_t parent, int out,
			  int err)
{
	char path[] = "PATH=" SYSTEM_PATH, locale[] = "LC_ALL=C";
	char *variables[VARIABLES + 3] = {path, locale};

	for (size_t i = 0; i < VARIABLES && extra[i]; i++)
		variables[i + 2] = (char *)(uintptr_t)extra[i];
	reset_signals();
	setpgid(0, 0);
	/* We may have died before it held. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent || !redirect(out, err))
		_exit(126);
	close_inherited();
	mount_tracefs();
	execve(argv[0], argv, variables);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void close_both(const int pipe[2])
{
	close(pipe[0]);
	close(pipe[1]);
}

/* Both ends of a terminal that changes no byte. Returns 0 or a negative errno. */
static int make_terminal(int ends[2])
{
	struct termios raw;
	char name[64];
	int code = 0;

	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[0] < 0)
		return -errno;
	if (grantpt(ends[0]) < 0 || unlockpt(ends[0]) < 0 ||
	    ptsname_r(ends[0], name, sizeof(name)) != 0 ||
	    (ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		code = -errno;
		close(ends[0]);
		return code;
	}
	if (tcgetattr(ends[1], &raw) == 0) {
		cfmakeraw(&raw);
		code = tcsetattr(ends[1], TCSANOW, &raw) < 0 ? -errno : 0;
	}
	if (code < 0)
		close_both(ends);
	return code;
}

static int make_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
}

static int make_channels(enum child_output output, int out[2], int err[2])
{
	int made = output == CHILD_TERMINAL ? make_terminal(out) : make_pipe(out);

	if (made < 0)
		return made;
	if (pipe2(err, O_CLOEXEC) < 0) {
		int code = -errno;

		close_both(out);
		return code;
	}
	return 0;
}

static int start(struct child *child, char *const argv[], const char *const extra[],
		 enum child_output output)
{
	int out[2], err[2];
	pid_t parent = getpid();
	int code = make_channels(output, out, err);

	if (code < 0)
		return code;
	child->pid = fork();
	if (child->pid == 0)
		run(argv, extra, parent, out[1], err[1]);
	code = child->pid < 0 ? -errno : 0;
	if (code < 0) {
		child->pid = 0;
		close_both(out);
		close_both(err);
		return code;
	}
	close(out[1]);
	close(err[1]);
	child->out.fd = out[0];
	child->err.fd = err[0];
	if (fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int child_start(char *const argv[], const char *const extra[], enum child_output output,
		struct child **started, struct error *err)
{
	const char *slash = strrchr(argv[0], '/');
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return error_set(err, -ENOMEM, "out of memory");
	child->out.fd = child->err.fd = -1;
	snprintf(child->name, sizeof(child->name), "%s", slash ? slash + 1 : argv[0]);
	int code = start(child, argv, extra, output);
	if (code < 0) {
		child_free(child);
		return error_set(err, code, "cannot start %.80s: %s", argv[0], strerror(-code));
	}
	*started = child;
	return 0;
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

int child_read(struct child *child)
{
	int on_err = fill(&child->err);
	int on_out = fill(&child->out);

	if (on_err > 0 || on_out > 0)
		return 1;
	return on_err < 0 && on_err != -ENODATA ? on_err : on_out;
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

int child_wait(const struct child *child, int wake_fd, int timeout_ms)
{
	/* poll(2) passes over what is -1. */
	struct pollfd fds[] = {
		{.fd = child->out.fd, .events = POLLIN},
		{.fd = child->err.fd, .events = POLLIN},
		{.fd = wake_fd, .events = POLLIN},
	};

	if (child->out.fd < 0)
		return 0;
	if (poll(fds, sizeof(fds) / sizeof(fds[0]), timeout_ms) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* ---- the end ---- */

void child_interrupt(struct child *child)
{
	if (child->pid > 0)
		kill(child->pid, SIGINT);
}

/* Reap it where it has ended, at the latest after MS; kills it then. */
static void reap(struct child *child, unsigned int ms)
{
	const struct timespec tick = {.tv_nsec = END_TICK_NS};
	uint64_t until = clock_now_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;
	pid_t got = 0;

	if (child->pid == 0)
		return;
	while (ms > 0 && (got = waitpid(child->pid, &child->status, WNOHANG)) == 0 &&
	       clock_now_ns(CLOCK_MONOTONIC) < until)
		nanosleep(&tick, NULL);
	if (got == 0) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
			;
	}
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
