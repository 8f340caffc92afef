/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a loss, tasks whose EXIT was among what was lost are looked for in /proc and forgotten, a
 * few at a time: a trace without an end must not fill the memory with them.
 */
#ifndef PXT_RUN_SWEEP_H
#define PXT_RUN_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "task/task_table.h"

/* So many tasks are looked for at a time (some microseconds each), ... */
#define SWEEP_TASKS 256U
/* ... and between two rounds there is time for what happened in the first to be read. */
#define SWEEP_PAUSE_NS UINT64_C(1000000000)

/* All zero: nothing was lost. */
struct sweep {
	unsigned int rounds; /* that are to come */
	uint64_t next_ns;    /* not before then, CLOCK_MONOTONIC */
};

/* Events were lost. */
void sweep_begin(struct sweep *sweep);

/*
 * A part of a round through TABLE, if one is due at NOW_NS; call it when nothing is left to read.
 * Returns whether a round ended.
 */
bool sweep_go_on(struct sweep *sweep, int proc_fd, struct task_table *table, uint64_t now_ns);

#endif
