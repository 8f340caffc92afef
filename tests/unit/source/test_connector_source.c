/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events from messages of the process connector: their order, what is missing, what /proc may tell
 * of an exec, and names. Messages, clock and /proc are scripted. Times are ms after the start.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/files.h"
#include "event/event.h"
#include "host/perf_clock.h"
#include "host/proc.h"
#include "netlink/proc_connector.h"
#include "source/source.h"
#include "support.h"
#include "support_memory.h"
#include "task/proc_program.h"

#define PROC_FD 77777
#define CONNECTOR_FD 88888
#define WAKE_FD 99999
#define START_NS NS_PER_S
#define MESSAGES_MAX 16

/* ---- the kernel ---- */

static struct {
	int opens, closes, open_code, next_code, visit_code;
	struct proc_message messages[MESSAGES_MAX];
	size_t count, read;
	uint64_t now_ns;
	uint64_t reading_ns; /* that reading /proc takes */
	bool has_program, is_complete;
	const char *comm; /* content of its file; NULL: there is none */
	const struct proc_task *tasks;
	size_t task_count;
	struct pollfd polls[2];
	int timeout_ms, poll_errno;
	uint64_t dropped, overruns;
} kernel;

int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err);
void __wrap_proc_connector_close(struct proc_connector *connector);
int __wrap_proc_connector_probe(struct error *err);
int __wrap_proc_connector_fd(const struct proc_connector *connector);
int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message);
struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector);
uint64_t __wrap_perf_clock_now_ns(void);
bool __wrap_perf_clock_wall_offset(int64_t *offset_ns);
int __wrap_proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
		      void *context);
int __wrap_proc_program_read(int proc_fd, int32_t pid, struct proc_program *program);
ssize_t __real_file_read_at(int dir_fd, const char *path, char *text, size_t size);
ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

int __wrap_proc_connector_open(const struct proc_connector_options *options,
			       struct proc_connector **opened, struct error *err)
{
	/* All kinds, so that losses have their place. */
	assert_int_equal(options->kinds, 0);
	if (kernel.open_code < 0)
		return error_set(err, kernel.open_code, "no connector");
	kernel.opens++;
	*opened = (struct proc_connector *)(void *)&kernel;
	return 0;
}

void __wrap_proc_connector_close(struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	kernel.closes++;
}

int __wrap_proc_connector_probe(struct error *err)
{
	return kernel.open_code < 0 ? error_set(err, kernel.open_code, "no connector") : 0;
}

int __wrap_proc_connector_fd(const struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	return CONNECTOR_FD;
}

int __wrap_proc_connector_next(struct proc_connector *connector, struct proc_message *message)
{
	assert_ptr_equal(connector, &kernel);
	if (kernel.read == kernel.count)
		return kernel.next_code;
	*message = kernel.messages[kernel.read++];
	return 1;
}

struct netlink_counts __wrap_proc_connector_counts(struct proc_connector *connector)
{
	assert_ptr_equal(connector, &kernel);
	return (struct netlink_counts){
		.malformed = 3,
		.dropped = kernel.dropped,
		.overruns = kernel.overruns,
	};
}

uint64_t __wrap_perf_clock_now_ns(void)
{
	return kernel.now_ns;
}

bool __wrap_perf_clock_wall_offset(int64_t *offset_ns)
{
	*offset_ns = 1234;
	return false;
}

int __wrap_proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
		      void *context)
{
	assert_int_equal(proc_fd, PROC_FD);
	for (size_t i = 0; i < kernel.task_count; i++)
		visit(context, &kernel.tasks[i]);
	return kernel.visit_code;
}

