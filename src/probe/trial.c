/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf/perf_event.h"
#include "perf/ring.h"

/* Two samples of some 3 KiB for each chunk of the argv probe; a power of two. */
#define TRIAL_PAGES 32U

struct child {
	pid_t pid;
	int hold_fd; /* it begins once this is closed */
};

/* Only what is safe between fork and exec. */
static _Noreturn void wait_and_run(const struct trial *trial, const int pipe_fds[2])
{
	char byte;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &byte, 1) == 0)
		trial->run(trial->context);
	_exit(127);
}

static int start_child(const struct trial *trial, struct child *child)
{
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	int code = pid < 0 ? -errno : 0;
	if (pid == 0)
		wait_and_run(trial, pipe_fds);
	close(pipe_fds[0]);
	if (code < 0)
		close(pipe_fds[1]);
	else
		*child = (struct child){pid, pipe_fds[1]};
	return code;
}

static void let_run(const struct child *child)
{
	close(child->hold_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void look_at_ring(const struct trial *trial, void *map, size_t page)
{
	const struct perf_event_header *bytes;
	struct record_layout layout;
	struct record record;
	struct ring ring;

	if (ring_init(&ring, map, (unsigned char *)map + page, TRIAL_PAGES * page) < 0)
		return;
	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	ring_refresh(&ring);
	while (ring_peek(&ring, &bytes) > 0) {
		if (record_parse(bytes, &layout, &record) == 0)
			trial->look(trial->context, &record);
		ring_advance(&ring);
	}
	ring_done(&ring);
}

/* FD is the event of CHILD. */
static int watch(const struct trial *trial, int fd, const struct child *child)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (1 + TRIAL_PAGES) * page;
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int code = map == MAP_FAILED || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;

	let_run(child);
	if (code == 0)
		look_at_ring(trial, map, page);
	if (map != MAP_FAILED)
		munmap(map, size);
	return code;
}

int trial_run(const struct trial *trial)
{
	const struct perf_event_extra none = {0};
	struct perf_event_attr attr = perf_event_tracepoint_attr(trial->id, &none, 0);
	struct child child = {0};
	int code = start_child(trial, &child);

	if (code < 0)
		return code;
	int fd = perf_event_open_raw(&attr, child.pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		let_run(&child);
		return fd;
	}
	code = watch(trial, fd, &child);
	close(fd);
	return code;
}
