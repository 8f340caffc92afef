/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live processes whose leader has exited, by pid. No live task has that pid, but signals are
 * still sent to it.
 */
#ifndef PXT_TASK_LEADERLESS_H
#define PXT_TASK_LEADERLESS_H

#include <stdint.h>

#include "base/compiler.h"
#include "task/process.h"

/* Zero-initialised it is empty. */
struct leaderless {
	struct leaderless_process *by_pid;
};

void leaderless_done(struct leaderless *leaderless);

/* Add PROCESS and hold it, in place of another one with its pid. Returns 0 or -ENOMEM. */
int leaderless_add(struct leaderless *leaderless, struct process *process) MUST_CHECK;

/* Returns the process with this PID, borrowed, or NULL. */
struct process *leaderless_find(const struct leaderless *leaderless, int32_t pid);

/* Remove the process with this PID, if there is one. */
void leaderless_forget(struct leaderless *leaderless, int32_t pid);

/* Remove all that have no threads left. */
void leaderless_forget_ended(struct leaderless *leaderless);

#endif
