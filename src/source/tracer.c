/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/tracer.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/clock.h"
#include "base/stop.h"
#include "host/lockdown.h"
#include "source/spawn.h"

/* linux/capability.h of Linux 5.8; the installed headers may be older. */
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* For so long it may take to be compiled and attached: BCC's brings a compiler. */
#define ATTACH_MS 20000U

/* How long a trial may take at first; on a busy host, where lines come late, and at most. */
#define TRIAL_MS 100U
#define TRIAL_MAX_MS 1600U

/* Signals that ask us to end may come just before a wait. */
#define LOOK_MS 20

static bool may_use_bpf(const struct host_state *host)
{
	return host_has_capability(host, CAP_SYS_ADMIN) ||
	       (host_has_capability(host, CAP_BPF) && host_has_capability(host, CAP_PERFMON));
}

static int check_host(const char *name, const struct host_state *host, struct error *err)
{
	if (!host->initial_pid_ns) {
		error_set(err, 0, "%s has the host's pids, which this pid namespace does not show",
			  name);
		error_remedy(err, "docker run --pid host ...");
		return -EINVAL;
	}
	/* LOCKDOWN_BPF_READ_KERNEL: bpf_tracing_func_proto() of kernel/trace/bpf_trace.c. */
	if (host->lockdown == LOCKDOWN_CONFIDENTIALITY) {
		error_set(err, 0,
			  "lockdown=confidentiality keeps %s from reading the kernel's memory",
			  name);
		error_remedy(err, "boot without lockdown=confidentiality");
		return -EPERM;
	}
	if (may_use_bpf(host))
		return 0;
	error_set(err, 0, "%s needs root, or CAP_BPF and CAP_PERFMON", name);
	if (host_root_has_capability(host, CAP_SYS_ADMIN))
		error_remedy(err, "sudo perf_exec_trace ...");
	return -EPERM;
}

int tracer_find(const char *name, const char *package, const struct host_state *host, char *path,
		struct error *err)
{
	if (spawn_find(name, path, TRACER_PATH_SIZE) == 0)
		return check_host(name, host, err);
	error_set(err, 0, "%s is not installed", name);
	error_remedy(err, "sudo apt install %s", package);
	return -ENOENT;
}

static bool is_before(uint64_t until_ns)
{
	return clock_now_ns(CLOCK_MONOTONIC) < until_ns;
}

static uint64_t after_ms(unsigned int ms)
{
	return clock_now_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;
}

/* 1 once it is attached, 0 where it is not after *MS, which grows where it has said anything. */
static int await(struct child *child, const struct tracer_trial *trial, void *context,
		 unsigned int *ms, struct error *err)
{
	const uint64_t until = after_ms(*ms);
	bool is_heard = false;
	int code = 0;

	while (code == 0 && is_before(until)) {
		if (stop_is_asked())
			return error_set(err, -EINTR, "interrupted before it was attached");
		code = child_wait(child, -1, LOOK_MS, err);
		if (code == 0)
			code = child_read(child, err);
		if (code == -ENODATA)
			return child_ended(child, err);
		is_heard = is_heard || code > 0;
		if (code >= 0)
			code = trial->look(context, err);
	}
	if (code == 0 && is_heard && *ms < TRIAL_MAX_MS)
		*ms *= 2;
	return code;
}

int tracer_attach(struct child *child, const struct tracer_trial *trial, void *context,
		  struct error *err)
{
	const uint64_t until = after_ms(ATTACH_MS);
	unsigned int ms = TRIAL_MS;

	while (is_before(until)) {
		int code = trial->provoke(context, err);

		if (code == 0)
			code = await(child, trial, context, &ms, err);
		if (code != 0)
			return code < 0 ? code : 0;
	}
	return error_set(err, -ETIME, "%s was not attached after %u s", child_name(child),
			 ATTACH_MS / 1000);
}
