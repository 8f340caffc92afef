/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tasks that /proc shows (proc(5)).
 */
#ifndef PXT_TASK_PROC_H
#define PXT_TASK_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "task/task_table.h"

/*
 * Enter all processes and threads under PROC_FD (a directory fd of /proc) into TABLE; descendants
 * of followed tasks become followed. Tasks that come and go meanwhile may be missed: start the
 * trace first. Returns 0 or a negative errno.
 */
int proc_scan(int proc_fd, struct task_table *table) MUST_CHECK;

/* A live process or thread, borrowed for the call. */
struct proc_task {
	int32_t pid, tid; /* tgid and tid */
	int32_t ppid;     /* of the process */
	const char *comm; /* as it is, up to 63 bytes for kernel threads */
	bool is_exiting;  /* its sched_process_exit may be over */
};

/* Call VISIT for every task there is, in no order. Returns 0 or a negative errno. */
int proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
	       void *context) MUST_CHECK;

/*
 * Read who process PID is, from its status file: `secure` is not told there. As our own user
 * namespace sees them. Returns 0, -ESRCH, -EBADMSG, or another negative errno.
 */
int proc_read_ids(int proc_fd, int32_t pid, struct credentials *ids) MUST_CHECK;

/* Whether a task (process or thread) with this tid is there and not a zombie. */
bool proc_is_alive(int proc_fd, int32_t tid);

/* task_table_sweep() by what /proc shows. */
bool proc_sweep(int proc_fd, struct task_table *table, size_t max);

/* Forget the tasks of TABLE that are not alive any more. */
void proc_forget_dead(int proc_fd, struct task_table *table);

#endif
