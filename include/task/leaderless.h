/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes whose leader has ended and that live on. Their pid names no live task any more, but
 * signals still go to it.
 */
#ifndef PXT_TASK_LEADERLESS_H
#define PXT_TASK_LEADERLESS_H

#include <stdint.h>

#include "base/compiler.h"
#include "task/process.h"

/* All zero is none. */
struct leaderless {
	struct leaderless_process *by_pid;
};

void leaderless_done(struct leaderless *leaderless);

/* Add PROCESS, in place of another one with its pid. Returns 0 or -ENOMEM. */
int leaderless_add(struct leaderless *leaderless, struct process *process) MUST_CHECK;

/* NULL: none. Borrowed from LEADERLESS. */
struct process *leaderless_find(const struct leaderless *leaderless, int32_t pid);

/* Forget the one with this pid, if there is one. */
void leaderless_forget(struct leaderless *leaderless, int32_t pid);

/* Forget those that have no threads. */
void leaderless_forget_ended(struct leaderless *leaderless);

#endif
