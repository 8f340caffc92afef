/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/net.h>
#include <linux/perf_event.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/write_all.h"
#include "host/pidfd.h"

/* ---- what is allowed ---- */

#define IN(mode) (1U << (mode))
#define ALL (IN(SANDBOX_REPLAY) | TRACING)
#define TRACING (EVENTS | NETLINK)
#define EVENTS (IN(SANDBOX_LIVE) | IN(SANDBOX_RECORD) | IN(SANDBOX_SIDEBAND))
#define CONNECTOR (IN(SANDBOX_CONNECTOR) | IN(SANDBOX_SIDEBAND))
#define NETLINK (EVENTS | CONNECTOR)
#define RECORD IN(SANDBOX_RECORD)

/* The kernel takes the lower half of these arguments, of which C libraries extend the sign. */
#define IS(argument, mask, value)                             \
	{                                                     \
		argument, SCMP_CMP_MASKED_EQ, (mask), (value) \
	}
#define REQUEST(request) IS(1, UINT32_MAX, request)
#define SOCKETCALL(call) IS(0, UINT32_MAX, call)
#define COMMAND_FCNTL(command) IS(1, UINT32_MAX, command)
#define NO_CODE(argument) IS(argument, PROT_EXEC, 0)
#define READ_ONLY(argument) IS(argument, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)

/* Which argument of clone(2) has the flags. */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

/* A call by any of the names that it has on some machine or with some C library. */
struct rule {
	unsigned int modes;
	const char *name;
	struct scmp_arg_cmp only; /* .op is 0 where all arguments are allowed */
};

static const struct rule rules[] = {
	/* Descriptors that are open. */
	{ALL, "close", {0}},
	{ALL, "fstat", {0}},
	{ALL, "fstat64", {0}},
	{ALL, "fstatat64", IS(3, AT_EMPTY_PATH, AT_EMPTY_PATH)},
	{ALL, "newfstatat", IS(3, AT_EMPTY_PATH, AT_EMPTY_PATH)},
	{ALL, "statx", IS(2, AT_EMPTY_PATH, AT_EMPTY_PATH)},
	{ALL, "ftruncate", {0}},
	{ALL, "ftruncate64", {0}},
	{ALL, "lseek", {0}},
	{ALL, "_llseek", {0}},
	{ALL, "read", {0}},
	{ALL, "readv", {0}},
	{ALL, "pread64", {0}},
	{ALL, "write", {0}},
	{ALL, "writev", {0}},
	{RECORD, "pwrite64", {0}},
	{RECORD, "pwritev", {0}},
	{ALL, "poll", {0}},
	{ALL, "ppoll", {0}},
	{ALL, "ppoll_time64", {0}},
	{ALL, "ioctl", REQUEST(TCGETS)},
	{ALL, "ioctl", REQUEST(TIOCGWINSZ)},
	{ALL, "fcntl", COMMAND_FCNTL(F_GETFL)},
	{ALL, "fcntl64", COMMAND_FCNTL(F_GETFL)},

	/* Memory. */
	{ALL, "brk", {0}},
	{ALL, "madvise", {0}},
	{ALL, "mmap", NO_CODE(2)},
	{ALL, "mmap2", NO_CODE(2)},
	{ALL, "mprotect", NO_CODE(2)},
	{ALL, "mremap", {0}},
	{ALL, "munmap", {0}},
	{ALL, "sysinfo", {0}}, /* qsort(3) of glibc before 2.37: how much there is */

	/* Time, chance and locks. */
	{ALL, "clock_gettime", {0}},
	{ALL, "clock_gettime64", {0}},
	{ALL, "gettimeofday", {0}},
	{ALL, "time", {0}},
	{ALL, "setitimer", {0}},
	{ALL, "getrandom", {0}},
	{ALL, "futex", {0}},
	{ALL, "futex_time64", {0}},

	/* Signals and the end, abort(3) too; kill(2) and tgkill(2) are in allow_all(). */
	{ALL, "restart_syscall", {0}},
	{ALL, "rt_sigaction", {0}},
	{ALL, "rt_sigprocmask", {0}},
	{ALL, "rt_sigreturn", {0}},
	{ALL, "sigreturn", {0}},
	{ALL, "getpid", {0}},
	{ALL, "gettid", {0}},
	{ALL, "exit", {0}},
	{ALL, "exit_group", {0}},
	{TRACING, "wait4", {0}},
	{TRACING, "waitpid", {0}},

	/* /proc and /sys. */
	{TRACING, "open", READ_ONLY(1)},
	{TRACING, "openat", READ_ONLY(2)},
	{TRACING, "readlinkat", {0}}, /* programs and directories */
	{TRACING, "getdents", {0}},
	{TRACING, "getdents64", {0}},
	{TRACING, "fcntl", COMMAND_FCNTL(F_SETFD)},
	{TRACING, "fcntl64", COMMAND_FCNTL(F_SETFD)},

	/* The child of run/closer.c. */
	{IN(SANDBOX_LIVE) | RECORD, "pipe2", {0}},
	{IN(SANDBOX_LIVE) | RECORD, "clone", IS(CLONE_FLAGS, UINT32_MAX, SIGCHLD)},

	/* CPUs that come and go, and the end of all of them. */
	{EVENTS, "recvfrom", {0}},
	{EVENTS, "socketcall", SOCKETCALL(SYS_RECVFROM)},
	{EVENTS, "perf_event_open", {0}},
	{EVENTS, "ioctl", REQUEST(PERF_EVENT_IOC_ENABLE)},
	{EVENTS, "ioctl", REQUEST(PERF_EVENT_IOC_DISABLE)},
	{EVENTS, "ioctl", REQUEST(PERF_EVENT_IOC_ID)},
	{EVENTS, "ioctl", REQUEST(PERF_EVENT_IOC_SET_FILTER)},
	{EVENTS, "ioctl", REQUEST(PERF_EVENT_IOC_SET_OUTPUT)},

	/* Exit statuses where the connector does not tell them. */
	{IN(SANDBOX_SIDEBAND), "pidfd_open", {0}},
	{IN(SANDBOX_SIDEBAND), "ioctl", REQUEST(PIDFD_REQUEST_INFO)},

	/* Connector and taskstats: messages, how many were dropped, and that nobody listens now. */
	{NETLINK, "recvmmsg", {0}},
	{NETLINK, "recvmmsg_time64", {0}},
	{NETLINK, "getsockopt", {0}},
	{NETLINK, "sendto", {0}},
	{NETLINK, "socketcall", SOCKETCALL(SYS_RECVMMSG)},
	{NETLINK, "socketcall", SOCKETCALL(SYS_GETSOCKOPT)},
	{NETLINK, "socketcall", SOCKETCALL(SYS_SENDTO)},
};