int __wrap_proc_program_read(int proc_fd, int32_t pid, struct proc_program *program)
{
	assert_int_equal(proc_fd, PROC_FD);
	kernel.now_ns += kernel.reading_ns;
	if (!kernel.has_program)
		return -ESRCH;
	snprintf(program->path, sizeof(program->path), "/bin/%d", pid);
	memcpy(program->bytes, "a\0b", 4);
	program->filename = (struct text){program->path, strlen(program->path)};
	program->arguments = (struct arguments){
		.argc = -1,
		.known = {{program->bytes, 4}, 2},
		.complete = kernel.is_complete,
		.source = ARGV_PROC_START,
	};
	return 0;
}

ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size)
{
	int pid, end = 0;

	if (dir_fd != PROC_FD)
		return __real_file_read_at(dir_fd, path, text, size);
	assert_int_equal(sscanf(path, "%d/comm%n", &pid, &end), 1);
	assert_int_equal(path[end], '\0');
	if (!kernel.comm)
		return -ENOENT;
	return snprintf(text, size, "%s", kernel.comm);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	assert_int_equal(count, ARRAY_SIZE(kernel.polls));
	memcpy(kernel.polls, fds, sizeof(kernel.polls));
	kernel.timeout_ms = timeout_ms;
	errno = kernel.poll_errno;
	return kernel.poll_errno ? -1 : 0;
}

/* ---- memory ---- */

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* ---- what the tests do ---- */

static struct source *source;
static struct event event;
static struct error err;

static uint64_t at(uint64_t ms)
{
	return START_NS + ms * NS_PER_MS;
}

static int32_t command_pid; /* of the next source */

static int open_source(void)
{
	static const struct request request;
	const struct source_host host = {
		.wake_fd = WAKE_FD, .proc_fd = PROC_FD, .command_pid = command_pid};

	return connector_source_type.open(&request, &host, &source, &err);
}

static int start_source(void)
{
	static const struct request request;

	return source_start(source, &request, &err);
}

static void reset_kernel(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.now_ns = START_NS;
	kernel.has_program = true;
	kernel.is_complete = true;
	kernel.comm = "shown\n";
	source = NULL;
	err = (struct error){0};
}

static int set_up(void **state)
{
	(void)state;
	reset_kernel();
	return open_source() < 0 || start_source() < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	source_free(source);
	assert_int_equal(kernel.closes, kernel.opens);
	return 0;
}

static struct proc_message *tell(enum proc_kind kind, uint64_t ms, int32_t tgid, int32_t tid)
{
	struct proc_message *message = &kernel.messages[kernel.count++];

	assert_true(kernel.count <= MESSAGES_MAX);
	*message = (struct proc_message){
		.kind = kind,
		.time_ns = at(ms),
		.tgid = tgid,
		.tid = tid,
	};
	return message;
}

static void tell_fork(uint64_t ms, int32_t tgid, int32_t tid, int32_t parent_tgid,
		      int32_t parent_tid)
{
	struct proc_message *message = tell(PROC_FORK, ms, tgid, tid);

	message->parent_tgid = parent_tgid;
	message->parent_tid = parent_tid;
}

static void tell_comm(uint64_t ms, int32_t tgid, int32_t tid, const char *comm)
{
	struct proc_message *message = tell(PROC_COMM, ms, tgid, tid);

	snprintf(message->comm, sizeof(message->comm), "%s", comm);
}

static void expect(enum event_type type, uint64_t ms)
{
	int code = source_next(source, &event, &err);

	if (code != 1 || event.type != type || event.time_ns != at(ms))
		fail_msg("code %d, type %d instead of %d, at %d us instead of %d us", code,
			 (int)event.type, (int)type, (int)((event.time_ns - START_NS) / 1000),
			 (int)ms * 1000);
}

static void expect_code(int code)
{
	assert_int_equal(source_next(source, &event, &err), code);
}

/* ---- order ---- */

static void test_by_time_behind_the_horizon(void **state)
{
	struct source_stats stats;

	(void)state;
	tell(PROC_EXIT, 20, 1, 1)->cpu = 1;
	tell(PROC_EXIT, 30, 2, 2)->cpu = 1;
	tell(PROC_EXIT, 10, 3, 3);
	kernel.now_ns = at(32) - 1;
	expect(EVENT_EXIT, 10);
	assert_int_equal(event.exit.pid, 3);
	/* One round of messages is given out before the next is read. */
	tell(PROC_EXIT, 15, 4, 4);
	expect(EVENT_EXIT, 20);
	assert_int_equal(event.exit.pid, 1);
	assert_int_equal(event.cpu, 1);
	expect_code(0);
	kernel.now_ns = at(32);
	expect(EVENT_EXIT, 15);
	expect(EVENT_EXIT, 30);
	expect_code(0);
	source_stats(source, &stats);
	assert_int_equal(stats.late, 1);
	assert_int_equal(stats.lost, 0);
	assert_int_equal(stats.undecoded, 3);
}

