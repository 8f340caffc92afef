/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define VARIABLES 8U

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

int spawn_find(const char *name, char *path, size_t size)
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

static int make_channels(enum spawn_output output, int out[2], int err[2])
{
	int made = output == SPAWN_TERMINAL ? make_terminal(out) : make_pipe(out);

	if (made < 0)
		return made;
	if (pipe2(err, O_CLOEXEC) < 0) {
		int code = -errno;

		close_both(out);
		return code;
	}
	return 0;
}

static int fork_and_run(char *const argv[], const char *const extra[], const int out[2],
			const int err[2], pid_t *pid)
{
	const pid_t parent = getpid();
	const pid_t child = fork();

	if (child == 0)
		run(argv, extra, parent, out[1], err[1]);
	if (child < 0)
		return -errno;
	/* As it does itself: whoever comes first. */
	setpgid(child, child);
	*pid = child;
	return 0;
}

int spawn(char *const argv[], const char *const extra[], enum spawn_output output,
	  struct spawned *spawned)
{
	int out[2], err[2];
	int code = make_channels(output, out, err);

	if (code < 0)
		return code;
	if (fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) < 0)
		code = -errno;
	if (code == 0)
		code = fork_and_run(argv, extra, out, err, &spawned->pid);
	if (code < 0) {
		close_both(out);
		close_both(err);
		return code;
	}
	close(out[1]);
	close(err[1]);
	spawned->out_fd = out[0];
	spawned->err_fd = err[0];
	return 0;
}
