/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the file system away from this process (landlock(7)). Open files stay usable.
 *
 * Landlock hides from this process what ptrace(2) would show of others: in /proc, where exe leads
 * to, environ, personality, and the addresses in stat (security/landlock/task.c). No capability
 * helps.
 */
#ifndef PXT_SANDBOX_LANDLOCK_H
#define PXT_SANDBOX_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* The files that stay accessible. */
struct landlock_plan {
	const char *const *readable; /* directories: all below them may be read; one that is
					not there is passed over */
	size_t readable_count;
	bool signals; /* to processes outside: Linux 6.12 can refuse them */
};

/*
 * Refuse all but what PLAN leaves, as far as this kernel can: the file system since ABI 1 (Linux
 * 5.13), TCP since 4 (6.7), abstract Unix sockets and signals since 6 (6.12). Takes no_new_privs or
 * CAP_SYS_ADMIN. Returns the kernel's ABI; -ENOSYS or -EOPNOTSUPP where it has none; another
 * negative errno.
 */
int landlock_restrict(const struct landlock_plan *plan) MUST_CHECK;

#endif
