/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the host that decides whether tracing works: privileges, limits, namespaces,
 * lockdown. It is read from files below a root directory, so that tests can present other hosts.
 */
#ifndef PXT_HOST_STATE_H
#define PXT_HOST_STATE_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/lockdown.h"

/* linux/capability.h of Linux 5.8; the installed headers may be older. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif

/* How perf_event_open answers a call that opens nothing on any kernel. */
enum perf_syscall {
	PERF_SYSCALL_ALLOWED, /* EINVAL: the kernel looked at the arguments */
	PERF_SYSCALL_ABSENT,  /* ENOSYS and no perf sysctls: a kernel without perf events */
	PERF_SYSCALL_SECCOMP, /* refused before the kernel looked at it */
	PERF_SYSCALL_REFUSED, /* EACCES: a paranoid level above 2 (Debian, Ubuntu), or SELinux */
};

struct host_facts {
	bool has_paranoid;     /* `paranoid` is known */
	int paranoid;          /* kernel.perf_event_paranoid */
	uint64_t mlock_kb;     /* kernel.perf_event_mlock_kb, 0: unknown */
	bool has_capabilities; /* `capabilities` is known */
	uint64_t capabilities; /* effective, bits of linux/capability.h */
	uint64_t bounding;     /* the bounding set; all where unknown */
	int last_capability;   /* the highest that this kernel knows, 0: unknown */
	int seccomp;           /* Seccomp: of /proc/self/status; 0 off, 2 filter, -1 unknown */
	enum lockdown lockdown;
	enum perf_syscall perf_syscall;
	bool initial_user_ns; /* capabilities in another one do not count for perf and tracefs */
	bool initial_pid_ns;  /* in another one our pids differ from those in the events */
};

/*
 * Read the facts from proc/ and sys/ below ROOT_FD (a directory fd of "/", or of a fake one) and
 * from PERF_ERRNO, the result of perf_syscall_probe(). What cannot be read stays unknown;
 * namespaces that cannot be read count as the initial ones.
 */
void host_facts_gather(int root_fd, int perf_errno, struct host_facts *facts);

/*
 * Call perf_event_open with a period that no kernel takes. Opens nothing. Returns the positive
 * errno: a kernel checks first whether this process may use perf, then the period.
 */
int perf_syscall_probe(void);

/* Run host_facts_gather() on this host. */
void host_facts_of_this_host(struct host_facts *facts);

/* Whether this process has CAPABILITY, and in the initial user namespace. */
bool host_has_capability(const struct host_facts *facts, int capability);

/* Whether becoming root right here, as by sudo, gives CAPABILITY in the initial user namespace. */
bool host_root_has_capability(const struct host_facts *facts, int capability);

/*
 * Whether CAP_PERFMON allows tracing here, as CAP_SYS_ADMIN does. Linux 5.8 introduced it; the
 * paranoid levels above 2 of Debian and Ubuntu may not accept it.
 */
bool host_accepts_perfmon(const struct host_facts *facts);

/* The capabilities of which one allows tracing: "CAP_PERFMON or CAP_SYS_ADMIN". Static. */
const char *host_privilege_names(const struct host_facts *facts);

/* Whether this process has one of them. */
bool host_has_privilege(const struct host_facts *facts);

/* Whether becoming root right here gives one of them. */
bool host_root_has_privilege(const struct host_facts *facts);

/* Whether this process may open tracepoints on all CPUs. */
bool host_may_trace(const struct host_facts *facts);

#endif