static void test_equal_times_as_they_came(void **state)
{
	(void)state;
	for (int32_t tid = 9; tid > 4; tid--)
		tell(PROC_EXIT, 10, tid, tid);
	kernel.now_ns = at(12);
	for (int32_t tid = 9; tid > 4; tid--) {
		expect(EVENT_EXIT, 10);
		assert_int_equal(event.exit.pid, tid);
	}
	expect_code(0);
}

static void test_an_exec_waits_for_what_proc_showed(void **state)
{
	(void)state;
	tell(PROC_EXEC, 10, 5, 5);
	tell(PROC_EXIT, 11, 6, 6);
	kernel.now_ns = at(20);
	kernel.reading_ns = 5 * NS_PER_MS;
	expect_code(0);
	kernel.now_ns = at(27) - 1;
	expect_code(0);
	kernel.now_ns = at(27);
	expect(EVENT_EXEC, 10);
	expect(EVENT_EXIT, 11);
	expect_code(0);
}

/* ---- losses ---- */

static void expect_loss(uint64_t ms, uint64_t count, uint32_t cpu)
{
	expect(EVENT_LOST, ms);
	assert_int_equal(event.lost.count, count);
	assert_int_equal(event.cpu, cpu);
}

static void test_losses_come_before_their_message(void **state)
{
	struct source_stats stats;
	struct proc_message *message;

	(void)state;
	message = tell(PROC_EXIT, 10, 5, 5);
	message->lost = 2;
	message->cpu = 7;
	tell(PROC_EXIT, 11, 6, 6);
	/* Those that are no events of ours tell of losses, too. */
	tell(PROC_OTHER, 12, 6, 6)->lost = 30;
	tell(PROC_ACK, 13, 0, 0);
	tell(PROC_EXIT, 14, 7, 7);
	kernel.now_ns = at(20);
	expect_loss(10, 2, 7);
	source_stats(source, &stats);
	assert_int_equal(stats.lost, 2);
	expect(EVENT_EXIT, 10);
	expect(EVENT_EXIT, 11);
	expect_loss(12, 30, 0);
	expect(EVENT_EXIT, 14);
	expect_code(0);
	source_stats(source, &stats);
	assert_int_equal(stats.lost, 32);
	assert_int_equal(stats.late, 0);
}

static void test_what_is_missing_last_comes_at_the_end(void **state)
{
	struct source_stats stats;

	(void)state;
	tell(PROC_EXIT, 10, 5, 5)->lost = 2;
	kernel.now_ns = at(20);
	expect_loss(10, 2, 0);
	expect(EVENT_EXIT, 10);
	expect_code(0);
	kernel.dropped = 9;
	source_stop(source);
	kernel.now_ns = at(30);
	expect_loss(10, 7, EVENT_NO_CPU);
	expect_code(-ENODATA);
	source_stats(source, &stats);
	assert_int_equal(stats.lost, 9);
}

/* ---- what /proc shows ---- */

static void expect_program(bool is_known)
{
	const struct arguments *arguments = &event.exec.image->arguments;
	char filename[32];

	snprintf(filename, sizeof(filename), "/bin/%d", event.exec.pid);
	if (!is_known) {
		assert_null(event.exec.filename.bytes);
		assert_null(event.exec.comm.bytes);
		assert_int_equal(arguments->argc, -1);
		assert_int_equal(arguments->source, ARGV_NONE);
		assert_int_equal(arguments->known.count, 0);
		return;
	}
	assert_text(event.exec.filename, filename);
	assert_text(event.exec.comm, "shown");
	assert_int_equal(arguments->argc, 2);
	assert_int_equal(arguments->source, ARGV_PROC);
	assert_int_equal(arguments->known.count, 2);
	assert_memory_equal(arguments->known.bytes.bytes, "a\0b", 4);
}

