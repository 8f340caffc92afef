/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tasks that existed when a recording began, from the records that the recorder synthesized for
 * them.
 */
#ifndef PXT_CAPTURE_READ_FOUND_TASKS_H
#define PXT_CAPTURE_READ_FOUND_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* One such task. */
struct capture_task {
	int32_t tid, tgid;
	int32_t parent; /* the parent's tgid; of a thread, its own tgid; 0: unknown */
	char comm[16];  /* ended by a NUL; "": unknown */
};

/* All zero is an empty list. */
struct found_tasks {
	struct capture_task *list;
	size_t count, capacity;
};

/*
 * Add a task from the SIZE bytes of a FORK's body, or of a COMM's, which names the task of the FORK
 * before it if that is the same. SWAP: they are in the other byte order. Bodies that are too short
 * are ignored. Returns 0 or -ENOMEM.
 */
int found_tasks_fork(struct found_tasks *tasks, const void *body, size_t size,
		     bool swap) MUST_CHECK;
int found_tasks_comm(struct found_tasks *tasks, const void *body, size_t size,
		     bool swap) MUST_CHECK;

void found_tasks_done(struct found_tasks *tasks);

#endif
