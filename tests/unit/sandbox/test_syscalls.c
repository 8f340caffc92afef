/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that are allowed, and how the first one that is not ends the process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/pidfd.h"
#include "run/closer.h"
#include "sandbox/syscalls.h"
#include "support.h"
#include "support_child.h"

/* ---- failures ---- */

static bool init_fails;
static int load_code;

scmp_filter_ctx __wrap_seccomp_init(uint32_t action);
scmp_filter_ctx __real_seccomp_init(uint32_t action);
int __wrap_seccomp_load(const scmp_filter_ctx filter);
int __real_seccomp_load(const scmp_filter_ctx filter);

scmp_filter_ctx __wrap_seccomp_init(uint32_t action)
{
	return init_fails ? NULL : __real_seccomp_init(action);
}

int __wrap_seccomp_load(const scmp_filter_ctx filter)
{
	return load_code < 0 ? load_code : __real_seccomp_load(filter);
}

static void fail_both_ways(void *unused)
{
	(void)unused;
	init_fails = true;
	CHILD_CHECK(syscalls_restrict(SANDBOX_LIVE, 0) == -EOPNOTSUPP);
	init_fails = false;
	load_code = -EINVAL;
	CHILD_CHECK(syscalls_restrict(SANDBOX_LIVE, 0) == -EINVAL);
	/* Nothing is restricted. */
	CHILD_CHECK(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
}

static void test_where_there_are_no_filters(void **state)
{
	(void)state;
	const struct child_end end = child_run(fail_both_ways, NULL);
	assert_child_fine(&end);
}

/* ---- what is forbidden ---- */

static void need_filters(void)
{
	if (HAS_SANITIZER || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
		print_message("sanitizers make system calls of their own, or the kernel has no "
			      "seccomp\n");
		skip();
	}
}

static void enter(enum sandbox_mode mode, pid_t command)
{
	CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHILD_CHECK(syscalls_restrict(mode, command) > 0);
}

#define REPLAY (1U << SANDBOX_REPLAY)
#define LIVE (1U << SANDBOX_LIVE)
#define RECORD (1U << SANDBOX_RECORD)
#define CONNECTOR (1U << SANDBOX_CONNECTOR)
#define SIDEBAND (1U << SANDBOX_SIDEBAND)
#define ALL (REPLAY | LIVE | CONNECTOR | SIDEBAND | RECORD)

#ifdef __s390__
#define CLONE_ARGUMENTS(flags)         \
	{                              \
		0, (long)(flags), 0, 0 \
	}
#else
#define CLONE_ARGUMENTS(flags)         \
	{                              \
		(long)(flags), 0, 0, 0 \
	}
#endif

/* A call in a form that every mode of MODES forbids. */
static const struct attempt {
	unsigned int modes;
	const char *name;
	long number, arguments[4];
} attempts[] = {
	{ALL, "socket", SYS_socket, {AF_INET, SOCK_STREAM, 0, 0}},
	{ALL, "execve", SYS_execve, {0}},
	{ALL, "execveat", SYS_execveat, {0}},
	{ALL & ~(LIVE | RECORD), "clone", SYS_clone, CLONE_ARGUMENTS(SIGCHLD)},
	{ALL, "clone", SYS_clone, CLONE_ARGUMENTS(CLONE_VM | SIGCHLD)},
	{ALL, "clone", SYS_clone, CLONE_ARGUMENTS(CLONE_NEWUSER | SIGCHLD)},
	{ALL, "clone", SYS_clone, CLONE_ARGUMENTS(CLONE_PARENT | SIGCHLD)},
	{ALL, "clone3", SYS_clone3, {0}},
	{ALL & ~(LIVE | RECORD), "pipe2", SYS_pipe2, {0}},
	{ALL, "ptrace", SYS_ptrace, {PTRACE_TRACEME, 0, 0, 0}},
	{ALL, "process_vm_readv", SYS_process_vm_readv, {0}},
	{ALL, "bpf", SYS_bpf, {0}},
	{ALL, "prctl", SYS_prctl, {PR_GET_DUMPABLE, 0, 0, 0}},
	{ALL, "setuid", SYS_setuid, {0}},
	{ALL, "mount", SYS_mount, {0}},
	{ALL, "unlinkat", SYS_unlinkat, {AT_FDCWD, 0, 0, 0}},
	{ALL, "openat2", SYS_openat2, {AT_FDCWD, 0, 0, 0}},
	{ALL, "open_by_handle_at", SYS_open_by_handle_at, {0}},
	{ALL, "dup", SYS_dup, {0}},
	{ALL, "kill", SYS_kill, {1, 0, 0, 0}},
	{ALL, "tgkill", SYS_tgkill, {1, 1, 0, 0}},
	{ALL, "ioctl", SYS_ioctl, {0, TIOCSTI, 0, 0}},
	{ALL, "ioctl", SYS_ioctl, {0, PERF_EVENT_IOC_REFRESH, 0, 0}},
	{ALL, "fcntl", SYS_fcntl, {0, F_DUPFD, 0, 0}},
	{ALL, "mmap", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
	{ALL, "mprotect", SYS_mprotect, {0, 4096, PROT_EXEC, 0}},
	{ALL, "openat", SYS_openat, {AT_FDCWD, 0, O_RDWR, 0}},
	{ALL, "openat", SYS_openat, {AT_FDCWD, 0, O_RDONLY | O_CREAT, 0600}},
	{ALL, "openat", SYS_openat, {AT_FDCWD, 0, O_RDONLY | O_TRUNC, 0}},
	{REPLAY, "openat", SYS_openat, {AT_FDCWD, 0, O_RDONLY, 0}},
	{REPLAY, "newfstatat", SYS_newfstatat, {AT_FDCWD, 0, 0, 0}},
	{REPLAY, "getdents64", SYS_getdents64, {0}},
	{REPLAY | CONNECTOR, "perf_event_open", SYS_perf_event_open, {0}},
	{REPLAY | CONNECTOR, "recvfrom", SYS_recvfrom, {0}},
	{REPLAY | CONNECTOR, "ioctl", SYS_ioctl, {0, PERF_EVENT_IOC_ENABLE, 0, 0}},
	{REPLAY, "recvmmsg", SYS_recvmmsg, {0}},
	{REPLAY, "getsockopt", SYS_getsockopt, {0}},
	{REPLAY, "sendto", SYS_sendto, {0}},
	{REPLAY, "readlinkat", SYS_readlinkat, {0}},
	{REPLAY, "wait4", SYS_wait4, {-1, 0, 0, 0}},
	{REPLAY, "fcntl", SYS_fcntl, {0, F_SETFD, 0, 0}},
	{REPLAY | LIVE | CONNECTOR | SIDEBAND, "pwritev", SYS_pwritev, {0}},
	{ALL & ~SIDEBAND, "pidfd_open", SYS_pidfd_open, {0}},
	{ALL & ~SIDEBAND, "ioctl", SYS_ioctl, {0, PIDFD_REQUEST_INFO, 0, 0}},
	{REPLAY | LIVE | CONNECTOR | SIDEBAND, "pwrite64", SYS_pwrite64, {0}},
};

struct attempt_in_mode {
	const struct attempt *attempt;
	enum sandbox_mode mode;
};

static void try_forbidden(void *context)
{
	const struct attempt_in_mode *in = context;
	const long *arguments = in->attempt->arguments;

	enter(in->mode, 0);
	syscall(in->attempt->number, arguments[0], arguments[1], arguments[2], arguments[3], -1, 0);
}

static void expect_forbidden(const struct attempt *attempt, enum sandbox_mode mode)
{
	struct attempt_in_mode in = {attempt, mode};
	const struct child_end end = child_run(try_forbidden, &in);
	char expected[256];

	snprintf(expected, sizeof(expected),
		 "perf_exec_trace: the sandbox does not allow %s(2): this is a fault of "
		 "perf_exec_trace; try: --no-sandbox\n",
		 attempt->name);
	assert_string_equal(end.said, expected);
	assert_int_equal(end.status, 1);
}

static void test_what_is_forbidden(void **state)
{
	(void)state;
	need_filters();
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		for (unsigned int mode = 0; mode < SANDBOX_MODES; mode++) {
			if (attempts[i].modes & (1U << mode))
				expect_forbidden(&attempts[i], (enum sandbox_mode)mode);
		}
	}
}

static void call_unknown(void *number)
{
	enter(SANDBOX_REPLAY, 0);
	syscall(*(const long *)number);
}

static void test_unknown_calls(void **state)
{
	long numbers[] = {511, 100000};

	(void)state;
	need_filters();
	const struct child_end named = child_run(call_unknown, &numbers[0]);
	assert_non_null(strstr(named.said, "does not allow system call 511: "));
	assert_int_equal(named.status, 1);
	const struct child_end unnamed = child_run(call_unknown, &numbers[1]);
	assert_non_null(strstr(unnamed.said, "does not allow an unknown system call: "));
	assert_int_equal(unnamed.status, 1);
}

static void forbid_with_signal_blocked(void *unused)
{
	sigset_t all;

	(void)unused;
	sigfillset(&all);
	CHILD_CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	CHILD_CHECK(signal(SIGSYS, SIG_IGN) != SIG_ERR);
	enter(SANDBOX_LIVE, 0);
	socket(AF_INET, SOCK_STREAM, 0);
}

static void test_whoever_started_us_had_the_signal_blocked(void **state)
{
	(void)state;
	need_filters();
	const struct child_end end = child_run(forbid_with_signal_blocked, NULL);
	assert_non_null(strstr(end.said, "does not allow socket(2)"));
	assert_int_equal(end.status, 1);
}

/* ---- what is allowed ---- */

static void use_memory(void)
{
	char *large = malloc((size_t)1 << 20);

	CHILD_CHECK(large != NULL);
	large = realloc(large, (size_t)1 << 24);
	CHILD_CHECK(large != NULL);
	large[0] = 'x';
	free(large);
	for (size_t i = 0; i < 1000; i++) {
		char *small = malloc(1000 + i);

		CHILD_CHECK(small != NULL);
		if (i % 2)
			free(small);
	}
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void use_library(void)
{
	static int numbers[100000];
	struct timespec now;
	struct pollfd none = {.fd = -1};

	qsort(numbers, ARRAY_SIZE(numbers), sizeof(numbers[0]), compare);
	CHILD_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	CHILD_CHECK(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0);
	CHILD_CHECK(poll(&none, 1, 1) == 0);
	CHILD_CHECK(isatty(STDERR_FILENO) == 0);
}

static void use_file(int fd)
{
	struct iovec piece = {(void *)(uintptr_t) "x", 1};
	struct stat status;
	char byte;

	CHILD_CHECK(write(fd, "12345", 5) == 5);
	CHILD_CHECK(writev(fd, &piece, 1) == 1);
	CHILD_CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHILD_CHECK(read(fd, &byte, 1) == 1);
	CHILD_CHECK(pread(fd, &byte, 1, 2) == 1);
	CHILD_CHECK(fstat(fd, &status) == 0 && status.st_size == 6);
	CHILD_CHECK(ftruncate(fd, 0) == 0);
	CHILD_CHECK(fcntl(fd, F_GETFL) >= 0);
	CHILD_CHECK(close(fd) == 0);
}

static void replay_alike(void *unused)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	(void)unused;
	enter(SANDBOX_REPLAY, 0);
	use_memory();
	use_library();
	use_file(fd);
}

static void use_netlink(int fd)
{
	struct mmsghdr none = {0};
	int value;
	socklen_t size = sizeof(value);

	CHILD_CHECK(recvmmsg(fd, &none, 1, MSG_DONTWAIT, NULL) < 0 && errno == ENOTSOCK);
	CHILD_CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &size) < 0 && errno == ENOTSOCK);
	CHILD_CHECK(send(fd, "x", 1, 0) < 0 && errno == ENOTSOCK);
}