static void test_what_proc_showed(void **state)
{
	(void)state;
	tell(PROC_EXEC, 10, 5, 5);
	kernel.now_ns = at(20);
	expect_code(0);
	kernel.is_complete = false;
	tell(PROC_EXEC, 11, 6, 6);
	kernel.now_ns = at(30);
	expect(EVENT_EXEC, 10);
	assert_int_equal(event.exec.pid, 5);
	assert_int_equal(event.exec.old_pid, 5);
	expect_program(true);
	expect_code(0);
	kernel.now_ns = at(40);
	expect(EVENT_EXEC, 11);
	assert_int_equal(event.exec.image->arguments.argc, -1);
	assert_int_equal(event.exec.image->arguments.source, ARGV_PROC);
	assert_int_equal(event.exec.image->arguments.known.count, 2);
	expect_code(0);

	kernel.has_program = false;
	tell(PROC_EXEC, 41, 7, 7);
	expect_code(0);
	kernel.comm = NULL;
	tell(PROC_EXEC, 42, 8, 8);
	kernel.now_ns = at(50);
	expect(EVENT_EXEC, 41);
	assert_null(event.exec.filename.bytes);
	assert_int_equal(event.exec.image->arguments.argc, -1);
	assert_text(event.exec.comm, "shown");
	expect_code(0);
	kernel.now_ns = at(60);
	expect(EVENT_EXEC, 42);
	expect_program(false);
}

/* An exec of 5 at 10 ms, read until 12 ms. What else happens, and whether that proves it wrong. */
static const struct doubt {
	const char *what;
	enum proc_kind kind;
	uint64_t ms;
	int32_t tgid, tid;
	uint32_t lost;
	bool is_doubtful;
} doubts[] = {
	{"its next exec", PROC_EXEC, 11, 5, 5, 0, true},
	{"its next exec, at the end of reading", PROC_EXEC, 12, 5, 5, 0, true},
	{"its next exec, after reading", PROC_EXEC, 13, 5, 5, 0, false},
	{"its exec before", PROC_EXEC, 9, 5, 5, 0, false},
	{"another one's exec", PROC_EXEC, 11, 6, 6, 0, false},
	{"its end", PROC_EXIT, 11, 5, 5, 0, true},
	{"its end, after reading", PROC_EXIT, 13, 5, 5, 0, false},
	{"the end of its thread", PROC_EXIT, 11, 5, 7, 0, false},
	{"another one's end", PROC_EXIT, 11, 6, 6, 0, false},
	{"its new name", PROC_COMM, 11, 5, 5, 0, true},
	{"its new name before", PROC_COMM, 9, 5, 5, 0, false},
	{"the new name of its thread", PROC_COMM, 11, 5, 7, 0, false},
	{"another one's new name", PROC_COMM, 11, 6, 6, 0, false},
	{"its fork", PROC_FORK, 11, 8, 8, 0, false},
	{"its new thread", PROC_FORK, 11, 5, 7, 0, false},
	{"a change of its ids", PROC_OTHER, 11, 5, 5, 0, false},
	{"a loss", PROC_OTHER, 11, 6, 6, 1, true},
	{"a loss after reading", PROC_EXIT, 13, 6, 6, 1, true},
};

static void tell_doubt(const struct doubt *doubt)
{
	struct proc_message *message = tell(doubt->kind, doubt->ms, doubt->tgid, doubt->tid);

	message->lost = doubt->lost;
	message->parent_tgid = message->parent_tid = 5;
}

static int next_with_time(void)
{
	int code = source_next(source, &event, &err);

	for (int i = 0; code == 0 && i < 2; i++) {
		kernel.now_ns += 10 * NS_PER_MS;
		code = source_next(source, &event, &err);
	}
	return code;
}

static void expect_exec_of_5(const struct doubt *doubt)
{
	do
		assert_int_equal(next_with_time(), 1);
	while (event.type != EVENT_EXEC || event.exec.pid != 5 || event.time_ns != at(10));
	if (!event.exec.filename.bytes != doubt->is_doubtful)
		fail_msg("%s: %s", doubt->what, doubt->is_doubtful ? "believed" : "doubted");
	expect_program(!doubt->is_doubtful);
}

