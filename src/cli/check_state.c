/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_state.h"

#include <errno.h>
#include <inttypes.h>

#include "cli/check_row.h"
#include "host/diagnose.h"
#include "host/lockdown.h"

/* The remedy alone of what diagnose_refusal() says. */
static void remedy_refusal(const struct host_state *host, int code, struct error *found)
{
	struct error diagnosis = {0};

	diagnose_refusal(host, code, &diagnosis);
	error_remedy(found, "%s", diagnosis.remedy);
}

int check_paranoid(struct check *check, struct error *found)
{
	const struct host_state *host = &check->host;

	if (!host->has_paranoid && host->perf_syscall == PERF_SYSCALL_ABSENT)
		return error_set(found, VERDICT_FAIL,
				 "none: this kernel is built without perf events");
	if (!host->has_paranoid)
		return error_set(found, VERDICT_WARN, "unknown: /proc does not tell");
	if (host->paranoid < 0)
		return error_set(found, VERDICT_OK, "%d, which lets everybody trace",
				 host->paranoid);
	if (host_has_privilege(host))
		return error_set(found, VERDICT_OK, "%d, which a capability (below) overrides",
				 host->paranoid);
	if (host_has_capability(host, CAP_PERFMON)) {
		error_set(found, 0, "%d, where CAP_PERFMON is not enough", host->paranoid);
		error_remedy(found, "sudo sysctl kernel.perf_event_paranoid=2");
		return VERDICT_FAIL;
	}
	error_set(found, 0, "%d, at which tracing needs %s", host->paranoid,
		  host_privilege_names(host));
	if (host_root_has_capability(host, CAP_SYS_ADMIN))
		error_remedy(found, "sudo sysctl kernel.perf_event_paranoid=-1");
	return VERDICT_WARN;
}

int check_capabilities(struct check *check, struct error *found)
{
	const struct host_state *host = &check->host;
	bool admin = host_has_capability(host, CAP_SYS_ADMIN);
	bool perfmon = host_has_capability(host, CAP_PERFMON);

	if (admin || perfmon)
		return error_set(found, VERDICT_OK, "%s%s%s", admin ? "CAP_SYS_ADMIN" : "",
				 admin && perfmon ? ", " : "", perfmon ? "CAP_PERFMON" : "");
	if (host->has_paranoid && host->paranoid < 0)
		return error_set(found, VERDICT_OK, "none needed at this perf_event_paranoid");
	if (!host->has_capabilities)
		return error_set(found, VERDICT_WARN, "unknown: /proc does not tell");
	error_set(found, 0, "%s",
		  host->initial_user_ns ? "neither CAP_PERFMON nor CAP_SYS_ADMIN"
					: "those of a user namespace, which do not count");
	remedy_refusal(host, -EPERM, found);
	return VERDICT_FAIL;
}

int check_seccomp(struct check *check, struct error *found)
{
	const struct host_state *host = &check->host;

	if (host->perf_syscall == PERF_SYSCALL_SECCOMP) {
		error_set(found, 0, "%s that refuses perf_event_open",
			  host->seccomp == 2 ? "a filter" : "no filter, but a sandbox");
		remedy_refusal(host, -EPERM, found);
		return VERDICT_FAIL;
	}
	if (host->seccomp == 0)
		return error_set(found, VERDICT_OK, "off");
	return error_set(found, VERDICT_OK, "%s",
			 host->seccomp == 2 ? "a filter that lets perf_event_open pass"
					    : "unknown, but perf_event_open passes");
}

static int check_confidentiality(const struct check *check, struct error *found)
{
	if (check->formats == 0 && !check->formats_dir)
		return error_set(found, VERDICT_OK,
				 "confidentiality, set after boot: the tracepoints remain");
	if (check->formats != -ENOENT && check->formats != -EPERM)
		return error_set(found, VERDICT_WARN,
				 "confidentiality: if set at boot, there are no tracepoints");
	error_set(found, 0, "confidentiality: there are no tracepoints");
	remedy_refusal(&check->host, -EINVAL, found);
	return VERDICT_FAIL;
}

