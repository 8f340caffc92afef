/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live task (a process's leader or another thread) in the task table. Outside this folder only
 * `tid` and `followed` are of use.
 */
#ifndef PXT_TASK_TASK_H
#define PXT_TASK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "task/thread.h"

struct thread_group;

/* A cache line on 64-bit machines. */
struct task {
	struct thread thread;       /* where no facts are kept, only its birth is set */
	struct thread_group *group; /* NULL: it is a leader, or its process is not known */
	int32_t tid;
	int32_t previous_tid, next_tid; /* in the group; 0: none */
	bool followed;                  /* asked for itself, or a descendant of a followed task */
	bool missing;                   /* the last look found it not alive */
};

#endif
