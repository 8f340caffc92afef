/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a workload that knows what it did, for tests that compare a trace with it.
 *
 *   FORK parent child kind comm       kind: process, vfork, thread; comm is both tasks' name
 *   EXEC pid old_pid filename comm    old_pid: the thread's id before it became the leader
 *   EXIT pid comm prio how value      how: code, signal, or exec (ended by another thread's exec)
 *   MARK word                         what follows happened after the step of this name
 *   FAULT text                        something went otherwise than the workload meant it to
 *
 * One line per fact, one write(2) per line, to a file opened with O_APPEND. Lines of different
 * tasks are in no order; a fact is logged by the task that knows it, before or after it happens.
 * Ids are tids as the workload's pid namespace has them. Texts are in hex, an empty one is "-".
 */
#ifndef PXT_WORKLOAD_LOG_H
#define PXT_WORKLOAD_LOG_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* TASK_COMM_LEN of include/linux/sched.h, NUL included. */
#define NAME_SIZE 16

#define FAULT_STATUS 99

static int log_fd = -1;

/* LeakSanitizer's own thread at exit would be an event that the log does not know. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static inline void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void log_line(const char *format, ...)
{
	char line[3 * PATH_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(line) ||
	    write(log_fd, line, (size_t)length) != length)
		_exit(FAULT_STATUS);
}

/* Log that WHAT went wrong, which fails the test, and give up. */
static inline _Noreturn void fault(const char *what)
{
	log_line("FAULT %s: %s\n", what, strerror(errno));
	_exit(FAULT_STATUS);
}

static inline void log_open(const char *path)
{
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (log_fd < 0) {
		perror(path);
		exit(FAULT_STATUS);
	}
}

/* OUT has room for twice the length of TEXT, at least 2, and a NUL. */
static inline const char *to_hex(char *out, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *end = out;

	if (!*text)
		return "-";
	for (; *text; text++) {
		*end++ = digits[(unsigned char)*text >> 4];
		*end++ = digits[(unsigned char)*text & 15];
	}
	*end = '\0';
	return out;
}

static inline void own_name(char name[NAME_SIZE])
{
	prctl(PR_GET_NAME, name, 0, 0, 0);
}

/* The name that an exec of FILENAME gives: begin_new_exec() of fs/exec.c. */
static inline void name_after_exec(const char *filename, char name[NAME_SIZE])
{
	const char *slash = strrchr(filename, '/');

	snprintf(name, NAME_SIZE, "%s", slash ? slash + 1 : filename);
}

/* The kernel's priority (proc_pid_stat(5), field 18, plus 100) of the calling task. */
static inline int own_prio(void)
{
	struct sched_param param = {0};
	int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;

	if (policy != SCHED_FIFO && policy != SCHED_RR)
		return 120 + getpriority(PRIO_PROCESS, 0);
	sched_getparam(0, &param);
	return 99 - param.sched_priority;
}

static inline void log_fork(pid_t parent, pid_t child, const char *kind, const char *name)
{
	char hex[2 * NAME_SIZE];

	log_line("FORK %d %d %s %s\n", parent, child, kind, to_hex(hex, name));
}

static inline void log_exec(pid_t pid, pid_t old_pid, const char *filename, const char *name)
{
	char hex[2 * NAME_SIZE], filename_hex[2 * PATH_MAX];

	log_line("EXEC %d %d %s %s\n", pid, old_pid, to_hex(filename_hex, filename),
		 to_hex(hex, name));
}

static inline void log_exit(pid_t tid, const char *name, const char *how, int value)
{
	char hex[2 * NAME_SIZE];

	log_line("EXIT %d %s %d %s %d\n", tid, to_hex(hex, name), own_prio(), how, value);
}

/* Log the calling task's own end. */
static inline void log_own_exit(const char *how, int value)
{
	char name[NAME_SIZE];

	own_name(name);
	log_exit(gettid(), name, how, value);
}

/* Log the end of a single-threaded process with CODE, and end it. */
static inline _Noreturn void leave(int code)
{
	log_own_exit("code", code);
	_exit(code);
}

static inline pid_t fork_logged(void)
{
	char name[NAME_SIZE];
	pid_t child;

	own_name(name);
	child = fork();
	if (child < 0)
		fault("fork");
	if (child > 0)
		log_fork(gettid(), child, "process", name);
	return child;
}

/* clone3(2); -1 where the kernel or the sandbox has none or does not let us. */
static inline pid_t clone_with(const struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

/* Wait for CHILD (-1: any) to end with exactly this wait status. */
static inline void reap(pid_t child, int expected)
{
	int status;

	if (waitpid(child, &status, __WALL) < 0)
		fault("waitpid");
	if (status != expected) {
		log_line("FAULT child %d ended with status %#x instead of %#x\n", child,
			 (unsigned int)status, (unsigned int)expected);
		_exit(FAULT_STATUS);
	}
}

/* Fork a process that leaves with CODE at once; its pid, after its end. */
static inline pid_t fork_and_reap(int code)
{
	pid_t child = fork_logged();

	if (child == 0)
		leave(code);
	reap(child, W_EXITCODE(code, 0));
	return child;
}

/* A thread whose start and end are logged. Must live as long as the thread. */
struct thread {
	pthread_t id;
	pid_t parent;
	char parent_name[NAME_SIZE];
	void (*body)(struct thread *self);
	int number; /* for the body's use */
	sem_t started;
	pid_t tid; /* known once `started` was posted */
};

static inline void *thread_main(void *argument)
{
	struct thread *self = argument;

	self->tid = gettid();
	log_fork(self->parent, self->tid, "thread", self->parent_name);
	sem_post(&self->started);
	self->body(self);
	log_own_exit("code", 0);
	return NULL;
}

/* Start a thread that runs BODY, and wait until its tid is known. */
static inline void thread_start(struct thread *thread, void (*body)(struct thread *), int number)
{
	thread->parent = gettid();
	thread->body = body;
	thread->number = number;
	own_name(thread->parent_name);
	sem_init(&thread->started, 0, 0);
	errno = pthread_create(&thread->id, NULL, thread_main, thread);
	if (errno)
		fault("pthread_create");
	while (sem_wait(&thread->started) != 0)
		continue;
}

static inline void thread_join(struct thread *thread)
{
	errno = pthread_join(thread->id, NULL);
	if (errno)
		fault("pthread_join");
}

/* Our own first thread, for those who wait for its end. */
static pthread_t leader;

static inline void join_leader(void)
{
	errno = pthread_join(leader, NULL);
	if (errno)
		fault("join of the leader");
}

/* End this thread alone, without what the C library does for the last one. */
static inline _Noreturn void leave_thread(int code)
{
	log_own_exit("code", code);
	syscall(SYS_exit, code);
	__builtin_unreachable();
}

/* Waits for an end that comes from outside, which whoever brings it has logged. */
static inline void wait_for_end(struct thread *self)
{
	(void)self;
	for (;;)
		pause();
}

#define IDLERS 3

static struct thread idlers[IDLERS];

static inline void start_idlers(void)
{
	for (int i = 0; i < IDLERS; i++)
		thread_start(&idlers[i], wait_for_end, 0);
}

/* Log the end of every thread of this process but the caller; idlers have the caller's name. */
static inline void log_other_ends(const char *how, int value)
{
	char name[NAME_SIZE];

	own_name(name);
	for (int i = 0; i < IDLERS; i++)
		log_exit(idlers[i].tid, name, how, value);
	if (gettid() != getpid())
		log_exit(getpid(), name, how, value);
}

#endif
