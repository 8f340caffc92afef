/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The caller of --sudo: the user's own process, which has started us through sudo(8) and waits. The
 * two halves of --sudo are here, since they have to agree: the caller, and whom it started.
 *
 * sudo closes descriptors and clears the environment. So the environment, groups and umask of
 * COMMAND are read from the caller's /proc/PID, as data that goes to COMMAND alone; and a pipe of
 * the caller's, opened through /proc/PID/fd, tells of its end, since it may not signal root.
 */
#ifndef PXT_RUN_CALLER_H
#define PXT_RUN_CALLER_H

#include "base/compiler.h"
#include "base/error.h"
#include "run/user.h"

/* The option that the caller gives, which the help does not show: --caller=PID,FD. */
#define CALLER_OPTION "--caller="

struct caller {
	int pid; /* 0: there is none */
	int fd;  /* in the caller: an end of its pipe */
};

/*
 * Start the command line ARGV again as root through sudo, with CALLER_OPTION behind its first WORDS
 * words, and wait for its end. SIGTERM and the like are passed on. Returns its exit status, or a
 * negative errno with ERR filled where sudo cannot be started.
 */
int caller_start_sudo(char *const argv[], unsigned int words, struct error *err) MUST_CHECK;

/* Parse the argument of CALLER_OPTION. Returns 0 or -EINVAL with *CALLER unchanged. */
int caller_parse(const char *text, struct caller *caller) MUST_CHECK;

/*
 * Read the user of CALLER from /proc (PROC_FD). All ids of that process have to be those of the
 * user that sudo names in SUDO_UID. Returns 0 with *USER (free with user_free()) and *END_FD, which
 * has to stay open so that SIGTERM comes at the caller's end; our umask is the caller's then. Or a
 * negative errno with ERR filled.
 */
int caller_find(const struct caller *caller, int proc_fd, struct user **user, int *end_fd,
		struct error *err) MUST_CHECK;

#endif
