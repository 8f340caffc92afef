/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks the program that each process runs and since when, to measure how long programs run.
 * Memory is bounded by the number of pids, whatever gets lost.
 *
 * A program runs from its exec to its process's next exec, or end. A process that never calls exec
 * runs as a copy of its parent, from its fork on; the time between a fork and the exec that follows
 * counts for nobody.
 */
#ifndef PXT_SINK_RUNS_H
#define PXT_SINK_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "sink/programs.h"

struct runs;

/* PROGRAMS, where runs are added up, is borrowed. Returns NULL without memory. */
struct runs *runs_new(struct programs *programs);
void runs_free(struct runs *runs);

/* PID is a new process, a copy that is called NAME. Returns 0 or -ENOMEM. */
int runs_fork(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns) MUST_CHECK;

/* PID runs the program NAME. Returns 0 or -ENOMEM. */
int runs_exec(struct runs *runs, int32_t pid, struct text name, uint64_t time_ns) MUST_CHECK;

/*
 * PID is gone; without IS_SURE only its first thread may be, and the run counts as endless. A copy
 * counts as NAME, if that is known: it may have named itself. Returns the program that it ran; NULL
 * where it is older than the trace.
 */
struct program *runs_exit(struct runs *runs, int32_t pid, bool is_sure, struct text name,
			  uint64_t time_ns);

/* The trace is over: what still runs counts as far as it was seen, as endless. */
void runs_finish(struct runs *runs, uint64_t time_ns);

#endif
