/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/diagnose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REBOOT "boot without lockdown=confidentiality"

static void because(struct error *err, const char *cause)
{
	size_t length = strlen(err->what);

	snprintf(err->what + length, sizeof(err->what) - length, "%s%s", length ? ": " : "", cause);
}

static void remedy_container(const struct host_state *host, struct error *err)
{
	if (!host->initial_user_ns)
		error_remedy(err, "outside of this user namespace: sudo perf_exec_trace ...");
	else
		error_remedy(err,
			     "docker run --cap-add %s --security-opt seccomp=unconfined --pid host "
			     "-v /sys/kernel/tracing:/sys/kernel/tracing:ro ...",
			     host_accepts_perfmon(host) ? "PERFMON" : "SYS_ADMIN");
}

/* If root lacks the capability too, only whoever starts the container can give it. */
static void remedy_privilege(const struct host_state *host, struct error *err)
{
	if (host_root_has_privilege(host))
		error_remedy(err, "sudo perf_exec_trace ...");
	else
		remedy_container(host, err);
}

static void explain_level(const struct host_state *host, struct error *err)
{
	char cause[200];

	snprintf(cause, sizeof(cause),
		 "kernel.perf_event_paranoid is %d, which reserves tracing for processes with %s",
		 host->paranoid, host_privilege_names(host));
	because(err, cause);
}

/* EACCES before any argument was looked at. */
static void explain_refused(const struct host_state *host, struct error *err)
{
	if (!host->has_paranoid || host->paranoid <= 2) {
		because(err, "a security module (SELinux or the like) refuses perf to this "
			     "process; the audit log says which rule");
		return;
	}
	explain_level(host, err);
	if (host_has_capability(host, CAP_PERFMON))
		error_remedy(err, "sudo sysctl kernel.perf_event_paranoid=2");
	else
		remedy_privilege(host, err);
}

static void explain_privilege(const struct host_state *host, struct error *err)
{
	if (host_may_trace(host)) {
		because(err, "the privileges suffice, so a security module (SELinux or the like) "
			     "refuses; the audit log says which rule");
		return;
	}
	if (!host->initial_user_ns)
		because(err, "capabilities of a user namespace (a rootless container, unshare -U) "
			     "do not count for tracing the host");
	else if (host->has_paranoid)
		explain_level(host, err);
	else
		because(err, "tracing needs CAP_PERFMON or CAP_SYS_ADMIN");
	remedy_privilege(host, err);
}

static void explain_seccomp(const struct host_state *host, struct error *err)
{
	if (host->seccomp != 2) {
		because(err, "something between this process and the kernel (a sandbox) refuses "
			     "perf_event_open");
		error_remedy(err, "run perf_exec_trace outside of the sandbox");
		return;
	}
	because(err, "a seccomp filter (of a container or a service) refuses perf_event_open");
	if (host_root_has_capability(host, CAP_SYS_ADMIN))
		error_remedy(err, "outside of that service or container: sudo perf_exec_trace ...");
	else
		remedy_container(host, err);
}

static bool is_refusal(int code)
{
	return code == -EPERM || code == -EACCES || code == -ENOSYS;
}

int diagnose_refusal(const struct host_state *host, int code, struct error *err)
{
	if (err->remedy[0])
		return code;
	/* A kernel that is locked down from its boot has no tracepoints: EINVAL. */
	if (code == -EINVAL && host->lockdown == LOCKDOWN_CONFIDENTIALITY) {
		because(err, "lockdown=confidentiality takes the tracepoints away");
		error_remedy(err, REBOOT);
		return code;
	}
	if (!is_refusal(code))
		return code;

	switch (host->perf_syscall) {
	case PERF_SYSCALL_ABSENT:
		because(err, "this kernel is built without perf events (CONFIG_PERF_EVENTS)");
		break;
	case PERF_SYSCALL_SECCOMP:
		explain_seccomp(host, err);
		break;
	case PERF_SYSCALL_REFUSED:
		explain_refused(host, err);
		break;
	case PERF_SYSCALL_ALLOWED:
		explain_privilege(host, err);
		break;
	}
	return code;
}

/* tracefs is not mounted, and mounting it for this process alone was refused. */
static void explain_mount(const struct host_state *host, int code, struct error *err)
{
	bool may_mount = host_has_capability(host, CAP_SYS_ADMIN);

	if (code == -EPERM && !may_mount)
		because(err, "that takes CAP_SYS_ADMIN, which this process has not got");
	if (!host_root_has_capability(host, CAP_SYS_ADMIN))
		remedy_container(host, err);
	else if (code == -EPERM && !may_mount)
		error_remedy(err, "sudo perf_exec_trace ...");
	else
		error_remedy(err, "sudo mount -t tracefs nodev /sys/kernel/tracing");
}

static void explain_unreadable(const struct host_state *host, struct error *err)
{
	because(err, "tracefs is for root only");
	if (host->initial_user_ns)
		error_remedy(err, "sudo perf_exec_trace ...");
	else
		remedy_container(host, err);
}

int diagnose_tracefs(const struct host_state *host, int code, struct error *err)
{
	bool locked = host->lockdown == LOCKDOWN_CONFIDENTIALITY;

	error_remedy(err, "%s", "");
	/* A private mount is reached through /proc/self/fd. */
	if (code == -ENOENT && !host->has_capabilities) {
		because(err, "/proc is not mounted");
		error_remedy(err, "sudo mount -t proc proc /proc");
	} else if (locked && (code == -ENOENT || code == -EPERM)) {
		because(err, "lockdown=confidentiality takes the tracepoints away");
		error_remedy(err, REBOOT);
	} else if (code == -ENOENT) {
		because(err, "this kernel has no such tracepoint (built without "
			     "CONFIG_EVENT_TRACING, or booted with lockdown=confidentiality)");
	} else if (code == -ENODEV) {
		because(err, "this kernel is built without tracefs (CONFIG_TRACING)");
	} else if (code == -EACCES) {
		explain_unreadable(host, err);
	} else if (is_refusal(code)) {
		explain_mount(host, code, err);
	}
	return code;
}