static void test_who_casts_doubt_on_it(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		set_up(state);
		tell(PROC_EXEC, 10, 5, 5);
		kernel.now_ns = at(11);
		kernel.reading_ns = NS_PER_MS;
		expect_code(0);
		kernel.reading_ns = 0;
		tell_doubt(&doubts[i]);
		kernel.now_ns = at(20);
		expect_exec_of_5(&doubts[i]);
		tear_down(state);
	}
}

/* A loss whose place is not known yet. */
static void test_an_overrun_casts_doubt_on_all(void **state)
{
	static const struct doubt overrun = {.what = "an overrun", .is_doubtful = true};
	static const struct doubt none = {.what = "an overrun before", .is_doubtful = false};

	(void)state;
	tell(PROC_EXEC, 10, 5, 5);
	kernel.now_ns = at(11);
	kernel.reading_ns = NS_PER_MS;
	expect_code(0);
	kernel.reading_ns = 0;
	kernel.overruns = 1;
	kernel.now_ns = at(20);
	expect_exec_of_5(&overrun);
	tear_down(state);
	set_up(state);
	kernel.overruns = 1;
	kernel.now_ns = at(9);
	expect_code(0);
	tell(PROC_EXEC, 10, 5, 5);
	kernel.now_ns = at(20);
	expect_exec_of_5(&none);
}

static void test_who_was_heard_of_before(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		if (doubts[i].lost > 0 || doubts[i].ms > 12)
			continue;
		set_up(state);
		tell_doubt(&doubts[i]);
		tell(PROC_EXEC, 10, 5, 5);
		kernel.now_ns = at(12);
		expect_exec_of_5(&doubts[i]);
		tear_down(state);
	}
}

/* ---- names ---- */

static const struct proc_task tasks[] = {
	{.pid = 1, .tid = 1, .comm = "init"},
	{.pid = 1, .tid = 2, .comm = "worker"},
};

static int set_up_with_tasks(void **state)
{
	(void)state;
	reset_kernel();
	kernel.tasks = tasks;
	kernel.task_count = ARRAY_SIZE(tasks);
	return open_source() < 0 || start_source() < 0 ? -1 : 0;
}

static void test_a_child_comes_before_its_fork(void **state)
{
	(void)state;
	tell_fork(1, 5, 5, 1, 2);
	tell_fork(2, 5, 6, 1, 2);
	kernel.now_ns = at(10);
	expect(EVENT_CHILD, 1);
	assert_int_equal(event.child.pid, 5);
	assert_int_equal(event.child.tid, 5);
	expect(EVENT_FORK, 1);
	assert_int_equal(event.sample_pid, 1);
	assert_int_equal(event.sample_tid, 2);
	assert_int_equal(event.fork.parent_tid, 2);
	assert_int_equal(event.fork.child_tid, 5);
	assert_text(event.fork.parent_comm, "worker");
	assert_text(event.fork.child_comm, "worker");
	/* Of a thread: the message has the parent of the process. */
	expect(EVENT_CHILD, 2);
	assert_int_equal(event.child.pid, 5);
	assert_int_equal(event.child.tid, 6);
	expect(EVENT_FORK, 2);
	assert_int_equal(event.sample_pid, 5);
	assert_int_equal(event.sample_tid, 5);
	assert_int_equal(event.fork.parent_tid, 5);
	assert_int_equal(event.fork.child_tid, 6);
	assert_text(event.fork.child_comm, "worker");
	expect_code(0);
}