static void connector_alike(void *unused)
{
	int fd = memfd_create("x", MFD_CLOEXEC);
	char path[64], byte;

	(void)unused;
	enter(SANDBOX_CONNECTOR, 0);
	use_memory();
	use_library();
	use_netlink(fd);
	use_file(fd);
	int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	CHILD_CHECK(read(status, &byte, 1) == 1);
	CHILD_CHECK(readlinkat(AT_FDCWD, "/proc/self/exe", path, sizeof(path)) > 0);
	CHILD_CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

/* At the end of a trace. */
static void use_closer(void)
{
	int fd = closer_start(), status;

	CHILD_CHECK(fd >= 0);
	CHILD_CHECK(close(fd) == 0);
	CHILD_CHECK(waitpid(-1, &status, 0) > 0 && status == 0);
}

static void live_alike(void *unused)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};
	int fd = memfd_create("x", MFD_CLOEXEC);
	char byte;

	(void)unused;
	enter(SANDBOX_LIVE, 0);
	use_memory();
	use_library();
	use_netlink(fd);
	use_file(fd);
	int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	CHILD_CHECK(read(status, &byte, 1) == 1);
	CHILD_CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	CHILD_CHECK(ioctl(status, PERF_EVENT_IOC_DISABLE, 0) < 0 && errno == ENOTTY);
	CHILD_CHECK(ioctl(status, PERF_EVENT_IOC_ID, &byte) < 0 && errno == ENOTTY);
	CHILD_CHECK(recv(status, &byte, 1, MSG_DONTWAIT) < 0 && errno == ENOTSOCK);
	/* The kernel answers, not the filter. */
	CHILD_CHECK(syscall(SYS_perf_event_open, &attr, 0, -1, -1, UINT64_MAX) < 0);
	CHILD_CHECK(getdents64(status, &byte, 1) < 0 && errno == ENOTDIR);
	use_closer();
}

