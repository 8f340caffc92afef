/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tasks that a recorder found when it began, out of the records that it made up for them.
 */
#ifndef PXT_CAPTURE_READ_FOUND_TASKS_H
#define PXT_CAPTURE_READ_FOUND_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* A task that was there when the recording began. */
struct capture_task {
	int32_t tid, tgid;
	int32_t parent; /* the parent's tgid, of a thread its own process's; 0: not known */
	char comm[16];  /* ended by a NUL; "": not known */
};

/* All zero is an empty one. */
struct found_tasks {
	struct capture_task *list;
	size_t count, capacity;
};

/*
 * Take the SIZE bytes of a FORK's body, or of a COMM's, which comes behind the FORK of its task if
 * there is one. SWAP: they are in the other byte order. Too short ones are left out. 0 or -ENOMEM.
 */
int found_tasks_fork(struct found_tasks *tasks, const void *body, size_t size,
		     bool swap) MUST_CHECK;
int found_tasks_comm(struct found_tasks *tasks, const void *body, size_t size,
		     bool swap) MUST_CHECK;

void found_tasks_done(struct found_tasks *tasks);

#endif
