/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads tasks and their user and group ids from /proc (proc(5)).
 */
#ifndef PXT_HOST_PROC_H
#define PXT_HOST_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* A process or thread that is no zombie. Borrowed for the call. */
struct proc_task {
	int32_t pid, tid; /* tgid and tid */
	int32_t ppid;     /* of the process */
	const char *comm; /* any bytes; up to 63 for kernel threads */
	bool is_exiting;  /* its sched_process_exit may have happened already */
};

/*
 * Call VISIT for every task under PROC_FD, a directory fd of /proc, in no order. Tasks that start
 * or end meanwhile may be missed. Returns 0 or a negative errno.
 */
int proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
	       void *context) MUST_CHECK;

/* User and group ids, mapped to our own user namespace. */
struct proc_ids {
	uint32_t uid, euid, gid, egid;
};

/*
 * Read the ids of process PID from its status file. Returns 0, -ESRCH, -EBADMSG, or another
 * negative errno with IDS as it was.
 */
int proc_read_ids(int proc_fd, int32_t pid, struct proc_ids *ids) MUST_CHECK;

/* The thread group of a task. */
struct proc_group {
	int32_t tgid;
	int32_t threads; /* those that ended and are not reaped included */
};

/* Read the group of task TID. Returns 0, or a negative errno as above with GROUP as it was. */
int proc_read_group(int proc_fd, int32_t tid, struct proc_group *group) MUST_CHECK;

/*
 * Read when process PID started, in clock ticks since boot: pids come again, with another start.
 * Returns 0, or a negative errno as above with TICKS as it was.
 */
int proc_read_start(int proc_fd, int32_t pid, uint64_t *ticks) MUST_CHECK;

/* Returns whether a task (process or thread) with this tid exists and is no zombie. */
bool proc_is_alive(int proc_fd, int32_t tid);

/*
 * Returns 1 where task TID is exiting or a zombie, 0 where it lives on, -ESRCH where /proc does not
 * show it, or another negative errno.
 */
int proc_is_exiting(int proc_fd, int32_t tid) MUST_CHECK;

/*
 * Whether a /proc is mounted that shows each user his own processes alone (hidepid of proc(5)), or
 * this cannot be told.
 */
bool proc_hides_tasks(int proc_fd);

#endif