static void record_alike(void *unused)
{
	struct iovec piece = {(void *)(uintptr_t) "x", 1};
	int fd = memfd_create("x", MFD_CLOEXEC);

	enter(SANDBOX_RECORD, 0);
	CHILD_CHECK(pwrite(fd, "1", 1, 10) == 1);
	CHILD_CHECK(pwritev(fd, &piece, 1, 20) == 1);
	CHILD_CHECK(ftruncate(fd, 0) == 0);
	use_file(fd);
	use_closer();
	(void)unused;
}

static void test_what_runs_need(void **state)
{
	void (*const runs[])(void *) = {replay_alike, live_alike, connector_alike, record_alike};

	(void)state;
	need_filters();
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		const struct child_end end = child_run(runs[i], NULL);

		assert_child_fine(&end);
	}
}

static void call_abort(void *unused)
{
	(void)unused;
	enter(SANDBOX_REPLAY, 0);
	abort();
}

static void test_abort_is_an_abort(void **state)
{
	(void)state;
	need_filters();
	const struct child_end end = child_run(call_abort, NULL);
	assert_string_equal(end.said, "");
	assert_int_equal(end.status, 128 + SIGABRT);
}

/* ---- COMMAND ---- */

/* Once a byte comes, execs what opens a socket and makes processes; it is nobody's child then. */
static void be_command(int fd)
{
	char go;

	if (read(fd, &go, 1) != 1)
		_exit(1);
	if (socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0)
		_exit(2);
	execl("/bin/sh", "sh", "-c", "/bin/true; kill -TERM $$", NULL);
	_exit(3);
}

static void command_is_untouched(void *unused)
{
	const pid_t parent = getppid();
	int hold[2], status;

	(void)unused;
	CHILD_CHECK(pipe2(hold, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0)
		be_command(hold[0]);
	enter(SANDBOX_LIVE, pid);
	CHILD_CHECK(kill(pid, 0) == 0);
	CHILD_CHECK(write(hold[1], "x", 1) == 1);
	CHILD_CHECK(waitpid(pid, &status, 0) == pid);
	CHILD_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	kill(parent, 0);
}

static void test_command(void **state)
{
	(void)state;
	need_filters();
	const struct child_end end = child_run(command_is_untouched, NULL);
	assert_non_null(strstr(end.said, "does not allow kill(2)"));
	assert_int_equal(end.status, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_there_are_no_filters),
		cmocka_unit_test(test_what_is_forbidden),
		cmocka_unit_test(test_unknown_calls),
		cmocka_unit_test(test_whoever_started_us_had_the_signal_blocked),
		cmocka_unit_test(test_what_runs_need),
		cmocka_unit_test(test_abort_is_an_abort),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
