/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/sentinel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event/event.h"
#include "host/perf_clock.h"

#define SHELL "/bin/sh"
#define SHELL_NAME "sh"

/* MAX_RT_PRIO and NICE_WIDTH of include/linux/sched/prio.h: nice 0. */
#define PRIO_OF_NICE_0 120

/* Bits of randomness in the path, two bytes each. */
#define PATH_BITS 50U

static void choose_names(struct sentinel *sentinel)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	unsigned char random[TASK_COMM_SIZE + PATH_BITS] = {0};
	char *at = sentinel->path;

	/* Where there is none yet, as early at boot, they are only less unlikely by chance. */
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) < 0)
		random[0] = (unsigned char)getpid();
	for (size_t i = 0; i < TASK_COMM_SIZE - 1; i++)
		sentinel->name[i] = letters[random[i] % (sizeof(letters) - 1)];
	sentinel->name[TASK_COMM_SIZE - 1] = '\0';
	for (size_t i = 0; i < PATH_BITS; i++) {
		*at++ = '/';
		*at++ = random[TASK_COMM_SIZE + i] & 1 ? '.' : '/';
	}
	memcpy(at, SHELL, sizeof(SHELL));
	sentinel->new_name = SHELL_NAME;
}

static int32_t own_prio(void)
{
	int policy = sched_getscheduler(0);
	int nice = getpriority(PRIO_PROCESS, 0);

	return policy == SCHED_OTHER || policy == SCHED_BATCH ? PRIO_OF_NICE_0 + nice
							      : EVENT_NO_PRIO;
}

static bool pin(int cpu)
{
	size_t size = CPU_ALLOC_SIZE((size_t)cpu + 1);
	cpu_set_t *cpus = CPU_ALLOC((size_t)cpu + 1);

	if (!cpus)
		return false;
	CPU_ZERO_S(size, cpus);
	CPU_SET_S((size_t)cpu, size, cpus);
	return sched_setaffinity(0, size, cpus) == 0;
}

static _Noreturn void be_child(const char *path)
{
	char name[] = SHELL_NAME, option[] = "-c", script[] = ":";
	char *argv[] = {name, option, script, NULL}, *none[] = {NULL};

	execve(path, argv, none);
	_exit(127);
}

/* Only what is safe between fork and exec. */
static _Noreturn void be_parent(const struct sentinel *sentinel, int cpu, int report_fd)
{
	sigset_t all;
	int status;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if ((cpu >= 0 && !pin(cpu)) || prctl(PR_SET_NAME, sentinel->name) < 0)
		_exit(EINVAL);
	pid_t child = fork();
	if (child == 0)
		be_child(sentinel->path);
	if (child < 0 || write(report_fd, &child, sizeof(child)) != (ssize_t)sizeof(child) ||
	    waitpid(child, &status, 0) < 0)
		_exit(EAGAIN);
	_exit(status == 0 ? 0 : ENOENT);
}

static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int send(struct sentinel *sentinel, int cpu)
{
	int report[2];
	pid_t child = 0;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	pid_t parent = fork();
	if (parent == 0)
		be_parent(sentinel, cpu, report[1]);
	int code = parent < 0 ? -errno : reap(parent);
	close(report[1]);
	if (code == 0 && read(report[0], &child, sizeof(child)) != (ssize_t)sizeof(child))
		code = -EIO;
	close(report[0]);
	sentinel->parent = (int32_t)parent;
	sentinel->child = (int32_t)child;
	return code;
}

int sentinel_send(struct sentinel *sentinel, int cpu, struct error *err)
{
	struct sentinel sent = {.prio = own_prio(), .before_ns = perf_clock_now_ns()};

	choose_names(&sent);
	int code = send(&sent, cpu);
	if (code < 0)
		return error_set(err, code, "cannot run %s to try the backend: %s", SHELL,
				 strerror(-code));
	sent.after_ns = perf_clock_now_ns();
	*sentinel = sent;
	return 0;
}
