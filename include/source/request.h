/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request: all that a trace, a recording or a replay is asked for. The command line makes it, and
 * everything below sees it as const.
 */
#ifndef PXT_SOURCE_REQUEST_H
#define PXT_SOURCE_REQUEST_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/terminal.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"
#include "sandbox/user.h"

struct sink_type;
struct source_type;

struct request {
	/* The events */
	unsigned int events;  /* EVENT_BIT()s */
	struct pid_list pids; /* processes, with all their threads; none: all */
	struct pid_list tids; /* single tasks; none: all */
	bool follow;          /* the pids' descendants too */
	char **command;       /* NULL: none; borrowed from `argv` */
	char *run_as;         /* --run-as: the user that COMMAND runs as; NULL: ours */
	bool sudo;            /* --sudo: trace as root, for the user who asks */
	int caller_pid;       /* who asked (run/caller.h); 0: nobody */
	int caller_fd;
	bool all; /* of a replay: whatever the recorder was asked for */
	struct filter_options filter;

	/* The origin of events */
	const struct source_type *backend; /* of a live trace; NULL: the first that opens */
	char *capture;                     /* of a replay: the file, "-" for standard input */
	char *formats;       /* a directory of format files or a shipped kernel; NULL: tracefs */
	uint32_t mmap_pages; /* of ring buffer per CPU; 0: as many as are good */

	/* The facts */
	unsigned int needs; /* NEED_ bits that formats and filters need; 0: the tracepoints do */
	uint32_t arg_bytes; /* of the user stack to take at an exec; a multiple of 8 */
	bool arg_bytes_may_shrink; /* less is taken where rings have to be small */
	/* Of arguments that the argv probe copies at an exec (probe/argv_probe.h); 0: no probe */
	uint32_t probe_bytes;
	char *environment; /* --env: "NAME,NAME" or "all"; NULL: none */
	bool usage;        /* --usage: what processes used */
	bool cwd;          /* --cwd: the directories of execs */
	bool exe;          /* --exe: their executables */
	bool session;      /* --session: their sessions, terminals and login users */
	bool units;        /* --units: systemd units and containers, by cgroup */

	/* The limits */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t max_events;  /* 0: no limit */

	/* The output */
	char *output;                 /* NULL: standard output; never NULL of a recording */
	const struct sink_type *sink; /* of a recording: the one that replays need */
	bool summary;                 /* -S beside lines: on standard error */
	bool raw;                     /* every event's record below its line */
	bool wall_clock;              /* -T */
	size_t max_arg_bytes;         /* longer arguments are cut when shown; 0: none is */
	bool redact;                  /* secrets are masked when shown */
	regex_t *redact_regex;        /* further ones; NULL: none; owned */
	bool no_copies;               /* hide forks that never exec and exit 0 */
	bool wide;                    /* lines are not cut at the terminal's width */
	enum terminal_color color;
	bool verbose, quiet;

	/* The sandbox (sandbox/sandbox.h) */
	bool no_sandbox;
	struct sandbox_user sandbox_user; /* to become in it; its uid is 0: none is named */

	char **argv; /* the whole command line, borrowed; NULL at its end */
	/*
	 * Takes the command line of a recording apart: 0 with REQUEST (free with request_done()),
	 * -EINVAL where it is none, -ENOMEM.
	 */
	int (*parse_recording)(char **argv, struct request *request, struct error *err);
};

void request_done(struct request *request);

/* Returns the user whom REQUEST names for the sandbox, borrowed; NULL: none. */
const struct sandbox_user *request_sandbox_user(const struct request *request);

/* Whether tasks are selected by descent, so that every fork has to be seen. */
bool request_follows_tasks(const struct request *request);

/* Returns the name of the capture of REQUEST, for messages. */
const char *request_capture_name(const struct request *request);

#endif
