/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks which program each process runs and since when, adds its time to the totals, and counts
 * it for concurrency and the critical path. Memory is bounded by the number of pids, even if exits
 * are lost, and by what the critical path needs.
 *
 * A run lasts from an exec to the next exec of that process, or to its end. A process that never
 * calls exec is a copy of its parent and runs from its fork on; if it does call exec, the time
 * before that is not counted.
 */
#ifndef PXT_SINK_RUNS_H
#define PXT_SINK_RUNS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"
#include "sink/at_work.h"
#include "sink/critical_path.h"
#include "sink/program_totals.h"

struct program_run;

/* All 0 at first. */
struct runs {
	struct programs programs;   /* the totals */
	struct program_run *by_pid; /* running ones; of runs.c */
	struct at_work at_work;
	struct critical_path path;
};

/* A process when it is seen first. */
struct run_birth {
	int32_t pid, ppid;
	uint64_t time_ns; /* of its fork; at the earliest, that of the first event */
};

/* Free all of it. */
void runs_done(struct runs *runs);

/*
 * A process that is older than the trace runs the program NAME: no run is counted. Returns 0 or
 * -ENOMEM.
 */
int runs_older(struct runs *runs, const struct run_birth *birth, struct text name) MUST_CHECK;

/* A new process, a copy called NAME. Returns 0 or -ENOMEM. */
int runs_fork(struct runs *runs, const struct run_birth *birth, struct text name) MUST_CHECK;

/* A process, new with BIRTH where it is not known, now runs the program NAME. Returns 0 or
 * -ENOMEM. */
int runs_exec(struct runs *runs, const struct run_birth *birth, struct text name,
	      uint64_t time_ns) MUST_CHECK;

/*
 * PID ended, by FACTS; where these are not sure, perhaps only one of its threads did, and the run
 * counts as endless. A copy is counted as the name in FACTS where that is known, since it may have
 * renamed itself. *PROGRAM is its program, borrowed; NULL if PID is older than the trace. Returns 0
 * or -ENOMEM.
 */
int runs_exit(struct runs *runs, int32_t pid, const struct facts *facts, uint64_t time_ns,
	      struct program_totals **program) MUST_CHECK;

/*
 * The trace ended at TIME_NS: count what still runs, as endless, and finish the critical path, of
 * which PATH_LONGEST steps are left. Returns 0 or -ENOMEM.
 */
int runs_finish(struct runs *runs, uint64_t time_ns) MUST_CHECK;

#endif
