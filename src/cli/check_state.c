/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_state.h"

#include <errno.h>
#include <inttypes.h>

#include "base/error.h"
#include "host/diagnose.h"
#include "host/lockdown.h"

/* The remedy alone of what diagnose_refusal() says. */
static void remedy_refusal(const struct host_facts *host, int code, struct check_row *row)
{
	struct error diagnosis = {0};

	diagnose_refusal(host, code, &diagnosis);
	error_remedy(&row->text, "%s", diagnosis.remedy);
}

static bool has_privilege(const struct host_facts *host)
{
	return host_has_capability(host, CAP_SYS_ADMIN) ||
	       (host_has_capability(host, CAP_PERFMON) &&
		host->perf_syscall != PERF_SYSCALL_REFUSED);
}

void check_paranoid(const struct check_facts *facts, struct check_row *row)
{
	const struct host_facts *host = &facts->host;
	bool strict = host->perf_syscall == PERF_SYSCALL_REFUSED && host->paranoid > 2;
	const char *need = strict ? "CAP_SYS_ADMIN" : "CAP_PERFMON or CAP_SYS_ADMIN";

	if (!host->has_paranoid && host->perf_syscall == PERF_SYSCALL_ABSENT) {
		check_row_set(row, VERDICT_FAIL, "none: this kernel is built without perf events");
	} else if (!host->has_paranoid) {
		check_row_set(row, VERDICT_WARN, "unknown: /proc does not tell");
	} else if (host->paranoid < 0) {
		check_row_set(row, VERDICT_OK, "%d, which lets everybody trace", host->paranoid);
	} else if (has_privilege(host)) {
		check_row_set(row, VERDICT_OK, "%d, which a capability (below) overrides",
			      host->paranoid);
	} else if (strict && host_has_capability(host, CAP_PERFMON)) {
		check_row_set(row, VERDICT_FAIL, "%d, where CAP_PERFMON is not enough",
			      host->paranoid);
		error_remedy(&row->text, "sudo sysctl kernel.perf_event_paranoid=2");
	} else {
		check_row_set(row, VERDICT_WARN, "%d, at which tracing needs %s", host->paranoid,
			      need);
		if (host_root_has_capability(host, CAP_SYS_ADMIN))
			error_remedy(&row->text, "sudo sysctl kernel.perf_event_paranoid=-1");
	}
}

void check_capabilities(const struct check_facts *facts, struct check_row *row)
{
	const struct host_facts *host = &facts->host;
	bool admin = host_has_capability(host, CAP_SYS_ADMIN);
	bool perfmon = host_has_capability(host, CAP_PERFMON);

	if (admin || perfmon) {
		check_row_set(row, VERDICT_OK, "%s%s%s", admin ? "CAP_SYS_ADMIN" : "",
			      admin && perfmon ? ", " : "", perfmon ? "CAP_PERFMON" : "");
	} else if (host->has_paranoid && host->paranoid < 0) {
		check_row_set(row, VERDICT_OK, "none needed at this perf_event_paranoid");
	} else if (!host->has_capabilities) {
		check_row_set(row, VERDICT_WARN, "unknown: /proc does not tell");
	} else {
		check_row_set(row, VERDICT_FAIL, "%s",
			      host->initial_user_ns
				      ? "neither CAP_PERFMON nor CAP_SYS_ADMIN"
				      : "those of a user namespace, which do not count");
		remedy_refusal(host, -EPERM, row);
	}
}

void check_seccomp(const struct check_facts *facts, struct check_row *row)
{
	const struct host_facts *host = &facts->host;
	const char *who = host->seccomp == 2 ? "a filter" : "no filter, but a sandbox";

	if (host->perf_syscall == PERF_SYSCALL_SECCOMP) {
		check_row_set(row, VERDICT_FAIL, "%s that refuses perf_event_open", who);
		remedy_refusal(host, -EPERM, row);
	} else if (host->seccomp == 0) {
		check_row_set(row, VERDICT_OK, "off");
	} else if (host->seccomp == 2) {
		check_row_set(row, VERDICT_OK, "a filter that lets perf_event_open pass");
	} else {
		check_row_set(row, VERDICT_OK, "unknown, but perf_event_open passes");
	}
}

static void check_confidentiality(const struct check_facts *facts, struct check_row *row)
{
	if (facts->formats == 0 && facts->formats_of_kernel) {
		check_row_set(row, VERDICT_OK,
			      "confidentiality, set after boot: the tracepoints remain");
	} else if (facts->formats == -ENOENT || facts->formats == -EPERM) {
		check_row_set(row, VERDICT_FAIL, "confidentiality: there are no tracepoints");
		remedy_refusal(&facts->host, -EINVAL, row);
	} else {
		check_row_set(row, VERDICT_WARN,
			      "confidentiality: if set at boot, there are no tracepoints");
	}
}