static void test_names(void **state)
{
	(void)state;
	tell_fork(1, 5, 5, 1, 1);
	tell_comm(2, 5, 5, "renamed");
	tell_fork(3, 6, 6, 5, 5);
	tell(PROC_EXEC, 4, 6, 6);
	tell(PROC_EXIT, 5, 5, 5)->status = 0x300;
	tell_fork(6, 5, 5, 99, 99);
	tell_fork(7, 7, 7, 6, 6);
	tell(PROC_EXIT, 8, 5, 5);
	kernel.now_ns = at(9);
	expect(EVENT_CHILD, 1);
	expect(EVENT_FORK, 1);
	assert_text(event.fork.child_comm, "init");
	expect(EVENT_COMM, 2);
	assert_int_equal(event.comm.tid, 5);
	assert_false(event.comm.is_exec);
	assert_text(event.comm.comm, "renamed");
	expect(EVENT_CHILD, 3);
	expect(EVENT_FORK, 3);
	assert_text(event.fork.parent_comm, "renamed");
	assert_text(event.fork.child_comm, "renamed");
	kernel.now_ns = at(20);
	expect_code(0);
	expect(EVENT_EXEC, 4);
	assert_text(event.exec.comm, "shown");
	expect(EVENT_EXIT, 5);
	assert_text(event.exit.comm, "renamed");
	assert_true(event.exit.has_status);
	assert_int_equal(event.exit.status, 0x300);
	assert_int_equal(event.exit.prio, EVENT_NO_PRIO);
	/* The same tid again, of a parent that nobody knows. */
	expect(EVENT_CHILD, 6);
	expect(EVENT_FORK, 6);
	assert_null(event.fork.parent_comm.bytes);
	assert_null(event.fork.child_comm.bytes);
	expect(EVENT_CHILD, 7);
	expect(EVENT_FORK, 7);
	assert_text(event.fork.child_comm, "shown");
	expect(EVENT_EXIT, 8);
	assert_null(event.exit.comm.bytes);
	expect_code(0);
}

static void test_names_are_forgotten_after_the_exit(void **state)
{
	(void)state;
	tell(PROC_EXIT, 1, 1, 2);
	/* A loss, which may come between, is not the end of it. */
	tell(PROC_EXIT, 2, 1, 2)->lost = 1;
	kernel.now_ns = at(10);
	expect(EVENT_EXIT, 1);
	assert_text(event.exit.comm, "worker");
	expect(EVENT_LOST, 2);
	expect(EVENT_EXIT, 2);
	assert_null(event.exit.comm.bytes);
	expect_code(0);
}

static void test_a_thread_that_execs(void **state)
{
	(void)state;
	tell(PROC_EXIT, 1, 1, 1);
	tell(PROC_EXEC, 2, 1, 1);
	tell(PROC_EXIT, 5, 1, 2);
	kernel.now_ns = at(3);
	expect(EVENT_EXIT, 1);
	assert_text(event.exit.comm, "init");
	expect_code(0);
	kernel.now_ns = at(10);
	expect(EVENT_EXEC, 2);
	assert_int_equal(event.exec.pid, 1);
	assert_int_equal(event.exec.old_pid, 2);
	assert_int_equal(event.sample_pid, 1);
	assert_int_equal(event.sample_tid, 1);
	/* Its old tid is nobody's. */
	expect(EVENT_EXIT, 5);
	assert_null(event.exit.comm.bytes);
	expect_code(0);
}

static void test_a_leader_that_execs_beside_threads(void **state)
{
	(void)state;
	tell(PROC_EXEC, 2, 1, 1);
	tell(PROC_EXIT, 5, 1, 2);
	kernel.now_ns = at(10);
	expect_code(0);
	kernel.now_ns = at(20);
	expect(EVENT_EXEC, 2);
	assert_int_equal(event.exec.old_pid, 1);
	expect(EVENT_EXIT, 5);
	assert_text(event.exit.comm, "worker");
}

/* ---- start and stop ---- */

static void test_from_start_to_stop(void **state)
{
	(void)state;
	tell(PROC_EXIT, 0, 4, 4)->time_ns = START_NS - 1;
	tell(PROC_EXIT, 0, 5, 5);
	tell(PROC_EXIT, 20, 6, 6);
	tell(PROC_EXIT, 0, 7, 7)->time_ns = at(20) + 1;
	kernel.now_ns = at(20);
	source_stop(source);
	expect(EVENT_EXIT, 0);
	assert_int_equal(event.exit.pid, 5);
	expect_code(0);
	/* Only the first time counts. */
	kernel.now_ns = at(22);
	source_stop(source);
	expect(EVENT_EXIT, 20);
	/* A message of that very time may still come. */
	expect_code(0);
	kernel.now_ns++;
	expect_code(-ENODATA);
	expect_code(-ENODATA);
}

