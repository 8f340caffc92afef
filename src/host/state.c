/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"

/* include/linux/proc_ns.h: the inode numbers of the initial namespaces, fixed since Linux 3.8. */
#define INITIAL_USER_NS "user:[4026531837]"
#define INITIAL_PID_NS "pid:[4026531836]"

static bool read_number(int root_fd, const char *path, int *number)
{
	char text[32];
	int value, end = 0;

	if (file_read_at(root_fd, path, text, sizeof(text)) < 0 ||
	    sscanf(text, "%9d%n", &value, &end) != 1)
		return false;
	if (text[end] != '\n' && text[end] != '\0')
		return false;
	*number = value;
	return true;
}

static void gather_sysctls(int root_fd, struct host_facts *facts)
{
	int kb = 0;

	facts->has_paranoid =
		read_number(root_fd, "proc/sys/kernel/perf_event_paranoid", &facts->paranoid);
	if (read_number(root_fd, "proc/sys/kernel/perf_event_mlock_kb", &kb) && kb > 0)
		facts->mlock_kb = (uint64_t)kb;
	if (!read_number(root_fd, "proc/sys/kernel/cap_last_cap", &facts->last_capability))
		facts->last_capability = 0;
}

/* By lines of any length: the one with the groups precedes those that are looked for. */
static void gather_status(int root_fd, struct host_facts *facts)
{
	FILE *file = file_open_at(root_fd, "proc/self/status");
	char *line = NULL;
	size_t size = 0;
	unsigned long long set;
	int mode;

	if (!file)
		return;
	while (getline(&line, &size, file) >= 0) {
		if (sscanf(line, "CapEff: %16llx", &set) == 1) {
			facts->has_capabilities = true;
			facts->capabilities = set;
		} else if (sscanf(line, "CapBnd: %16llx", &set) == 1) {
			facts->bounding = set;
		} else if (sscanf(line, "Seccomp: %9d", &mode) == 1) {
			facts->seccomp = mode;
		}
	}
	free(line);
	fclose(file);
}

static bool in_namespace(int root_fd, const char *path, const char *initial)
{
	char link[64];
	ssize_t length = readlinkat(root_fd, path, link, sizeof(link) - 1);

	if (length < 0)
		return true;
	link[length] = '\0';
	return strcmp(link, initial) == 0;
}

static enum perf_syscall judge_syscall(const struct host_facts *facts, int perf_errno)
{
	switch (perf_errno) {
	case EINVAL:
		return PERF_SYSCALL_ALLOWED;
	case EACCES:
		return PERF_SYSCALL_REFUSED;
	case ENOSYS:
		return facts->has_paranoid ? PERF_SYSCALL_SECCOMP : PERF_SYSCALL_ABSENT;
	default:
		return PERF_SYSCALL_SECCOMP;
	}
}

void host_facts_gather(int root_fd, int perf_errno, struct host_facts *facts)
{
	*facts = (struct host_facts){.bounding = UINT64_MAX, .seccomp = -1};
	gather_sysctls(root_fd, facts);
	gather_status(root_fd, facts);
	facts->lockdown = lockdown_below(root_fd);
	facts->perf_syscall = judge_syscall(facts, perf_errno);
	facts->initial_user_ns = in_namespace(root_fd, "proc/self/ns/user", INITIAL_USER_NS);
	facts->initial_pid_ns = in_namespace(root_fd, "proc/self/ns/pid", INITIAL_PID_NS);
}

int perf_syscall_probe(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = PERF_ATTR_SIZE_VER0,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_period = UINT64_C(1) << 63,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno;
	/* Linux before 3.15 took such a period. */
	close((int)fd);
	return EINVAL;
}

bool host_has_capability(const struct host_facts *facts, int capability)
{
	return facts->initial_user_ns && (facts->capabilities >> capability & 1);
}

bool host_root_has_capability(const struct host_facts *facts, int capability)
{
	return facts->initial_user_ns && (facts->bounding >> capability & 1);
}

bool host_accepts_perfmon(const struct host_facts *facts)
{
	bool known = facts->last_capability == 0 || facts->last_capability >= CAP_PERFMON;
	bool refused = facts->perf_syscall == PERF_SYSCALL_REFUSED && facts->paranoid > 2;

	return known && !refused;
}

const char *host_privilege_names(const struct host_facts *facts)
{
	return host_accepts_perfmon(facts) ? "CAP_PERFMON or CAP_SYS_ADMIN" : "CAP_SYS_ADMIN";
}

bool host_has_privilege(const struct host_facts *facts)
{
	return host_has_capability(facts, CAP_SYS_ADMIN) ||
	       (host_accepts_perfmon(facts) && host_has_capability(facts, CAP_PERFMON));
}

bool host_root_has_privilege(const struct host_facts *facts)
{
	return host_root_has_capability(facts, CAP_SYS_ADMIN) ||
	       (host_accepts_perfmon(facts) && host_root_has_capability(facts, CAP_PERFMON));
}

bool host_may_trace(const struct host_facts *facts)
{
	if (facts->perf_syscall != PERF_SYSCALL_ALLOWED)
		return false;
	return (facts->has_paranoid && facts->paranoid < 0) || host_has_privilege(facts);
}

void host_facts_of_this_host(struct host_facts *facts)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	host_facts_gather(root_fd, perf_syscall_probe(), facts);
	if (root_fd >= 0)
		close(root_fd);
}
