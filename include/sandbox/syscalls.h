/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refuses all system calls of this process but those that a run needs once it has begun
 * (seccomp(2)).
 */
#ifndef PXT_SANDBOX_SYSCALLS_H
#define PXT_SANDBOX_SYSCALLS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

enum sandbox_mode {
	SANDBOX_REPLAY,    /* and `formats`: input and output are open, nothing else is needed */
	SANDBOX_LIVE,      /* reads /proc and netlink, opens the events of CPUs that come online */
	SANDBOX_CONNECTOR, /* reads /proc and netlink */
	SANDBOX_SIDEBAND,  /* the same, and perf events of COMMAND */
	SANDBOX_RECORD,    /* reads /proc, opens such events, writes anywhere in the capture */
};
#define SANDBOX_MODES (SANDBOX_RECORD + 1)

/*
 * Allow the system calls of MODE alone: signals go to COMMAND (0: to nobody) and to this process.
 * The first other call ends this process with status 1 and a message on standard error that names
 * it; SIGSYS is this module's from now on. Whatever else was to be restricted has been before.
 * Takes no_new_privs or CAP_SYS_ADMIN.
 *
 * Returns how many calls are allowed, or a negative errno: -EOPNOTSUPP where kernel or library have
 * no filters for this machine.
 */
int syscalls_restrict(enum sandbox_mode mode, pid_t command) MUST_CHECK;

#endif
