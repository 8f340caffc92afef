/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refers to tasks by pidfd, which tells the exit status of a task once it has been reaped: from
 * Linux 6.15 on (PIDFD_INFO_EXIT, include/uapi/linux/pidfd.h).
 */
#ifndef PXT_HOST_PIDFD_H
#define PXT_HOST_PIDFD_H

#include <linux/ioctl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* struct pidfd_info as of Linux 6.13; the installed headers may be older. */
struct pidfd_exit_info {
	uint64_t mask;
	uint64_t cgroup_id;
	uint32_t ids[11]; /* pid, tgid, ppid, and the user and group ids */
	int32_t exit_code;
};
#define PIDFD_REQUEST_INFO _IOWR(0xFF, 11, struct pidfd_exit_info)

/*
 * Open the task with this TID in our pid namespace, alive or a zombie; IS_THREAD: it is not the
 * first of its process (from Linux 6.9 on). Returns a descriptor, -ESRCH where there is none, or
 * another negative errno.
 */
int pidfd_open_task(int32_t tid, bool is_thread) MUST_CHECK;

/*
 * Returns 1 with its wait *STATUS once FD's task has been reaped, 0 before; -ESRCH where it has and
 * this kernel does not tell; another negative errno where it has no such request. Of a process that
 * ended by exit_group(2) or a signal, every thread has the status of that.
 */
int pidfd_exit_status(int fd, uint32_t *status) MUST_CHECK;

/* Returns 0 where this kernel tells, tried on a child; else a negative errno. */
int pidfd_probe(void) MUST_CHECK;

#endif
