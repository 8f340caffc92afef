/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks which program each process runs and since when, and adds its time to the totals. Memory is
 * bounded by the number of pids, even if exits are lost.
 *
 * A run lasts from an exec to the next exec of that process, or to its end. A process that never
 * calls exec is a copy of its parent and runs from its fork on; if it does call exec, the time
 * before that is not counted.
 */
#ifndef PXT_SINK_RUNS_H
#define PXT_SINK_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "sink/program_totals.h"

struct program_run;

/* All 0 at first. */
struct runs {
	struct programs programs;   /* the totals */
	struct program_run *by_pid; /* running ones; of runs.c */
};

/* Free all of it. */
void runs_done(struct runs *runs);

/* PID is a new process, a copy called NAME. Returns 0 or -ENOMEM. */
int runs_fork(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns) MUST_CHECK;

/* PID now runs the program NAME. Returns 0 or -ENOMEM. */
int runs_exec(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns) MUST_CHECK;

/*
 * PID ended; without IS_SURE perhaps only one of its threads did, and the run counts as endless. A
 * copy is counted as NAME where that is known, since it may have renamed itself. Returns its
 * program, borrowed; NULL if PID is older than the trace.
 */
struct program_totals *runs_exit(struct runs *runs, int32_t pid, bool is_sure, struct text name,
				 uint64_t time_ns);

/* The trace ended at TIME_NS: count what still runs, as endless. */
void runs_finish(struct runs *runs, uint64_t time_ns);

#endif
