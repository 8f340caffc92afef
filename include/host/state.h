/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the host that bears on tracing: privileges, limits, mounts, lockdown. It is read
 * once, from files only, so that tests can present other hosts.
 */
#ifndef PXT_HOST_STATE_H
#define PXT_HOST_STATE_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "host/lockdown.h"

/* linux/capability.h of Linux 5.8; the installed headers may be older. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif

/* How perf_event_open answers a call that opens nothing on any kernel. */
enum perf_syscall {
	PERF_SYSCALL_ALLOWED, /* EINVAL: the kernel itself looked at the call's arguments */
	PERF_SYSCALL_ABSENT,  /* ENOSYS and no perf sysctls: a kernel without perf events */
	PERF_SYSCALL_SECCOMP, /* refused before the kernel looked at it */
	PERF_SYSCALL_REFUSED, /* EACCES: a paranoid level above 2 (Debian, Ubuntu), or SELinux */
};

struct host_facts {
	bool has_paranoid;
	int paranoid;      /* kernel.perf_event_paranoid */
	uint64_t mlock_kb; /* kernel.perf_event_mlock_kb, 0: unknown */
	bool has_capabilities;
	uint64_t capabilities; /* effective, bits of linux/capability.h */
	uint64_t bounding;     /* those that root can have here; all, where that is unknown */
	int last_capability;   /* the highest that this kernel knows, 0: unknown */
	int seccomp;           /* Seccomp: of /proc/self/status; 0 off, 2 filter, -1 unknown */
	enum lockdown lockdown;
	enum perf_syscall perf_syscall;
	bool initial_user_ns; /* capabilities of another one do not count for perf and tracefs */
	bool initial_pid_ns;  /* else our pids are not those in the events */
};

/*
 * Gather the facts from the tree at ROOT_FD (a directory fd of "/", or of a fake one: its proc/ and
 * sys/ are read) and from PERF_ERRNO, the positive errno of perf_syscall_probe(). What cannot be
 * read stays unknown; namespaces that cannot be read count as the initial ones.
 */
void host_facts_gather(int root_fd, int perf_errno, struct host_facts *facts);

/*
 * Call perf_event_open with a period that no kernel takes; the positive errno. Opens nothing. A
 * kernel looks at the period after it has asked whether this process may use perf at all.
 */
int perf_syscall_probe(void);

/* host_facts_gather() of the host that we run on. */
void host_facts_of_this_host(struct host_facts *facts);

bool host_has_capability(const struct host_facts *facts, int capability);

/* Whether becoming root right here, as by sudo, brings CAPABILITY, and it counts. */
bool host_root_has_capability(const struct host_facts *facts, int capability);

/* Whether FACTS allow system-wide raw tracepoints, by the rules of this kernel's paranoid level. */
bool host_may_trace(const struct host_facts *facts);

#endif