/* ---- a call that is not ---- */

#define NAMES_MAX 512
#define NAME_SIZE 32

/* By number, made before they are needed: libseccomp's are not for signal handlers. */
static char names[NAMES_MAX][NAME_SIZE];

static void note_names(void)
{
	for (int i = 0; i < NAMES_MAX; i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);

		if (name)
			snprintf(names[i], sizeof(names[i]), "%s(2)", name);
		else
			snprintf(names[i], sizeof(names[i]), "system call %d", i);
		free(name);
	}
}

/* stpcpy(3) and what write_soon() calls are for signal handlers; snprintf(3) is not. */
static void on_forbidden(int signal, siginfo_t *info, void *context)
{
	const unsigned int number = (unsigned int)info->si_syscall;
	char line[256];

	(void)signal;
	(void)context;
	char *end = stpcpy(line, "perf_exec_trace: the sandbox does not allow ");
	end = stpcpy(end, number < NAMES_MAX ? names[number] : "an unknown system call");
	end = stpcpy(end, ": this is a fault of perf_exec_trace; try: --no-sandbox\n");
	write_soon(STDERR_FILENO, line, (size_t)(end - line));
	_exit(1);
}

static int catch_forbidden(void)
{
	struct sigaction action = {.sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO};
	sigset_t set;

	note_names();
	sigemptyset(&action.sa_mask);
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	return sigaction(SIGSYS, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &set, NULL) < 0
		       ? -errno
		       : 0;
}

/* ---- the filter ---- */

/* Names that this machine does not have are passed over. */
static int allow(scmp_filter_ctx filter, const char *name, struct scmp_arg_cmp only)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, only.op ? 1 : 0, &only);
}

static int allow_signals_to(scmp_filter_ctx filter, const char *name, pid_t pid)
{
	return allow(filter, name, (struct scmp_arg_cmp)IS(0, UINT32_MAX, (uint32_t)pid));
}

/* Returns how many rules there are, or a negative errno. */
static int allow_all(scmp_filter_ctx filter, enum sandbox_mode mode, pid_t command)
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!(rules[i].modes & IN(mode)))
			continue;
		int code = allow(filter, rules[i].name, rules[i].only);
		if (code < 0)
			return code;
		count++;
	}
	int code = allow_signals_to(filter, "tgkill", getpid());
	if (code == 0 && command > 0)
		code = allow_signals_to(filter, "kill", command);
	return code < 0 ? code : count + 1 + (command > 0);
}

/*
 * Calls of another ABI of the machine have numbers of their own. Speculation: the alternative slows
 * this process down before Linux 5.16, and is for those that run foreign code.
 */
static int set_up(scmp_filter_ctx filter)
{
	int code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	if (code == 0)
		code = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC,
					1); /* the kernel's errno */
	if (code == 0)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* by a tree */
	if (code == 0 && seccomp_api_get() >= 4)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	return code;
}

int syscalls_restrict(enum sandbox_mode mode, pid_t command)
{
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return -EOPNOTSUPP;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	if (!filter)
		return -EOPNOTSUPP;
	int code = set_up(filter);
	int count = code == 0 ? allow_all(filter, mode, command) : code;

	code = count < 0 ? count : catch_forbidden();
	if (code == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	return code < 0 ? code : count;
}
