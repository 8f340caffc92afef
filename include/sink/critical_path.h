/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The critical path of a trace: the chain of processes that its end waited for (docs/html.md, whose
 * page has the same one).
 *
 * It goes back in time from the last end. In a process it goes on in the child that ended last
 * before that moment; at the beginning of a process it goes on in its parent. Here it is made
 * forwards: a process has the path up to now, and a child takes it over when it begins, and gives
 * it back, with itself behind, when it ends.
 *
 * Memory is bounded by the running processes, those of their parents that ended, and a few dozen
 * steps (sink/path_steps.h) for each; not by the length of the trace.
 */
#ifndef PXT_SINK_CRITICAL_PATH_H
#define PXT_SINK_CRITICAL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "sink/path_steps.h"
#include "sink/program_totals.h"

/* A process that runs, or has children that do. */
struct path_process {
	uint32_t references; /* by its owner while it runs, and by its children */
	bool runs;
	bool is_orphan;              /* `parent` did not fork it, but forked one that has ended */
	struct path_process *parent; /* NULL: not in the trace */
	uint32_t children;           /* running ones; for its owner, sink/at_work.h */
	uint64_t from_ns;
	const struct program_totals *program; /* what it runs, set by its owner; NULL: not known */
	struct path_chain before;             /* of its parent when it was forked */
	struct path_chain within;             /* its children */
};

/* All 0 at first. */
struct critical_path {
	struct path_chain last;           /* a chain that ends with the last process that ended */
	struct path_process *last_parent; /* its parent; NULL: not in the trace */
	uint64_t last_ns;                 /* when that was */
};

/* Free all but the processes that run. */
void critical_path_done(struct critical_path *path);

/*
 * Make a process that runs, the first member of a struct of SIZE bytes, which is 0 otherwise;
 * PARENT runs or is NULL. Returns NULL without memory. Free with path_process_end() or
 * path_process_forget(); it may stay for its children, but is not the caller's any more.
 */
struct path_process *path_process_new(size_t size, struct path_process *parent, uint64_t from_ns);

/* PROCESS, which is freed, ended, with ARGUMENTS of its last program. Returns 0 or -ENOMEM. */
int path_process_end(struct critical_path *path, struct path_process *process,
		     const struct arguments *arguments, uint64_t to_ns) MUST_CHECK;

/* The end of PROCESS, which is freed, is not known: it is on no path. */
void path_process_forget(struct path_process *process);

/* Returns whose running children PROCESS is counted with; NULL: nobody's. */
static inline uint32_t *path_process_siblings(const struct path_process *process)
{
	const bool has_parent = process->parent && !process->is_orphan && process->parent->runs;

	return has_parent ? &process->parent->children : NULL;
}

/*
 * The trace is over: `last` becomes the path, a chain of one step; empty where no end was seen.
 * Returns 0 or -ENOMEM.
 */
int critical_path_finish(struct critical_path *path) MUST_CHECK;

#endif
