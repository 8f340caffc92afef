/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads tasks and their ids from /proc (proc(5)).
 */
#ifndef PXT_HOST_PROC_H
#define PXT_HOST_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* A process or thread that is no zombie, borrowed for the call. */
struct proc_task {
	int32_t pid, tid; /* tgid and tid */
	int32_t ppid;     /* of the process */
	const char *comm; /* as it is, up to 63 bytes for kernel threads */
	bool is_exiting;  /* its sched_process_exit may be over */
};

/*
 * Call VISIT for every task under PROC_FD, a directory fd of /proc, in no order. Tasks that come
 * and go meanwhile may be missed. Returns 0 or a negative errno.
 */
int proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
	       void *context) MUST_CHECK;

/* User and group ids, as our own user namespace sees them. */
struct proc_ids {
	uint32_t uid, euid, gid, egid;
};

/*
 * Read the ids of process PID from its status file. Returns 0, -ESRCH, -EBADMSG, or another
 * negative errno with IDS as it was.
 */
int proc_read_ids(int proc_fd, int32_t pid, struct proc_ids *ids) MUST_CHECK;

/* Whether a task (process or thread) with this tid is there and not a zombie. */
bool proc_is_alive(int proc_fd, int32_t tid);

#endif
