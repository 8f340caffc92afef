/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracing is what live trace and record share: the open tracepoints, COMMAND, signals, the time
 * limit, and the notices about them.
 */
#ifndef PXT_RUN_TRACING_H
#define PXT_RUN_TRACING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "run/command.h"
#include "run/tracepoints.h"
#include "source/request.h"
#include "source/source.h"
#include "task/task_table.h"

struct tracing {
	const struct request *request;
	struct host_facts facts;
	struct tracepoints tracepoints;
	struct cpu_ring_plan plan; /* as it could be had */
	struct command command;
	struct source *source;
	int proc_fd;
	int wake_fd;
	uint64_t started_ns;
	uint64_t deadline_ns; /* 0: none */
	int handled_signal;   /* 0: none came */
	bool stopped;         /* nothing new comes in, what is there is still to be read */
};

/*
 * Open all that REQUEST (borrowed) ask for; COMMAND is forked and waits. A RECORDING wants the
 * names of tasks whatever the events, and its standard output for itself. Returns 0 or a negative
 * errno with ERR filled; call tracing_close() in either case.
 */
int tracing_open(struct tracing *tracing, const struct request *request, bool recording,
		 struct error *err) MUST_CHECK;

void tracing_close(struct tracing *tracing);

/* Let events in; time runs from here. Returns 0 or a negative errno with ERR filled. */
int tracing_begin(struct tracing *tracing, struct error *err) MUST_CHECK;

/*
 * Enter the pids of -p that are alive into TASKS as followed, or COMMAND, so that its end is shown
 * even where its EXEC got lost: but not in a pid namespace, where the events have another pid of
 * it. With -f also all else that /proc shows. Returns 0 or a negative errno with ERR filled.
 */
int tracing_enter_roots(const struct tracing *tracing, struct task_table *tasks,
			struct error *err) MUST_CHECK;

/* Let COMMAND go, if there is one. Returns 0 or a negative errno with ERR filled. */
int tracing_release_command(struct tracing *tracing, struct error *err) MUST_CHECK;

/* See to signals, the end of COMMAND and the deadline. */
void tracing_look_around(struct tracing *tracing);

/* Sleep until there is something to read or to see to. 0 or a negative errno with ERR filled. */
int tracing_wait(struct tracing *tracing, struct error *err) MUST_CHECK;

/* Let nothing new in. */
void tracing_stop(struct tracing *tracing);

/* The trace is over; COMMAND goes on, and how it ends is still our exit status. */
void tracing_wait_for_command(struct tracing *tracing, bool quietly);

/* Since tracing_begin(). */
double tracing_seconds(const struct tracing *tracing);

#endif
