/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracing is what live trace and recording share whatever the source: COMMAND, signals, the time
 * limit.
 */
#ifndef PXT_RUN_TRACING_H
#define PXT_RUN_TRACING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "run/command.h"
#include "run/user.h"
#include "source/request.h"
#include "task/task_table.h"

struct tracing {
	const struct request *request;
	struct host_state host;
	struct user *caller; /* of --sudo: whose the output is; NULL: ours */
	int caller_fd;       /* its end asks for ours */
	struct user *run_as; /* of --run-as; NULL: none */
	struct command command;
	int proc_fd;
	int wake_fd; /* readable when it is time for tracing_look_around(): epoll of the next two */
	int signal_fd;
	int wall_fd;   /* wall_alarm_open(); -1: not wanted, or not to be had */
	int closer_fd; /* of a child that closes what is slow to close (run/closer.h); -1: none */
	uint64_t started_ns;
	uint64_t deadline_ns;         /* 0: none */
	uint64_t reminder_ns;         /* when to say that COMMAND still runs; 0: never */
	uint64_t grace_end_ns;        /* when a COMMAND that was asked to end is left; 0: never */
	unsigned int signals_handled; /* stop signals */
	bool stopped;                 /* the source is to be stopped, and read to its end */
};

/*
 * Begin what REQUEST (borrowed) asks for: COMMAND is forked and waits, signals are caught. Of a
 * RECORDING standard output is its own. Returns 0 or a negative errno with ERR filled; call
 * tracing_close() in either case.
 */
int tracing_open(struct tracing *tracing, const struct request *request, bool recording,
		 struct error *err) MUST_CHECK;

void tracing_close(struct tracing *tracing);

/* Before the events of tracepoints are closed, at the end: this process need not wait for that. */
void tracing_leave_events(struct tracing *tracing);

/* Time runs from here. */
void tracing_begin(struct tracing *tracing);

/*
 * Enter the tasks of -p and -t that are alive into TASKS as followed, or COMMAND, so that its end
 * is shown even where its EXEC got lost: but not in a pid namespace, where the events have another
 * pid of it. With -p also all else that /proc shows. Returns 0 or a negative errno with ERR filled.
 */
int tracing_enter_roots(struct tracing *tracing, struct task_table *tasks,
			struct error *err) MUST_CHECK;

/* Let COMMAND go, if there is one. Returns 0 or a negative errno with ERR filled. */
int tracing_release_command(struct tracing *tracing, struct error *err) MUST_CHECK;

/*
 * Handle signals, the end of COMMAND and the deadline, and let `wake_fd` rest: `stopped` where one
 * of them is the end. An interrupt is COMMAND's business: it is traced until it has ended. SIGTERM
 * and SIGHUP are passed on to it and leave it 10 s. A second signal is the end.
 */
void tracing_look_around(struct tracing *tracing);

/* For how many ms to sleep at most; -1: as long as nothing happens. */
int tracing_remaining_ms(const struct tracing *tracing);

/*
 * The trace is over: wait until COMMAND has ended, too, or is left by a signal as above. QUIETLY:
 * without saying so. Returns its exit status, 128 + the signal's number where it is left, 0 where
 * there is none.
 */
int tracing_end_command(struct tracing *tracing, bool quietly);

/* The trace failed: as above, but any signal leaves COMMAND. */
void tracing_abandon_command(struct tracing *tracing);

/* Since tracing_begin(). */
double tracing_seconds(const struct tracing *tracing);

#endif