/* Where the source is of a COMMAND, process 50. */
static void open_for_command(void)
{
	source_free(source);
	command_pid = 50;
	assert_int_equal(open_source(), 0);
	assert_int_equal(start_source(), 0);
	command_pid = 0;
}

static void test_commands_exit_may_come_after_the_stop(void **state)
{
	(void)state;
	open_for_command();
	tell_fork(10, 50, 51, 1, 1);
	kernel.now_ns = at(20);
	source_stop(source);
	expect(EVENT_CHILD, 10);
	expect(EVENT_FORK, 10);
	expect_code(0);
	kernel.now_ns = at(121);
	tell(PROC_EXIT, 110, 6, 6);
	tell_fork(111, 50, 52, 1, 1);
	tell(PROC_EXIT, 112, 50, 50);
	expect(EVENT_EXIT, 112);
	assert_int_equal(event.exit.pid, 50);
	/* One thread is left. */
	expect_code(0);
	tell(PROC_EXIT, 113, 50, 51);
	expect(EVENT_EXIT, 113);
	assert_int_equal(event.exit.pid, 51);
	/* That is the last one. */
	expect_code(-ENODATA);
}

static void test_commands_exit_is_not_awaited_for_ever(void **state)
{
	(void)state;
	open_for_command();
	kernel.now_ns = at(20);
	source_stop(source);
	kernel.now_ns = at(122);
	expect_code(0);
	kernel.now_ns++;
	expect_code(-ENODATA);
}

static void test_nothing_is_awaited_of_a_command_that_has_ended(void **state)
{
	(void)state;
	open_for_command();
	tell(PROC_EXIT, 10, 50, 50);
	kernel.now_ns = at(20);
	source_stop(source);
	expect(EVENT_EXIT, 10);
	expect_code(0);
	kernel.now_ns = at(22) + 1;
	expect_code(-ENODATA);
}

static void test_taken_in_before_the_stop(void **state)
{
	(void)state;
	tell(PROC_EXIT, 21, 5, 5);
	kernel.now_ns = at(20);
	expect_code(0);
	source_stop(source);
	/* Heard of, but after the stop. */
	kernel.now_ns = at(30);
	expect_code(-ENODATA);
}

static void test_the_end_waits_for_execs(void **state)
{
	(void)state;
	kernel.now_ns = at(20);
	source_stop(source);
	tell(PROC_EXEC, 20, 5, 5);
	kernel.reading_ns = 10 * NS_PER_MS;
	kernel.now_ns = at(25);
	expect_code(0);
	kernel.now_ns = at(36);
	expect_code(0);
	kernel.now_ns = at(37);
	expect(EVENT_EXEC, 20);
	expect_code(-ENODATA);
}

static void test_no_end_without_a_stop(void **state)
{
	(void)state;
	kernel.now_ns = at(10000);
	expect_code(0);
}

/* ---- waiting ---- */

static int wait_ms(int timeout_ms)
{
	assert_int_equal(source_wait(source, WAKE_FD, timeout_ms, &err), 0);
	assert_int_equal(kernel.polls[0].fd, WAKE_FD);
	assert_int_equal(kernel.polls[0].events, POLLIN);
	assert_int_equal(kernel.polls[1].fd, CONNECTOR_FD);
	assert_int_equal(kernel.polls[1].events, POLLIN);
	return kernel.timeout_ms;
}

static void test_waiting(void **state)
{
	(void)state;
	assert_int_equal(wait_ms(-1), -1);
	assert_int_equal(wait_ms(500), 500);
	/* What is younger than the horizon is due soon. */
	tell(PROC_EXIT, 10, 5, 5);
	kernel.now_ns = at(10);
	expect_code(0);
	assert_in_range(wait_ms(-1), 1, 10);
	assert_in_range(wait_ms(500), 1, 10);
	assert_int_equal(wait_ms(1), 1);
	kernel.now_ns = at(20);
	expect(EVENT_EXIT, 10);
	expect_code(0);
	assert_int_equal(wait_ms(-1), -1);
	/* So is the end. */
	source_stop(source);
	assert_in_range(wait_ms(-1), 1, 10);

	kernel.poll_errno = EINTR;
	assert_int_equal(source_wait(source, WAKE_FD, -1, &err), 0);
	kernel.poll_errno = EINVAL;
	assert_int_equal(source_wait(source, WAKE_FD, -1, &err), -EINVAL);
	assert_string_equal(err.what, "cannot wait for events: Invalid argument");
}

