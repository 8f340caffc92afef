/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/files.h"
#include "base/number.h"

/* An environment has at most three quarters of 8 MiB (_STK_LIM in the kernel's fs/exec.c). */
#define ENVIRONMENT_MAX (8U << 20)
/* Of /proc/PID/status: most of it is the groups, of which there are 65536 at most. */
#define STATUS_MAX (1U << 20)

/* ---- the caller ---- */

/* Our signals while sudo runs. One that is ignored (nohup(1)) stays so. */
static void block_signals(sigset_t *blocked, sigset_t *before)
{
	static const int stops[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action;

	sigemptyset(blocked);
	sigaddset(blocked, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
		if (sigaction(stops[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(blocked, stops[i]);
	}
	sigprocmask(SIG_BLOCK, blocked, before);
}

/* Until SUDO ends. Whoever it runs is told to stop by the end of our pipe. */
static int wait_for(pid_t sudo, int pipe_fd, const sigset_t *signals)
{
	siginfo_t info;
	int status;

	while (waitpid(sudo, &status, WNOHANG) == 0) {
		int signal = sigwaitinfo(signals, &info);

		/* The terminal's signals go to everybody by themselves. */
		if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL && pipe_fd >= 0) {
			close(pipe_fd);
			pipe_fd = -1;
		}
	}
	if (pipe_fd >= 0)
		close(pipe_fd);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int spawn(char *const argv[], const sigset_t *signals, pid_t *pid)
{
	posix_spawnattr_t attributes;
	int code = posix_spawnattr_init(&attributes);

	if (code != 0)
		return -code;
	code = posix_spawnattr_setsigmask(&attributes, signals);
	if (code == 0)
		code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (code == 0)
		code = posix_spawnp(pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return -code;
}

static int run_sudo(char *const argv[], int pipe_fd, struct error *err)
{
	sigset_t blocked, before;
	pid_t pid;

	block_signals(&blocked, &before);
	int code = spawn(argv, &before, &pid);
	if (code == 0)
		return wait_for(pid, pipe_fd, &blocked);
	close(pipe_fd);
	error_set(err, code, "--sudo: cannot run sudo: %s", strerror(-code));
	error_remedy(err, "perf_exec_trace --run-as USER ... as root");
	return code;
}

static int own_path(char *path, size_t size, struct error *err)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);

	if (length < 0)
		return error_set(err, -errno, "--sudo: cannot read /proc/self/exe: %s",
				 strerror(errno));
	path[length] = '\0';
	return 0;
}

/* sudo -- PATH, ARGV's first WORDS words but for the first, OPTION, the others. Caller frees. */
static const char **make_line(char *const argv[], unsigned int words, const char *path,
			      const char *option)
{
	size_t count = 0, used = 0;

	while (argv[count])
		count++;
	const char **line = calloc(count + 4, sizeof(*line));
	if (!line)
		return NULL;
	line[used++] = "sudo";
	line[used++] = "--";
	line[used++] = path;
	for (size_t i = 1; i < words; i++)
		line[used++] = argv[i];
	line[used++] = option;
	for (size_t i = words; i < count; i++)
		line[used++] = argv[i];
	return line;
}

int caller_start_sudo(char *const argv[], unsigned int words, struct error *err)
{
	char path[PATH_MAX], option[64];
	int ends[2];
	int code = own_path(path, sizeof(path), err);

	if (code < 0)
		return code;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	close(ends[0]);
	snprintf(option, sizeof(option), CALLER_OPTION "%d,%d", (int)getpid(), ends[1]);
	const char **line = make_line(argv, words, path, option);
	if (!line) {
		close(ends[1]);
		return error_no_memory(err);
	}
	code = run_sudo((char *const *)(uintptr_t)line, ends[1], err);
	free(line);
	return code;
}

/* ---- whom it started ---- */

int caller_parse(const char *text, struct caller *caller)
{
	uint64_t pid, fd;

	if (number_take(&text, 1, INT_MAX, &pid) < 0 || *text++ != ',' ||
	    number_parse(text, 0, INT_MAX, &fd) < 0)
		return -EINVAL;
	*caller = (struct caller){(int)pid, (int)fd};
	return 0;
}

/* Numbers behind NAME in TEXT, which is /proc/PID/status. Returns how many of MAX there are. */
static size_t take_ids(const char *text, const char *name, uint32_t *ids, size_t max)
{
	const char *at = strstr(text, name);
	size_t count = 0;
	uint64_t id;

	at = at ? at + strlen(name) : "";
	while (count < max) {
		at += strspn(at, "\t ");
		if (number_take(&at, 0, UINT32_MAX, &id) < 0)
			break;
		ids[count++] = (uint32_t)id;
	}
	return count;
}

/* Real, effective, saved and file system id have to be the same: else it is no plain process. */
static int take_id(const char *text, const char *name, uint32_t *id)
{
	uint32_t ids[4];

	if (take_ids(text, name, ids, ARRAY_SIZE(ids)) != ARRAY_SIZE(ids) || ids[0] != ids[1] ||
	    ids[0] != ids[2] || ids[0] != ids[3])
		return -EPERM;
	*id = ids[0];
	return 0;
}

static int take_groups(const char *text, struct user *user)
{
	/* Each takes a digit and a blank. */
	size_t max = strlen(text) / 2;

	user->groups = calloc(max + 1, sizeof(*user->groups));
	if (!user->groups)
		return -ENOMEM;
	user->group_count = take_ids(text, "\nGroups:", user->groups, max);
	return 0;
}

/* sudo adds to the umask. What is made for the user, by us too, is made as without sudo. */
static void take_umask(const char *text)
{
	const char *at = strstr(text, "\nUmask:");

	if (at)
		umask((mode_t)strtoul(at + strlen("\nUmask:"), NULL, 8));
}

static int read_status(int dir, struct user *user)
{
	struct buffer text = {0};
	int code = file_read_all(dir, "status", STATUS_MAX, &text);

	if (code == 0)
		code = take_id(text.bytes, "\nUid:", &user->uid);
	if (code == 0)
		code = take_id(text.bytes, "\nGid:", &user->gid);
	if (code == 0)
		code = take_groups(text.bytes, user);
	if (code == 0)
		take_umask(text.bytes);
	buffer_done(&text);
	return code;
}

/* sudo sets it; nobody else's word counts. */
static int check_sudo(const struct user *user)
{
	const char *text = getenv("SUDO_UID");
	uint64_t uid;

	return text && number_parse(text, 0, UINT32_MAX, &uid) == 0 && uid == user->uid ? 0
											: -EPERM;
}

static int read_environment(int dir, struct user *user)
{
	struct buffer *text = &user->environment_text;
	size_t count = 0;
	int code = file_read_all(dir, "environ", ENVIRONMENT_MAX, text);

	if (code < 0)
		return code;
	/* What is behind the last NUL has one of file_read_all()'s. */
	for (size_t at = 0; at < text->size; at += strlen(text->bytes + at) + 1)
		count++;
	user->environment = calloc(count + 1, sizeof(*user->environment));
	if (!user->environment)
		return -ENOMEM;
	count = 0;
	for (size_t at = 0; at < text->size; at += strlen(text->bytes + at) + 1)
		user->environment[count++] = text->bytes + at;
	return 0;
}

/* SIGTERM for us once nobody has the other end (fcntl(2), F_SETSIG). */
static int watch_end(int dir, int pipe_fd)
{
	char path[32], byte;

	snprintf(path, sizeof(path), "fd/%d", pipe_fd);
	int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETSIG, SIGTERM) < 0 || fcntl(fd, F_SETOWN, getpid()) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) < 0 ||
	    /* It may have ended just before that. */
	    read(fd, &byte, 1) >= 0) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

static int read_caller(int dir, struct user *user)
{
	int code = read_status(dir, user);

	if (code == 0)
		code = check_sudo(user);
	return code == 0 ? read_environment(dir, user) : code;
}

int caller_find(const struct caller *caller, int proc_fd, struct user **user, int *end_fd,
		struct error *err)
{
	char path[16];
	struct user *found = calloc(1, sizeof(*found));

	if (!found)
		return error_no_memory(err);
	snprintf(path, sizeof(path), "%d", caller->pid);
	/* One process from here on, whoever gets its pid. */
	int dir = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = dir < 0 ? -errno : read_caller(dir, found);
	if (code == 0)
		code = watch_end(dir, caller->fd);
	if (dir >= 0)
		close(dir);
	if (code < 0) {
		user_free(found);
		return error_set(err, code, "--sudo: cannot tell who called (process %d): %s",
				 caller->pid, strerror(-code));
	}
	*user = found;
	*end_fd = code;
	return 0;
}