int check_lockdown(struct check *check, struct error *found)
{
	switch (check->host.lockdown) {
	case LOCKDOWN_NONE:
		return error_set(found, VERDICT_OK, "none");
	case LOCKDOWN_INTEGRITY:
		return error_set(found, VERDICT_OK, "integrity, which lets perf trace");
	case LOCKDOWN_CONFIDENTIALITY:
		return check_confidentiality(check, found);
	default:
		return error_set(found, check->formats == -ENOENT ? VERDICT_WARN : VERDICT_OK,
				 "unknown: no /sys/kernel/security/lockdown");
	}
}

int check_ring_memory(struct check *check, struct error *found)
{
	const struct host_state *host = &check->host;
	uint64_t wanted = check->ring_kb * check->cpus;
	uint64_t granted = host->mlock_kb * check->cpus;

	if (host_has_capability(host, CAP_IPC_LOCK))
		return error_set(found, VERDICT_OK, "no limit (CAP_IPC_LOCK)");
	if (host->has_paranoid && host->paranoid < 0)
		return error_set(found, VERDICT_OK, "no limit at this perf_event_paranoid");
	if (check->memlock_kb == UINT64_MAX)
		return error_set(found, VERDICT_OK, "no limit (RLIMIT_MEMLOCK)");
	if (host->mlock_kb == 0)
		return error_set(found, VERDICT_WARN, "unknown: /proc does not tell");
	if (granted + check->memlock_kb >= wanted)
		return error_set(found, VERDICT_OK,
				 "%" PRIu64 " KiB a CPU and %" PRIu64 " KiB more", host->mlock_kb,
				 check->memlock_kb);
	error_set(found, 0,
		  "%" PRIu64 " KiB a CPU and %" PRIu64 " KiB more, for rings of %" PRIu64
		  " KiB: they become smaller, and overflow sooner",
		  host->mlock_kb, check->memlock_kb, check->ring_kb);
	error_remedy(found, "sudo sysctl kernel.perf_event_mlock_kb=%" PRIu64, check->ring_kb);
	return VERDICT_WARN;
}

int check_open_files(struct check *check, struct error *found)
{
	/* With room for what the shell and the output have open. */
	uint64_t enough = check->files_wanted + 64;
	bool one = check->cpus == 1;

	if (check->cpus == 0)
		return error_set(found, VERDICT_WARN, "%" PRIu64 ", for an unknown number of CPUs",
				 check->files);
	error_set(found, 0, "%" PRIu64 ", of which %zu CPU%s take%s %" PRIu64, check->files,
		  check->cpus, one ? "" : "s", one ? "s" : "", check->files_wanted);
	if (check->files_suffice)
		return VERDICT_OK;
	if (host_root_has_capability(&check->host, CAP_SYS_RESOURCE))
		error_remedy(found, "sudo prlimit --pid $$ --nofile=%" PRIu64, enough);
	else
		error_remedy(found, "docker run --ulimit nofile=%" PRIu64 " ...", enough);
	return VERDICT_FAIL;
}

int check_pid_namespace(struct check *check, struct error *found)
{
	if (check->host.initial_pid_ns)
		return error_set(found, VERDICT_OK, "the host's");
	error_set(found, 0, "a container's: events carry the host's pids");
	error_remedy(found, "docker run --pid host ...");
	return VERDICT_WARN;
}

int check_cgroups(struct check *check, struct error *found)
{
	switch (check->cgroups) {
	case CGROUPS_TOLD:
		return error_set(found, VERDICT_OK, "version 2");
	case CGROUPS_ROOT_ONLY:
		return error_set(found, VERDICT_WARN,
				 "version 2, but all tasks may seem to be in /, until a controller "
				 "is enabled in the root's cgroup.subtree_control, as by systemd");
	case CGROUPS_OF_V1:
		return error_set(found, VERDICT_WARN, "unknown: perf_event is of version 1 here");
	default:
		return error_set(found, VERDICT_WARN,
				 "unknown: cgroup2 is not mounted here as a whole");
	}
}
