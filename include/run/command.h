/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The COMMAND to trace: forked early, held back until the trace runs, then its exit status.
 */
#ifndef PXT_RUN_COMMAND_H
#define PXT_RUN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/error.h"
#include "run/user.h"

/* Exit statuses of env(1), time(1) and the shell where a command cannot be started. */
#define COMMAND_CANNOT_RUN 126
#define COMMAND_NOT_FOUND 127

struct command {
	pid_t pid;          /* 0: there is none */
	uint64_t forked_ns; /* by perf's clock (host/perf_clock.h), as soon as it was there */
	int hold_fd;  /* a byte here lets it go on to exec; closing it without makes it exit */
	int error_fd; /* where its exec says why it failed */
	bool ended;
	int wait_status; /* as waitpid(2) has it; -1: it has not been reaped */
	int status; /* exit status once it has ended, as a shell puts it: 128 + signal if killed */
};

struct command_plan {
	char *const *argv;
	const struct user *user; /* NULL: as we are */
	bool stdout_to_stderr;   /* its standard output goes where its standard error goes */
};

/*
 * Fork; the child waits, as the user that we are. To be called before signal handlers and limits
 * are changed, which COMMAND is not to inherit. Returns 0, or a negative errno with ERR filled.
 */
int command_start(struct command *command, const struct command_plan *plan,
		  struct error *err) MUST_CHECK;

/*
 * Let it become its user and exec, and wait until it has. Returns 0; a negative errno with ERR
 * filled where it could not: `status` is 126 or 127 then, and the child is gone.
 */
int command_release(struct command *command, const char *name, struct error *err) MUST_CHECK;

/* Look whether it has ended, if WAIT waiting for that or a signal. */
bool command_has_ended(struct command *command, bool wait);

/* Close the pipes; a child that was never released exits. */
void command_done(struct command *command);

#endif
