/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives up all privileges and all ways to the host that a run does not need once everything is
 * open: user, capabilities, file system and network (Landlock), system calls (seccomp). For good,
 * and for this process alone: children that it has keep what they had.
 */
#ifndef PXT_SANDBOX_SANDBOX_H
#define PXT_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/error.h"
#include "sandbox/syscalls.h"
#include "sandbox/user.h"

struct sandbox_plan {
	enum sandbox_mode mode;
	const struct sandbox_user *user; /* to become; NULL: nobody, where this process is root */
	pid_t command;                   /* the child to which signals are passed on; 0: none */
	/*
	 * Capabilities for what is opened later, bits of linux/capability.h. Of CPUs that come
	 * online: CAP_PERFMON, CAP_SYS_ADMIN where the kernel asks for that; CAP_IPC_LOCK, since a
	 * ring is charged to the user who maps it.
	 */
	uint64_t keep;
	/*
	 * What /proc shows to tracers alone is read: environ, personality, the addresses in stat;
	 * all of other users' processes where it is mounted with hidepid. Keeps CAP_SYS_PTRACE and
	 * CAP_DAC_READ_SEARCH, and does without Landlock.
	 */
	bool reads_others;
};

enum sandbox_part {
	SANDBOX_USER,         /* is not root */
	SANDBOX_CAPABILITIES, /* are those kept and no others */
	SANDBOX_BOUNDING_SET, /* is empty */
	SANDBOX_LANDLOCK,
	SANDBOX_SYSCALLS,
	SANDBOX_PARTS,
};

/* The result of sandbox_enter(). */
struct sandbox_in_force {
	/*
	 * By part: 0 where it is in force, or why it is not: -ECANCELED where it was left out (for
	 * reads_others, or for sanitizers, which need system calls of their own), -EOPNOTSUPP and
	 * -ENOSYS where this kernel lacks it, -EPERM where it takes privileges.
	 */
	int codes[SANDBOX_PARTS];
	uid_t uid;
	uint64_t capabilities; /* those that are left */
	int landlock_abi;      /* of the kernel, 0 where Landlock is not in force */
	int syscall_rules;     /* 0 where they are not restricted */
};

/*
 * Enter the sandbox of PLAN. Parts that this process or this kernel cannot do are left out, which
 * *IN_FORCE tells; that is a failure only of a user that PLAN names, after which this process has
 * to end. Has the C library read the time zone now.
 */
int sandbox_enter(const struct sandbox_plan *plan, struct sandbox_in_force *in_force,
		  struct error *err) MUST_CHECK;

/* Try sandbox_enter() in a child process, and fill *IN_FORCE with its result. Fails where it does.
 */
int sandbox_try(const struct sandbox_plan *plan, struct sandbox_in_force *in_force,
		struct error *err) MUST_CHECK;

#endif