void check_lockdown(const struct check_facts *facts, struct check_row *row)
{
	switch (facts->host.lockdown) {
	case LOCKDOWN_NONE:
		check_row_set(row, VERDICT_OK, "none");
		break;
	case LOCKDOWN_INTEGRITY:
		check_row_set(row, VERDICT_OK, "integrity, which lets perf trace");
		break;
	case LOCKDOWN_CONFIDENTIALITY:
		check_confidentiality(facts, row);
		break;
	case LOCKDOWN_UNKNOWN:
		check_row_set(row, facts->formats == -ENOENT ? VERDICT_WARN : VERDICT_OK,
			      "unknown: no /sys/kernel/security/lockdown");
		break;
	}
}

void check_ring_memory(const struct check_facts *facts, struct check_row *row)
{
	const struct host_facts *host = &facts->host;
	uint64_t wanted = facts->ring_kb * facts->cpus;
	uint64_t granted = host->mlock_kb * facts->cpus;

	if (host_has_capability(host, CAP_IPC_LOCK)) {
		check_row_set(row, VERDICT_OK, "no limit (CAP_IPC_LOCK)");
	} else if (host->has_paranoid && host->paranoid < 0) {
		check_row_set(row, VERDICT_OK, "no limit at this perf_event_paranoid");
	} else if (facts->memlock_kb == UINT64_MAX) {
		check_row_set(row, VERDICT_OK, "no limit (RLIMIT_MEMLOCK)");
	} else if (host->mlock_kb == 0) {
		check_row_set(row, VERDICT_WARN, "unknown: /proc does not tell");
	} else if (granted + facts->memlock_kb >= wanted) {
		check_row_set(row, VERDICT_OK, "%" PRIu64 " KiB a CPU and %" PRIu64 " KiB more",
			      host->mlock_kb, facts->memlock_kb);
	} else {
		check_row_set(row, VERDICT_WARN,
			      "%" PRIu64 " KiB a CPU and %" PRIu64
			      " KiB more, for rings of %" PRIu64
			      " KiB: they become smaller, and overflow sooner",
			      host->mlock_kb, facts->memlock_kb, facts->ring_kb);
		error_remedy(&row->text, "sudo sysctl kernel.perf_event_mlock_kb=%" PRIu64,
			     facts->ring_kb);
	}
}

void check_open_files(const struct check_facts *facts, struct check_row *row)
{
	const struct host_facts *host = &facts->host;

	if (facts->cpus == 0) {
		check_row_set(row, VERDICT_WARN, "%" PRIu64 ", for an unknown number of CPUs",
			      facts->files);
		return;
	}
	check_row_set(row, facts->files_suffice ? VERDICT_OK : VERDICT_FAIL,
		      "%" PRIu64 ", of which %zu CPU%s take%s %" PRIu64, facts->files, facts->cpus,
		      facts->cpus == 1 ? "" : "s", facts->cpus == 1 ? "s" : "",
		      facts->files_wanted);
	if (facts->files_suffice)
		return;
	/* With room for what the shell and the output have open. */
	uint64_t enough = facts->files_wanted + 64;
	if (host_root_has_capability(host, CAP_SYS_RESOURCE))
		error_remedy(&row->text, "sudo prlimit --pid $$ --nofile=%" PRIu64, enough);
	else
		error_remedy(&row->text, "docker run --ulimit nofile=%" PRIu64 " ...", enough);
}

void check_pid_namespace(const struct check_facts *facts, struct check_row *row)
{
	if (facts->host.initial_pid_ns) {
		check_row_set(row, VERDICT_OK, "the host's");
		return;
	}
	check_row_set(row, VERDICT_WARN, "a container's: events carry the host's pids");
	error_remedy(&row->text, "docker run --pid host ...");
}

void check_cgroups(const struct check_facts *facts, struct check_row *row)
{
	switch (facts->cgroups) {
	case CGROUPS_TOLD:
		check_row_set(row, VERDICT_OK, "version 2");
		break;
	case CGROUPS_ROOT_ONLY:
		check_row_set(row, VERDICT_WARN, "version 2, but all tasks may seem to be in /");
		error_remedy(&row->text, "enable a controller in the root's "
					 "cgroup.subtree_control, as systemd does");
		break;
	case CGROUPS_OF_V1:
		check_row_set(row, VERDICT_WARN, "unknown: perf_event is of version 1 here");
		break;
	case CGROUPS_NOT_MOUNTED:
		check_row_set(row, VERDICT_WARN, "unknown: cgroup2 is not mounted here as a whole");
		break;
	}
}