/* ---- what goes wrong ---- */

static void test_opening(void **state)
{
	static const struct request request;
	static const struct source_host host = {.proc_fd = PROC_FD};

	(void)state;
	reset_kernel();
	assert_int_equal(connector_source_type.probe(&request, &host, &err), 0);
	assert_int_equal(open_source(), 0);
	assert_true(source->info.wall_offset_known);
	assert_int_equal(source->info.wall_offset_ns, 1234);
	assert_true(source->info.has_times && source->info.has_execs);
	assert_non_null(source->info.host);
	source_free(source);
	assert_int_equal(kernel.closes, 1);

	source = NULL;
	kernel.open_code = -EPERM;
	assert_int_equal(open_source(), -EPERM);
	assert_null(source);
	assert_string_equal(err.what, "no connector");
	assert_int_equal(kernel.closes, 1);
	assert_int_equal(connector_source_type.probe(&request, &host, &err), -EPERM);
}

static void test_failures(void **state)
{
	(void)state;
	kernel.visit_code = -EACCES;
	assert_int_equal(start_source(), -EACCES);
	assert_string_equal(err.what, "cannot read /proc: Permission denied");
	kernel.next_code = -EIO;
	expect_code(-EIO);
	assert_string_equal(err.what, "cannot read the process connector: Input/output error");
}

/* A run of all kinds of messages, that ends with what is still waiting. */
static int run(void)
{
	int code = open_source();

	if (code < 0)
		return code;
	code = start_source();
	for (uint64_t ms = 10; code == 0 && ms <= 30; ms += 10) {
		kernel.now_ns = at(ms);
		do
			code = source_next(source, &event, &err);
		while (code == 1);
	}
	source_free(source);
	return code;
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM, failures = 0, count = 1;
	bool ran_out;

	(void)state;
	do {
		reset_kernel();
		kernel.tasks = tasks;
		kernel.task_count = ARRAY_SIZE(tasks);
		tell_fork(1, 5, 5, 1, 1);
		tell_comm(2, 6, 6, "six");
		tell(PROC_EXEC, 3, 7, 7);
		tell(PROC_EXIT, 4, 5, 5)->lost = 1;
		tell(PROC_EXIT, 100, 8, 8);
		allocations_left = count++;
		code = run();
		ran_out = allocations_left == 0;
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		assert_string_equal(err.what, code == 0 ? "" : "out of memory");
		assert_int_equal(kernel.opens, kernel.closes);
		failures += code < 0;
		assert_true(ran_out || code == 0);
	} while (ran_out);
	/* The source, its names, those of five tasks, five messages, their room, and a view. */
	assert_true(failures >= 14);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
#define NAMES_TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up_with_tasks, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(by_time_behind_the_horizon),
		TEST(equal_times_as_they_came),
		TEST(an_exec_waits_for_what_proc_showed),
		TEST(losses_come_before_their_message),
		TEST(what_is_missing_last_comes_at_the_end),
		TEST(what_proc_showed),
		cmocka_unit_test(test_who_casts_doubt_on_it),
		cmocka_unit_test(test_who_was_heard_of_before),
		TEST(an_overrun_casts_doubt_on_all),
		NAMES_TEST(a_child_comes_before_its_fork),
		NAMES_TEST(names),
		NAMES_TEST(names_are_forgotten_after_the_exit),
		NAMES_TEST(a_thread_that_execs),
		NAMES_TEST(a_leader_that_execs_beside_threads),
		TEST(from_start_to_stop),
		TEST(commands_exit_may_come_after_the_stop),
		TEST(commands_exit_is_not_awaited_for_ever),
		TEST(nothing_is_awaited_of_a_command_that_has_ended),
		TEST(taken_in_before_the_stop),
		TEST(the_end_waits_for_execs),
		TEST(no_end_without_a_stop),
		TEST(waiting),
		cmocka_unit_test(test_opening),
		TEST(failures),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
