/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts that the task table makes of events: whose they are, which kind of task was born, when
 * a process is gone and how, and who its ancestors were.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "support_memory.h"
#include "task/describe.h"
#include "task/process.h"
#include "task/task_table.h"

void *__real_realloc(void *bytes, size_t size);
void *__wrap_realloc(void *bytes, size_t size);

void *__wrap_realloc(void *bytes, size_t size)
{
	return may_allocate() ? __real_realloc(bytes, size) : NULL;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return may_allocate() ? __real_aligned_alloc(alignment, size) : NULL;
}

static struct task_table *table;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	now = 1000000;
	table = task_table_new();
	return table && task_table_keep_facts(table) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	task_table_free(table);
	return 0;
}

/* ---- events ---- */

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

static void apply(struct event *event)
{
	const struct task *task;

	now += 10000000;
	event->time_ns = now;
	assert_int_equal(task_table_apply(table, event, &task), 0);
}

static struct facts apply_and_describe(struct event *event)
{
	struct facts facts;

	apply(event);
	task_table_describe(table, event, &facts);
	return facts;
}

static void new_task(int32_t parent, int32_t child, uint64_t flags)
{
	apply(&(struct event){
		.type = EVENT_NEW_TASK,
		.current_tid = parent,
		.new_task = {.pid = child, .clone_flags = flags},
	});
}

/* A FORK that nothing announced. */
static struct facts fork_alone(int32_t tgid, int32_t parent, int32_t child)
{
	struct event event = {
		.type = EVENT_FORK,
		.sample_pid = tgid,
		.sample_tid = parent,
		.fork = {.parent_tid = parent,
			 .child_tid = child,
			 .parent_comm = text_of("parent"),
			 .child_comm = text_of("child")},
	};

	return apply_and_describe(&event);
}

static struct facts fork_process(int32_t parent, int32_t child)
{
	new_task(parent, child, SIGCHLD);
	return fork_alone(parent, parent, child);
}

static struct facts fork_thread(int32_t tgid, int32_t parent, int32_t child)
{
	new_task(parent, child, CLONE_THREAD | CLONE_VM);
	return fork_alone(tgid, parent, child);
}

static struct facts exec_from(int32_t pid, int32_t old_pid, const char *filename)
{
	struct event event = {
		.type = EVENT_EXEC,
		.sample_pid = pid,
		.sample_tid = pid,
		.exec = {.pid = pid, .old_pid = old_pid, .filename = text_of(filename)},
	};

	return apply_and_describe(&event);
}

/* TID of TGID ends; LAST as kernels with group_dead tell it. */
static struct facts exit_told(int32_t tgid, int32_t tid, int32_t code, enum known last)
{
	struct event event = {
		.type = EVENT_EXIT,
		.sample_pid = tgid,
		.sample_tid = tid,
		.exit = {.pid = tid,
			 .comm = text_of("gone"),
			 .last = last,
			 .call = {.known = code >= 0, .code = code}},
	};

	return apply_and_describe(&event);
}

static struct facts exit_with(int32_t tgid, int32_t tid, int32_t code)
{
	return exit_told(tgid, tid, code, KNOWN_NOT);
}

/* TID of TGID ends with STATUS, as the kernel itself tells, with whether it is the last one. */
static struct facts exit_with_status(int32_t tgid, int32_t tid, uint32_t status, bool told_last)
{
	struct event event = {
		.type = EVENT_EXIT,
		.sample_pid = tgid,
		.sample_tid = tid,
		.exit = {.pid = tid,
			 .comm = text_of("gone"),
			 .has_status = true,
			 .status = status,
			 .told_last = told_last},
	};

	return apply_and_describe(&event);
}

static void send_signal(int32_t from, int32_t to, int32_t signal)
{
	apply(&(struct event){
		.type = EVENT_SIGNAL_SENT,
		.current_tid = from,
		.signal_sent = {.pid = to, .signal = signal, .code = SI_USER, .is_group = true},
	});
}

static void take_signal(int32_t tid, int32_t signal)
{
	apply(&(struct event){
		.type = EVENT_SIGNAL_TAKEN,
		.current_tid = tid,
		.signal_taken = {.signal = signal, .is_default = true},
	});
}

static void lose(void)
{
	apply(&(struct event){.type = EVENT_LOST, .lost = {.count = 1}});
}

static void rename_task(int32_t tid, const char *name)
{
	apply(&(struct event){.type = EVENT_COMM, .comm = {.tid = tid, .comm = text_of(name)}});
}

static void old(int32_t tgid, int32_t tid, int32_t ppid, const char *comm)
{
	const struct old_task task = {
		.tid = tid, .tgid = tgid, .ppid = ppid, .comm = text_of(comm)};

	assert_int_equal(task_table_add_old(table, &task), 0);
}

/* init(1), and a shell(10) that it forked. */
static void add_old_ones(void)
{
	old(1, 1, 0, "init");
	old(10, 10, 1, "shell");
	task_table_link_old(table);
}

static void assert_ancestor(const struct facts *facts, size_t at, int32_t pid, const char *comm,
			    bool from_proc)
{
	assert_true(at < facts->ancestor_count);
	assert_int_equal(facts->ancestry[at].pid, pid);
	assert_text(facts->ancestry[at].comm, comm);
	assert_int_equal(facts->ancestry[at].from_proc, from_proc);
}

/* ---- birth ---- */

static void test_a_process(void **state)
{
	(void)state;
	add_old_ones();
	struct facts facts = fork_process(10, 20);

	assert_int_equal(facts.kind, FORK_KIND_PROCESS);
	assert_true(facts.has_clone_flags);
	assert_int_equal(facts.clone_flags, SIGCHLD);
	assert_int_equal(facts.tgid, 10);
	assert_int_equal(facts.tid, 10);
	assert_int_equal(facts.ppid, 1);
	assert_int_equal(facts.child_tgid, 20);
	assert_true(facts.from_proc);
	assert_int_equal(facts.arguments.argc, -1);

	facts = exec_from(20, 20, "/bin/new");
	assert_int_equal(facts.tgid, 20);
	assert_int_equal(facts.ppid, 10);
	assert_false(facts.from_proc);
	assert_text(facts.filename, "/bin/new");
	assert_int_equal(facts.age_ns, 10000000);
	assert_int_equal(facts.since_exec_ns, -1);

	facts = exit_with(20, 20, 3);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.code, 3);
	assert_int_equal(facts.age_ns, 20000000);
	assert_int_equal(facts.since_exec_ns, 10000000);
	assert_text(facts.filename, "/bin/new");
}

static void test_vfork(void **state)
{
	(void)state;
	add_old_ones();
	new_task(10, 20, CLONE_VFORK | CLONE_VM | SIGCHLD);
	struct facts facts = fork_alone(10, 10, 20);
	assert_int_equal(facts.kind, FORK_KIND_VFORK);
	assert_int_equal(facts.child_tgid, 20);
}

static void test_a_thread(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	exec_from(20, 20, "/bin/threads");
	struct facts facts = fork_thread(20, 20, 21);
	assert_int_equal(facts.kind, FORK_KIND_THREAD);
	assert_int_equal(facts.child_tgid, 20);
	/* A thread's thread is one of the same process. */
	facts = fork_thread(20, 21, 22);
	assert_int_equal(facts.tgid, 20);
	assert_int_equal(facts.tid, 21);
	assert_int_equal(facts.ppid, 10);
	facts = exit_with(20, 22, 0);
	assert_int_equal(facts.last, KNOWN_NO);
	assert_false(facts.status.known);
	assert_text(facts.filename, "/bin/threads");
	assert_int_equal(exit_with(20, 20, 0).last, KNOWN_NO);
	facts = exit_with(20, 21, 0);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.tgid, 20);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.code, 0);
}

/* PERF_RECORD_FORK tells it, where there is no task_newtask. */
static void test_sideband_tells_threads(void **state)
{
	(void)state;
	add_old_ones();
	apply(&(struct event){.type = EVENT_CHILD, .child = {.pid = 10, .tid = 11}});
	struct facts facts = fork_alone(10, 10, 11);
	assert_int_equal(facts.kind, FORK_KIND_THREAD);
	assert_false(facts.has_clone_flags);
	assert_int_equal(facts.child_tgid, 10);
	apply(&(struct event){.type = EVENT_CHILD, .child = {.pid = 30, .tid = 30}});
	facts = fork_alone(10, 10, 30);
	/* Or by vfork(2). */
	assert_int_equal(facts.kind, FORK_KIND_UNKNOWN);
	assert_int_equal(facts.child_tgid, 30);
	/* Ids of another namespace name nobody. */
	apply(&(struct event){.type = EVENT_CHILD, .child = {.pid = 0, .tid = 0}});
	assert_null(task_table_find(table, 0));
}

static void test_nobody_told_the_kind(void **state)
{
	(void)state;
	add_old_ones();
	struct facts facts = fork_alone(10, 10, 20);
	assert_int_equal(facts.kind, FORK_KIND_UNKNOWN);
	assert_int_equal(facts.child_tgid, -1);
	/* Perhaps 20 is one of its threads. */
	assert_int_equal(exit_with(10, 10, 0).last, KNOWN_NOT);
	facts = exit_with(20, 20, 0);
	assert_int_equal(facts.last, KNOWN_NOT);
	assert_int_equal(facts.tgid, -1);
	assert_false(facts.status.known);
}

static void test_an_exec_makes_all_known_again(void **state)
{
	(void)state;
	add_old_ones();
	fork_alone(10, 10, 20);
	lose();
	struct facts facts = exec_from(20, 20, "/bin/new");
	assert_int_equal(facts.tgid, 20);
	facts = exit_with(20, 20, 5);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.status.code, 5);
}

static void test_announcements_without_a_fork(void **state)
{
	(void)state;
	add_old_ones();
	/* Its FORK was lost; then the id comes back. */
	new_task(10, 20, CLONE_THREAD);
	new_task(10, 20, SIGCHLD);
	assert_int_equal(fork_alone(10, 10, 20).kind, FORK_KIND_PROCESS);
	/* Its EXIT was lost, too. */
	new_task(10, 20, CLONE_THREAD);
	assert_int_equal(fork_alone(10, 10, 20).kind, FORK_KIND_THREAD);
	/* And once more without an announcement: what the last one said is over. */
	assert_int_equal(fork_alone(10, 10, 20).kind, FORK_KIND_UNKNOWN);
	/* io_uring's workers have no FORK at all. */
	new_task(10, 40, CLONE_THREAD);
	struct facts facts = exit_told(10, 40, -1, KNOWN_NOT);
	assert_int_equal(facts.tgid, 10);
}

/* io_uring's and vhost's threads have no FORK, and may be the last of their process. */
static void test_a_thread_that_the_kernel_made(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	new_task(20, 21, CLONE_THREAD | CLONE_VM);
	assert_int_equal(exit_with(20, 20, 5).last, KNOWN_NO);
	struct facts facts = exit_told(0, 21, -1, KNOWN_NOT);
	assert_int_equal(facts.tgid, 20);
	assert_int_equal(facts.last, KNOWN_YES);
	/* Another parent has the id now, of whose child nothing was told. */
	fork_process(10, 30);
	new_task(30, 31, CLONE_THREAD | CLONE_VM);
	assert_int_equal(fork_alone(10, 10, 31).kind, FORK_KIND_UNKNOWN);
	assert_int_equal(exit_told(30, 30, 0, KNOWN_NOT).last, KNOWN_YES);
	/* A CPU's idle task, and what only a capture says: a thread that makes itself. */
	new_task(0, 0, CLONE_VM);
	new_task(61, 61, CLONE_THREAD);
	assert_int_equal(exit_told(61, 61, 0, KNOWN_NOT).tgid, 61);
}

/* Where perf recorded no task_newtask, its own records tell. */
static void test_the_sideband_tells_of_kernel_made_threads(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	apply(&(struct event){.type = EVENT_CHILD, .child = {.pid = 20, .tid = 21}});
	assert_int_equal(exit_with(20, 20, 5).last, KNOWN_NO);
	assert_int_equal(exit_told(20, 21, -1, KNOWN_NOT).last, KNOWN_YES);
}

static void test_an_announced_one_that_acts_before_its_fork(void **state)
{
	(void)state;
	add_old_ones();
	new_task(10, 20, SIGCHLD);
	exec_from(20, 20, "/bin/early");
	fork_alone(10, 10, 20);
	new_task(10, 30, SIGCHLD);
	fork_alone(30, 30, 31);
	fork_alone(10, 10, 30);
	/* Only a capture says such a thing. */
	fork_alone(50, 50, 50);
	new_task(51, 51, SIGCHLD);
	struct facts facts = fork_alone(51, 51, 51);
	assert_int_equal(facts.tgid, 51);
	assert_int_equal(exit_with(51, 51, 0).tgid, 51);
}

/* ---- exec ---- */

static void test_exec_from_a_thread(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	take_signal(22, SIGKILL);
	assert_int_equal(exit_with(20, 22, -1).last, KNOWN_NO);
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_int_equal(facts.last, KNOWN_NO);
	facts = exec_from(20, 21, "/bin/new");
	assert_int_equal(facts.tgid, 20);
	assert_int_equal(facts.ppid, 10);
	assert_int_equal(facts.ancestor_count, 2);
	facts = exit_with(20, 20, 9);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.code, 9);
	assert_int_equal(facts.ppid, 10);
}

/* The name that an exec of PID gives, once that is its only thread and has its leader's id. */
static void name_of_exec(int32_t pid, const char *name)
{
	struct event event = {
		.type = EVENT_COMM,
		.sample_pid = pid,
		.sample_tid = pid,
		.comm = {.tid = pid, .is_exec = true, .comm = text_of(name)},
	};

	apply(&event);
}

static void assert_failed_exec(const struct facts *facts, const char *name)
{
	assert_null(facts->filename.bytes);
	assert_int_equal(facts->arguments.argc, -1);
	assert_int_equal(facts->arguments.source, ARGV_NONE);
	if (!name) {
		assert_null(facts->failed_exec.bytes);
		return;
	}
	assert_int_equal(facts->failed_exec.length, strlen(name));
	assert_memory_equal(facts->failed_exec.bytes, name, strlen(name));
}

static void test_an_exec_that_does_not_come_to_be(void **state)
{
	(void)state;
	task_table_expect_execs(table);
	fork_process(10, 20);
	exec_from(20, 20, "/bin/sh");
	name_of_exec(20, "bad");
	send_signal(20, 20, SIGSEGV);
	take_signal(20, SIGSEGV);
	struct facts facts = exit_with(20, 20, -1);
	assert_failed_exec(&facts, "bad");
	assert_int_equal(facts.status.signal, SIGSEGV);
	/* The next one with this pid has nothing to do with it. */
	fork_process(10, 20);
	facts = exit_with(20, 20, 0);
	assert_null(facts.failed_exec.bytes);
}

static void test_a_threads_exec_that_does_not_come_to_be(void **state)
{
	(void)state;
	task_table_expect_execs(table);
	add_old_ones();
	fork_process(10, 20);
	exec_from(20, 20, "/bin/sh");
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	take_signal(22, SIGKILL);
	exit_with(20, 22, -1);
	take_signal(20, SIGKILL);
	exit_with(20, 20, -1);
	name_of_exec(20, "bad");
	assert_null(task_table_find(table, 21));
	take_signal(20, SIGSEGV);
	struct facts facts = exit_with(20, 20, -1);
	assert_failed_exec(&facts, "bad");
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.status.signal, SIGSEGV);
	assert_int_equal(facts.ppid, 10);
}

/* Nor does anybody know which program it ran. */
static void test_an_exec_that_may_have_come_to_be(void **state)
{
	(void)state;
	/* The capture has no EXECs. */
	fork_process(10, 20);
	exec_from(20, 20, "/bin/sh");
	name_of_exec(20, "new");
	take_signal(20, SIGTERM);
	struct facts facts = exit_with(20, 20, -1);
	assert_failed_exec(&facts, NULL);
	/* It was lost. */
	task_table_expect_execs(table);
	fork_process(10, 20);
	exec_from(20, 20, "/bin/sh");
	name_of_exec(20, "new");
	lose();
	take_signal(20, SIGTERM);
	facts = exit_with(20, 20, -1);
	assert_failed_exec(&facts, NULL);
	/* It leaves by itself: the EXEC was filtered out. */
	fork_process(10, 20);
	name_of_exec(20, "new");
	facts = exit_with(20, 20, 3);
	assert_failed_exec(&facts, NULL);
}

static void test_an_exec_that_began_before_the_trace(void **state)
{
	(void)state;
	task_table_expect_execs(table);
	add_old_ones();
	name_of_exec(10, "new");
	take_signal(10, SIGTERM);
	struct facts facts = exit_with(10, 10, -1);
	assert_failed_exec(&facts, NULL);
}

static void test_a_forked_child_runs_its_parents_program(void **state)
{
	static const char argv[] = "prog\0arg";
	const struct exec_image image = {
		.arguments = {.argc = 2,
			      .known = {{argv, sizeof(argv)}, 2},
			      .complete = true,
			      .source = ARGV_STACK},
		.credentials = {true, 1, 2, 3, 4, true},
	};
	char filename[] = "/bin/prog";
	struct event event = {
		.type = EVENT_EXEC,
		.sample_pid = 10,
		.sample_tid = 10,
		.exec = {.pid = 10,
			 .old_pid = 10,
			 .filename = {filename, strlen(filename)},
			 .image = &image},
	};

	(void)state;
	add_old_ones();
	apply(&event);
	/* The record is gone by then. */
	memset(filename, '#', sizeof(filename));
	struct facts facts = fork_process(10, 20);
	assert_int_equal(facts.credentials.euid, 2);
	/* The program of the process that forks. */
	assert_text(facts.filename, "/bin/prog");
	assert_memory_equal(facts.arguments.known.bytes.bytes, argv, sizeof(argv));
	facts = exit_with(20, 20, 0);
	assert_text(facts.filename, "/bin/prog");
	assert_int_equal(facts.arguments.argc, 2);
	assert_int_equal(facts.arguments.known.bytes.length, sizeof(argv));
	assert_memory_equal(facts.arguments.known.bytes.bytes, argv, sizeof(argv));
	assert_true(facts.credentials.known && facts.credentials.secure);
	/* It has not execed itself. */
	assert_int_equal(facts.since_exec_ns, -1);
}

/* ---- exit ---- */

static void test_the_kernel_tells_who_is_last(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	assert_int_equal(exit_told(20, 20, 0, KNOWN_NO).last, KNOWN_NO);
	assert_int_equal(exit_told(20, 21, 0, KNOWN_YES).last, KNOWN_YES);
	/* Of an old one not all threads need be known. */
	exit_told(40, 41, 0, KNOWN_NO);
	assert_int_equal(exit_told(40, 42, 0, KNOWN_YES).last, KNOWN_YES);
}

static void test_the_status_of_who_is_told_to_be_the_last_one(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	exit_with_status(20, 21, 51 << 8, true);
	struct facts facts = exit_with_status(20, 20, 52 << 8, false);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.status.code, 51);
	/* Where nobody is told to be, it is who comes last; an exec of the others ends nothing. */
	fork_process(10, 30);
	fork_thread(30, 30, 31);
	exit_with_status(30, 31, 51 << 8, false);
	assert_int_equal(exit_with_status(30, 30, 52 << 8, false).status.code, 52);
	fork_process(10, 40);
	fork_thread(40, 40, 41);
	exit_with_status(40, 41, 51 << 8, true);
	exec_from(40, 40, "/bin/new");
	assert_int_equal(exit_with_status(40, 40, 52 << 8, false).status.code, 52);
}

/* Who left by itself meanwhile may be the last one. */
static void test_the_status_of_who_took_a_signal(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	take_signal(20, SIGTERM);
	exit_with_status(20, 20, SIGTERM, false);
	exit_with_status(20, 21, 0, true);
	struct facts facts = exit_with_status(20, 22, 0, false);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.status.signal, SIGTERM);
	/* The same where one of them called exit_group(2). */
	fork_process(10, 40);
	fork_thread(40, 40, 41);
	fork_thread(40, 40, 42);
	take_signal(41, SIGKILL);
	exit_with_status(40, 41, 5 << 8, false);
	exit_with_status(40, 42, 0, true);
	assert_int_equal(exit_with_status(40, 40, 0, false).status.code, 5);
	/* Of a thread alone: a filter of seccomp(2), after which the others go on. */
	fork_process(10, 30);
	fork_thread(30, 30, 31);
	exit_with_status(30, 31, SIGSYS, false);
	facts = exit_with_status(30, 30, 5 << 8, true);
	assert_int_equal(facts.status.signal, 0);
	assert_int_equal(facts.status.code, 5);
}

/* Two that exit at the same time: the kernel decided before it made the records. */
static void test_an_exit_after_the_one_that_is_told_to_be_last(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	struct facts facts = exit_told(20, 21, 51, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_NO);
	assert_false(facts.status.known);
	facts = exit_told(20, 20, 52, KNOWN_NO);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
	/* Nobody knows of the thread that has to be there still. */
	fork_process(10, 30);
	assert_int_equal(exit_told(30, 30, 1, KNOWN_NO).last, KNOWN_NO);
	facts = exit_told(30, 31, 1, KNOWN_YES);
	assert_int_equal(facts.tgid, 30);
	assert_int_equal(facts.last, KNOWN_YES);
}

/* What was lost may have been the exits of the others. */
static void test_only_one_is_last_after_a_loss(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	lose();
	struct facts facts = exit_told(20, 21, 5, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
	assert_int_equal(exit_told(20, 22, 5, KNOWN_NO).last, KNOWN_NO);
	assert_int_equal(exit_told(20, 20, 5, KNOWN_NO).last, KNOWN_NO);
	/* The loss comes while the exit that really is last is waited for. */
	fork_process(10, 30);
	fork_thread(30, 30, 31);
	assert_int_equal(exit_told(30, 31, 5, KNOWN_YES).last, KNOWN_NO);
	lose();
	facts = exit_told(30, 30, 5, KNOWN_NO);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
}

/* Its EXIT was lost before the exec, which leaves no others: it was counted off then. */
static void test_an_exec_counts_from_one(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	exec_from(20, 20, "/bin/new");
	fork_thread(20, 20, 22);
	fork_process(10, 21);
	assert_int_equal(exit_told(20, 22, 0, KNOWN_NOT).last, KNOWN_NO);
	assert_int_equal(exit_told(20, 20, 0, KNOWN_NOT).last, KNOWN_YES);
}

static void test_a_loss_makes_counting_vain(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	lose();
	struct facts facts = exit_with(20, 20, 0);
	assert_int_equal(facts.last, KNOWN_NOT);
	/* A thread that is born later does not make it whole. */
	fork_thread(20, 21, 22);
	facts = exit_with(20, 21, 0);
	assert_int_equal(facts.last, KNOWN_NOT);
	facts = exit_told(20, 22, 0, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
	/* Those that are born after it are not concerned. */
	fork_process(10, 30);
	assert_true(exit_with(30, 30, 4).status.known);
}

static struct facts exec_called(int32_t pid, const char *filename, const char *comm)
{
	struct event event = {
		.type = EVENT_EXEC,
		.sample_pid = pid,
		.sample_tid = pid,
		.exec = {.pid = pid,
			 .old_pid = pid,
			 .filename = text_of(filename),
			 .comm = text_of(comm)},
	};

	return apply_and_describe(&event);
}

static struct facts exit_called(int32_t pid, const char *comm)
{
	struct event event = {
		.type = EVENT_EXIT,
		.sample_pid = pid,
		.sample_tid = pid,
		.exit = {.pid = pid, .comm = text_of(comm)},
	};

	return apply_and_describe(&event);
}

static void test_a_new_name_after_a_loss(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_process(10, 21);
	fork_process(10, 22);
	exec_called(20, "/bin/one", "one");
	exec_called(21, "/bin/one", "one");
	exec_called(22, "/bin/parent", "parent");
	/* Without a loss it is prctl(2). */
	struct facts facts = exit_called(20, "two");
	assert_text(facts.filename, "/bin/one");
	lose();
	facts = exit_called(21, "two");
	assert_null(facts.filename.bytes);
	assert_int_equal(facts.since_exec_ns, -1);
	facts = fork_process(22, 23);
	assert_text(facts.filename, "/bin/parent");
	/* It is not called so any more, nor are its children what it was. */
	exec_called(22, "/bin/one", "one");
	lose();
	facts = fork_process(22, 24);
	assert_null(facts.filename.bytes);
	facts = exit_called(24, "child");
	assert_null(facts.filename.bytes);
	exec_called(22, "/bin/three", "three");
	facts = exit_called(22, "three");
	assert_text(facts.filename, "/bin/three");
}

/* ---- usage ---- */

/* TID ends, having used US of user time and as many KiB; 0: that is not told. */
static struct facts exit_used_told(int32_t tgid, int32_t tid, uint64_t us, bool is_only,
				   enum known last)
{
	const struct task_usage usage = {
		.known = true,
		.is_only = is_only,
		.has_bytes = true,
		.user_us = us,
		.max_rss_kib = us,
		.read_bytes = us,
	};
	struct event event = {
		.type = EVENT_EXIT,
		.sample_pid = tgid,
		.sample_tid = tid,
		.exit = {.pid = tid,
			 .comm = text_of("gone"),
			 .last = last,
			 .usage = us > 0 ? &usage : NULL},
	};

	return apply_and_describe(&event);
}

static struct facts exit_used(int32_t tgid, int32_t tid, uint64_t us, bool is_only)
{
	return exit_used_told(tgid, tid, us, is_only, KNOWN_NOT);
}

static void test_usage_of_a_lone_task(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	assert_int_equal(exit_used(20, 20, 5, false).usage.user_ns, 5000);
	fork_process(10, 20);
	assert_int_equal(exit_used(20, 20, 0, false).usage.user_ns, -1);
}

/* That no other task was there is all that has to be known. */
static void test_usage_of_an_old_lone_task(void **state)
{
	(void)state;
	add_old_ones();
	assert_int_equal(exit_used(10, 10, 5, true).usage.user_ns, 5000);
	fork_process(1, 20);
	lose();
	exec_from(20, 20, "/bin/new");
	assert_int_equal(exit_used(20, 20, 6, true).usage.user_ns, 6000);
}

static void test_usage_of_threads_is_added_up(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	assert_int_equal(exit_used(20, 21, 300, false).usage.user_ns, -1);
	assert_int_equal(exit_used(20, 20, 20, false).usage.user_ns, -1);
	const struct usage usage = exit_used(20, 22, 1, false).usage;
	assert_int_equal(usage.user_ns, 321000);
	assert_int_equal(usage.system_ns, 0);
	assert_int_equal(usage.max_rss_bytes, 300 * 1024);
	assert_int_equal(usage.read_bytes, 321);
	assert_int_equal(usage.written_bytes, 0);
}

/* Time and bytes are the process's; memory begins anew with the program. */
static void test_usage_over_an_exec(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	exit_used(20, 21, 300, false);
	exec_from(20, 20, "/bin/new");
	const struct usage usage = exit_used(20, 20, 20, false).usage;
	assert_int_equal(usage.user_ns, 320000);
	assert_int_equal(usage.max_rss_bytes, 20 * 1024);
}

static void test_usage_with_a_part_missing(void **state)
{
	struct facts facts;

	(void)state;
	add_old_ones();
	/* A thread's was not told. */
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	exit_used(20, 21, 0, false);
	assert_int_equal(exit_used(20, 20, 20, false).usage.user_ns, -1);
	/* It may have had threads before. */
	fork_thread(10, 10, 11);
	exit_used(10, 11, 300, false);
	facts = exit_used(10, 10, 20, false);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.usage.user_ns, -1);
	/* Something was lost, before an exec too. */
	fork_process(1, 40);
	lose();
	facts = exit_used_told(40, 40, 20, false, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_int_equal(facts.usage.user_ns, -1);
	fork_process(1, 30);
	lose();
	exec_from(30, 30, "/bin/new");
	assert_int_equal(exit_used(30, 30, 20, false).usage.user_ns, -1);
}

static void test_who_killed_it(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	rename_task(10, "murderer");
	send_signal(10, 20, SIGTERM);
	/* By now it is called something else. */
	rename_task(10, "innocent");
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.signal, SIGTERM);
	assert_int_equal(facts.status.killer_pid, 10);
	assert_text(facts.status.killer_comm, "murderer");
}

static void test_a_thread_kills_in_the_name_of_its_process(void **state)
{
	(void)state;
	add_old_ones();
	fork_thread(10, 10, 11);
	rename_task(11, "worker");
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	/* To a thread: it ends the process all the same. */
	send_signal(11, 21, SIGTERM);
	take_signal(21, SIGKILL);
	take_signal(20, SIGKILL);
	exit_with(20, 20, -1);
	struct facts facts = exit_with(20, 21, -1);
	assert_int_equal(facts.status.signal, SIGTERM);
	assert_int_equal(facts.status.killer_pid, 10);
	assert_text(facts.status.killer_comm, "parent");
	assert_int_equal(facts.status.killer_tid, 11);
	assert_text(facts.status.killer_thread_comm, "worker");
}

/* Whichever thread ends last, and wherever the leader went. */
static void test_a_process_is_called_as_its_leader(void **state)
{
	(void)state;
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	fork_thread(20, 20, 22);
	rename_task(20, "server");
	rename_task(21, "worker");
	struct facts facts = exit_with(20, 22, 0);
	assert_text(facts.name, "server");
	exit_with(20, 20, 0);
	rename_task(21, "worker again");
	facts = exit_with(20, 21, 0);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_text(facts.name, "gone");
}

static void test_a_stranger_killed_it(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	send_signal(999, 20, SIGTERM);
	send_signal(10, 998, SIGTERM);
	take_signal(998, SIGKILL);
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_int_equal(facts.status.signal, SIGTERM);
	assert_int_equal(facts.status.killer_pid, 0);
	assert_null(facts.status.killer_comm.bytes);
}

/* PR_SET_PDEATHSIG: by the thread whose EXIT came just before. */
static void test_a_dead_thread_killed_it(void **state)
{
	struct event event = {
		.type = EVENT_SIGNAL_SENT,
		.sample_pid = 10,
		.sample_tid = 11,
		.current_tid = 11,
		.signal_sent = {.pid = 20, .signal = SIGKILL, .code = SI_USER, .is_group = true},
	};

	(void)state;
	add_old_ones();
	fork_thread(10, 10, 11);
	fork_process(11, 20);
	exit_with(10, 11, 0);
	apply(&event);
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_int_equal(facts.status.sent_by, SENT_BY_PROCESS);
	assert_int_equal(facts.status.killer_pid, 10);
	assert_true(facts.status.killer_comm.length > 0);
}

/* Who was never seen, or whose EXIT was long ago, is named by the sample alone. */
static void test_a_sample_names_the_killer(void **state)
{
	struct event event = {
		.type = EVENT_SIGNAL_SENT,
		.sample_pid = 998,
		.sample_tid = 999,
		.current_tid = 999,
		.signal_sent = {.pid = 20, .signal = SIGKILL, .code = SI_USER, .is_group = true},
	};

	(void)state;
	add_old_ones();
	fork_process(10, 20);
	apply(&event);
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_int_equal(facts.status.killer_pid, 998);
	assert_null(facts.status.killer_comm.bytes);

	/* Of another pid namespace. */
	fork_process(10, 21);
	event.signal_sent.pid = 21;
	event.sample_tid = 3;
	apply(&event);
	take_signal(21, SIGKILL);
	facts = exit_with(21, 21, -1);
	assert_int_equal(facts.status.sent_by, SENT_BY_PROCESS);
	assert_int_equal(facts.status.killer_pid, 0);
}

/* init of a pid namespace outlives the default action. */
static void test_who_goes_on_was_not_killed(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	send_signal(10, 20, SIGTERM);
	take_signal(20, SIGTERM);
	fork_process(20, 21);
	struct facts facts = exit_with(20, 20, 0);
	assert_int_equal(facts.status.signal, 0);
	assert_int_equal(facts.status.code, 0);

	take_signal(21, SIGTERM);
	apply(&(struct event){.type = EVENT_EXIT_CALL,
			      .current_tid = 21,
			      .exit_call = {.is_group = true, .code = 6}});
	facts = exit_with(21, 21, -1);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.code, 6);
}

static void test_exit_calls_of_several_threads(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	fork_thread(20, 20, 21);
	apply(&(struct event){
		.type = EVENT_EXIT_CALL, .current_tid = 21, .exit_call = {.code = 1}});
	exit_with(20, 21, -1);
	apply(&(struct event){.type = EVENT_EXIT_CALL,
			      .current_tid = 20,
			      .exit_call = {.is_group = true, .code = 2}});
	struct facts facts = exit_with(20, 20, -1);
	assert_true(facts.status.known);
	assert_int_equal(facts.status.code, 2);
	/* Of who is not known. */
	apply(&(struct event){
		.type = EVENT_EXIT_CALL, .current_tid = 77, .exit_call = {.code = 1}});
	assert_null(task_table_find(table, 77));
}

static void test_the_oom_killer(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	apply(&(struct event){
		.type = EVENT_SIGNAL_SENT,
		.current_tid = 10,
		.signal_sent = {.pid = 20, .signal = SIGKILL, .code = SI_KERNEL},
	});
	apply(&(struct event){.type = EVENT_OOM_VICTIM, .oom_victim = {.pid = 20}});
	apply(&(struct event){.type = EVENT_OOM_VICTIM, .oom_victim = {.pid = 99}});
	take_signal(20, SIGKILL);
	struct facts facts = exit_with(20, 20, -1);
	assert_int_equal(facts.status.signal, SIGKILL);
	assert_int_equal(facts.status.oom, KNOWN_YES);
	assert_int_equal(facts.status.killer_pid, 0);
}

/* ---- tasks that were there before ---- */

static void test_old_ones_are_linked(void **state)
{
	(void)state;
	/* In any order: pids wrap around. */
	old(10, 10, 1, "shell");
	old(10, 11, 1, "shell's");
	old(1, 1, 0, "init");
	task_table_link_old(table);
	struct facts facts = fork_process(11, 20);
	assert_int_equal(facts.tgid, 10);
	assert_int_equal(facts.ppid, 1);
	assert_int_equal(facts.age_ns, -1);
	facts = exit_with(20, 20, 0);
	assert_int_equal(facts.ancestor_count, 2);
	assert_ancestor(&facts, 0, 10, "shell", true);
	assert_ancestor(&facts, 1, 1, "init", true);
	assert_true(facts.ancestry_complete);
	/* All its threads are known. */
	assert_int_equal(exit_with(10, 10, 0).last, KNOWN_NO);
	assert_int_equal(exit_with(10, 11, 0).last, KNOWN_YES);
}

/* One of its threads was about to go when the trace began: its EXIT may never come. */
static void test_an_old_one_with_a_thread_that_exits(void **state)
{
	const struct old_task exiting = {
		.tid = 11, .tgid = 10, .ppid = 1, .comm = text_of("shell"), .is_exiting = true};

	(void)state;
	old(10, 10, 1, "shell");
	assert_int_equal(task_table_add_old(table, &exiting), 0);
	task_table_link_old(table);
	struct facts facts = exit_told(10, 10, 3, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
	assert_int_equal(exit_told(10, 11, 3, KNOWN_NO).last, KNOWN_NO);
}

static void test_an_old_one_whose_leader_is_a_zombie(void **state)
{
	(void)state;
	old(1, 1, 0, "init");
	old(10, 11, 1, "one");
	old(10, 12, 1, "two");
	task_table_link_old(table);
	/* Nobody knows what became of the leader. */
	struct facts facts = exit_with(10, 11, 0);
	assert_int_equal(facts.tgid, 10);
	assert_int_equal(facts.last, KNOWN_NOT);
	facts = exit_told(10, 12, 0, KNOWN_YES);
	assert_int_equal(facts.last, KNOWN_YES);
	assert_false(facts.status.known);
}

static void test_a_fork_that_was_seen_tells_more(void **state)
{
	(void)state;
	add_old_ones();
	fork_process(10, 20);
	old(20, 20, 1, "adopted");
	task_table_link_old(table);
	struct facts facts = exit_with(20, 20, 0);
	assert_int_equal(facts.ppid, 10);
	assert_false(facts.from_proc);
}

static void test_an_old_parent_that_nobody_knows(void **state)
{
	(void)state;
	old(10, 10, 5, "orphan");
	task_table_link_old(table);
	struct facts facts = exit_with(10, 10, 0);
	assert_int_equal(facts.ppid, -1);
	assert_int_equal(facts.ancestor_count, 0);
	assert_false(facts.ancestry_complete);
}

static void test_old_ones_in_a_circle(void **state)
{
	(void)state;
	old(10, 10, 12, "a");
	old(11, 11, 10, "b");
	old(12, 12, 11, "c");
	old(13, 13, 13, "d");
	task_table_link_old(table);
	struct facts facts = exit_with(13, 13, 0);
	assert_int_equal(facts.ancestor_count, 0);
	facts = exit_with(12, 12, 0);
	assert_true(facts.ancestor_count <= 2);
	assert_false(facts.ancestry_complete);
}

static void test_old_ones_without_facts(void **state)
{
	const struct old_task task = {.tid = 5, .tgid = 5, .comm = {"x", 1}};
	struct task_table *plain = task_table_new();

	(void)state;
	assert_int_equal(task_table_add_old(plain, &task), 0);
	task_table_link_old(plain);
	assert_non_null(task_table_find(plain, 5));
	task_table_free(plain);
}

static void test_strangers(void **state)
{
	(void)state;
	struct facts facts = exit_with(40, 41, 0);
	assert_int_equal(facts.tgid, 40);
	assert_int_equal(facts.tid, 41);
	assert_int_equal(facts.ppid, -1);
	assert_int_equal(facts.last, KNOWN_NOT);
	/* Of another pid namespace: nobody knows the process. */
	facts = exit_with(0, 50, 0);
	assert_int_equal(facts.tgid, -1);
	facts = fork_process(60, 61);
	assert_int_equal(facts.tgid, 60);
	/* A parent whose pid is not known is not the same as no parent. */
	new_task(70, 71, SIGCHLD);
	fork_alone(0, 70, 71);
	facts = exit_with(71, 71, 0);
	assert_int_equal(facts.ppid, -1);
	assert_int_equal(facts.ancestor_count, 1);
	assert_int_equal(facts.ancestry[0].pid, -1);
}

/* ---- ancestry ---- */

static void test_ancestors_are_as_they_were(void **state)
{
	(void)state;
	add_old_ones();
	rename_task(10, "before");
	fork_process(10, 20);
	exec_from(20, 20, "/bin/middle");
	fork_process(20, 30);
	exec_from(20, 20, "/bin/renamed");
	exit_with(20, 20, 0);
	/* The id names somebody else now. */
	fork_process(1, 20);
	rename_task(20, "somebody");
	struct facts facts = exit_with(30, 30, 0);
	assert_int_equal(facts.ppid, 20);
	assert_int_equal(facts.ancestor_count, 3);
	assert_ancestor(&facts, 0, 20, "parent", false);
	assert_ancestor(&facts, 1, 10, "parent", true);
	assert_ancestor(&facts, 2, 1, "init", true);
	assert_true(facts.ancestry_complete);
}

static void test_a_relay_is_cut_with_a_gap(void **state)
{
	const int32_t length = 10 * PROCESS_ENDED_MAX;
	struct facts facts = {0};

	(void)state;
	add_old_ones();
	fork_process(10, 100);
	for (int32_t pid = 100; pid < 100 + length; pid++) {
		fork_process(pid, pid + 1);
		facts = exit_with(pid, pid, 0);
	}
	assert_in_range(facts.ancestor_count, PROCESS_ENDED_MAX, PROCESS_ENDED_MAX + 1);
	assert_false(facts.ancestry_complete);
}

/* The same where nobody knows that they are processes, or that they have ended. */
static void test_a_relay_of_unknown_kind_is_cut_too(void **state)
{
	const int32_t length = 10 * PROCESS_ENDED_MAX;
	struct facts facts = {0};

	(void)state;
	for (int32_t pid = 100; pid < 100 + length; pid++) {
		fork_alone(pid, pid, pid + 1);
		facts = exit_with(pid, pid, 0);
	}
	/* It may be a thread, with its process's parent and age. */
	assert_int_equal(facts.ppid, -1);
	assert_int_equal(facts.age_ns, -1);
	assert_int_equal(facts.ancestor_count, 0);
	assert_false(facts.ancestry_complete);
	fork_process(100 + length, 101 + length);
	facts = exit_with(101 + length, 101 + length, 0);
	assert_in_range(facts.ancestor_count, PROCESS_ENDED_MAX, PROCESS_ENDED_MAX + 2);
	assert_false(facts.ancestry_complete);
}

static void test_a_deep_tree_is_told_up_to_a_gap(void **state)
{
	struct facts facts;

	(void)state;
	add_old_ones();
	fork_process(10, 100);
	for (int32_t pid = 100; pid < 100 + 2 * ANCESTRY_MAX; pid++)
		fork_process(pid, pid + 1);
	facts = exit_with(100 + 2 * ANCESTRY_MAX, 100 + 2 * ANCESTRY_MAX, 0);
	assert_int_equal(facts.ancestor_count, ANCESTRY_MAX);
	assert_false(facts.ancestry_complete);
}

/* ---- cgroups ---- */

static void test_cgroups_have_names(void **state)
{
	struct event event = {
		.type = EVENT_EXIT, .cgroup_id = 77, .exit = {.pid = 10, .comm = text_of("x")}};

	(void)state;
	assert_int_equal(task_table_name_cgroup(table, 77, text_of("/old")), 0);
	assert_text(apply_and_describe(&event).cgroup, "/old");
	apply(&(struct event){.type = EVENT_CGROUP, .cgroup = {.id = 77, .path = text_of("/new")}});
	assert_text(apply_and_describe(&event).cgroup, "/new");
	event.cgroup_id = 78;
	assert_null(apply_and_describe(&event).cgroup.bytes);
	event.cgroup_id = 0;
	assert_null(apply_and_describe(&event).cgroup.bytes);
}

/* ---- whatever happens ---- */

static struct event random_event(struct random *random)
{
	static const uint64_t flags[] = {SIGCHLD, CLONE_THREAD, CLONE_VFORK, UINT64_MAX};
	const int32_t a = (int32_t)random_below(random, 12) - 1;
	const int32_t b = (int32_t)random_below(random, 12) - 1;
	const int32_t c = (int32_t)random_below(random, 12) - 1;
	struct event event = {
		.type = (enum event_type)random_below(random, EVENT_TYPES),
		.sample_pid = a,
		.sample_tid = b,
		.current_tid = c,
		.cgroup_id = (uint64_t)random_below(random, 3),
	};

	switch (event.type) {
	case EVENT_FORK:
		event.fork.parent_tid = a;
		event.fork.child_tid = b;
		event.fork.parent_comm = text_of("parent");
		break;
	case EVENT_EXEC:
		event.exec.pid = a;
		event.exec.old_pid = b;
		event.exec.filename = text_of("/bin/x");
		break;
	case EVENT_EXIT:
		event.exit.pid = b;
		event.exit.last = (enum known)random_below(random, 3);
		event.exit.call.known = random_below(random, 2);
		break;
	case EVENT_COMM:
		event.comm.tid = a;
		event.comm.is_exec = random_below(random, 2);
		event.comm.comm = text_of("comm");
		break;
	case EVENT_CHILD:
		event.child.pid = a;
		event.child.tid = b;
		break;
	case EVENT_NEW_TASK:
		event.new_task.pid = b;
		event.new_task.clone_flags = flags[random_below(random, ARRAY_SIZE(flags))];
		break;
	case EVENT_SIGNAL_SENT:
		event.signal_sent.pid = a;
		event.signal_sent.signal = (int32_t)random_below(random, 20);
		break;
	case EVENT_SIGNAL_TAKEN:
		event.signal_taken.signal = (int32_t)random_below(random, 20);
		event.signal_taken.is_default = random_below(random, 2) != 0;
		break;
	case EVENT_OOM_VICTIM:
		event.oom_victim.pid = a;
		break;
	case EVENT_CGROUP:
		event.cgroup.id = (uint64_t)random_below(random, 3);
		event.cgroup.path = text_of("/x");
		break;
	default:
		break;
	}
	return event;
}

static void check_any(const struct facts *facts)
{
	assert_true(facts->tgid >= -1);
	assert_true(facts->child_tgid >= -1);
	assert_true(facts->ppid >= -1);
	assert_true(facts->age_ns >= -1 && facts->since_exec_ns >= -1);
	assert_true(facts->ancestor_count <= ANCESTRY_MAX);
	assert_true(!facts->status.known || facts->last == KNOWN_YES);
	assert_true(facts->ppid != 0 || facts->ancestor_count == 0 || facts->ancestry[0].pid == 0);
}

static void test_any_order_of_events_is_survived(void **state)
{
	struct random random = {.state = 21};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		struct event event = random_event(&random);

		apply(&event);
		if (event.type > EVENT_EXIT)
			continue;
		struct facts facts;
		task_table_describe(table, &event, &facts);
		check_any(&facts);
		if (random_below(&random, 1000) == 0) {
			old((int32_t)random_below(&random, 12), (int32_t)random_below(&random, 12),
			    (int32_t)random_below(&random, 12), "old");
			task_table_link_old(table);
		}
	}
}

/* A process from its birth to its end, in a table of its own; 0 or -ENOMEM. */
static int live_once(void)
{
	static const struct old_task shell = {.tid = 10, .tgid = 10, .comm = {"sh", 2}};
	struct event events[] = {
		{.type = EVENT_CGROUP, .cgroup = {.id = 7, .path = {"/a", 2}}},
		{.type = EVENT_NEW_TASK, .new_task = {.pid = 20, .clone_flags = SIGCHLD}},
		{.type = EVENT_FORK, .fork = {.parent_tid = 10, .child_tid = 20}},
		{.type = EVENT_CHILD, .child = {.pid = 20, .tid = 21}},
		{.type = EVENT_FORK, .fork = {.parent_tid = 20, .child_tid = 21}},
		{.type = EVENT_COMM, .comm = {.tid = 20, .is_exec = true, .comm = {"x", 1}}},
		{.type = EVENT_EXEC, .sample_tid = 20, .exec = {.pid = 20, .filename = {"/x", 2}}},
		{.type = EVENT_EXIT, .exit = {.pid = 20}},
		{.type = EVENT_EXIT, .sample_pid = 30, .exit = {.pid = 31}},
	};
	struct task_table *made = task_table_new();
	const struct task *task;
	struct facts facts;
	int code = made ? task_table_keep_facts(made) : -ENOMEM;

	if (code == 0)
		code = task_table_add_old(made, &shell);
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(events); i++) {
		code = task_table_apply(made, &events[i], &task);
		if (code == 0 && task)
			task_table_describe(made, &events[i], &facts);
	}
	task_table_free(made);
	return code;
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM, count = 0;

	(void)state;
	while (code == -ENOMEM) {
		allocations_left = ++count;
		code = live_once();
		allocations_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
	}
	assert_true(count > 10);
}

#define facts_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void test_programs_of_old_processes(void **state)
{
	const struct arguments arguments = {
		.argc = -1,
		.known = {{"sh\0a", 5}, 2},
		.complete = true,
		.source = ARGV_PROC_START,
	};

	(void)state;
	add_old_ones();
	assert_int_equal(task_table_set_old_program(table, 10, text_of("/bin/sh"), &arguments, 0),
			 0);
	assert_int_equal(task_table_set_old_program(table, 77, text_of("/bin/x"), &arguments, 0),
			 0);
	/* Whom it forks executes it too; who execs, no longer, whatever /proc shows later. */
	fork_process(10, 20);
	assert_int_equal(task_table_set_old_program(table, 20, text_of("/bin/x"), &arguments, 0),
			 0);
	struct facts facts = exit_with(20, 20, 0);
	assert_text(facts.filename, "/bin/sh");
	assert_int_equal(facts.arguments.source, ARGV_PROC_START);
	assert_int_equal(facts.arguments.known.count, 2);
	exec_from(10, 10, "/bin/new");
	assert_int_equal(task_table_set_old_program(table, 10, text_of("/bin/x"), &arguments, 0),
			 0);
	facts = exit_with(10, 10, 0);
	assert_text(facts.filename, "/bin/new");
	assert_int_equal(facts.arguments.source, ARGV_NONE);
	assert_null(exit_with(77, 77, 0).filename.bytes);
}

/* ---- execs that fail ---- */

static void exec_call(int32_t tid, struct text path)
{
	apply(&(struct event){
		.type = EVENT_EXEC_CALL, .current_tid = tid, .exec_call = {.path = path}});
}

/* Of the last one that failed. */
static char caller[16];

/* The exec of TID of TGID ends with ERROR; PATH: what it is to be, NULL: not known. */
static struct facts exec_failed(int32_t tgid, int32_t tid, int32_t error, const char *path)
{
	struct event event = {
		.type = EVENT_EXEC_FAILED,
		.sample_pid = tgid,
		.sample_tid = tid,
		.exec_failed = {.pid = tid, .error = error},
	};
	struct facts facts = apply_and_describe(&event);

	if (path)
		assert_text(event.exec_failed.path, path);
	else
		assert_null(event.exec_failed.path.bytes);
	snprintf(caller, sizeof(caller), "%.*s", (int)event.exec_failed.comm.length,
		 event.exec_failed.comm.bytes ? event.exec_failed.comm.bytes : "");
	return facts;
}

static void test_an_exec_that_fails(void **state)
{
	(void)state;
	fork_process(1, 10);
	exec_call(10, text_of("/nonexistent/foo"));
	struct facts facts = exec_failed(10, 10, 2, "/nonexistent/foo");
	assert_int_equal(facts.tgid, 10);
	assert_int_equal(facts.tid, 10);
	assert_int_equal(facts.ppid, 1);
	assert_string_equal(caller, "child");
	assert_int_equal(facts.ancestor_count, 1);
	assert_int_equal(facts.age_ns, 20000000);
	assert_int_equal(facts.since_exec_ns, -1);
	/* The path is that of the exec whose end it was. */
	exec_failed(10, 10, 2, NULL);
	/* Neither dead nor of another program. */
	assert_int_equal(exit_with(10, 10, 127).last, KNOWN_YES);
}

static void test_execs_of_several_tasks_fail(void **state)
{
	(void)state;
	fork_process(1, 10);
	fork_thread(10, 10, 11);
	exec_call(10, text_of("/bin/a"));
	exec_call(11, text_of("/bin/b"));
	exec_call(77, text_of("/bin/c"));
	assert_int_equal(exec_failed(10, 11, 13, "/bin/b").tgid, 10);
	assert_string_equal(caller, "child");
	exec_failed(10, 10, 2, "/bin/a");
	assert_string_equal(caller, "parent");
	assert_true(exec_failed(77, 77, 2, "/bin/c").from_proc);
	assert_string_equal(caller, "");
}

/* What began before a loss may not be what ends after it. */
static void test_the_path_of_an_exec_is_not_known_after_a_loss(void **state)
{
	(void)state;
	fork_process(1, 10);
	exec_call(10, text_of("/bin/a"));
	lose();
	exec_failed(10, 10, 2, NULL);
	exec_call(10, text_of("/bin/b"));
	exec_failed(10, 10, 2, "/bin/b");
}

/* The end of one that does not fail is not recorded, nor that of one by a 32-bit program. */
static void test_an_exec_that_succeeds_leaves_no_path(void **state)
{
	(void)state;
	fork_process(1, 20);
	exec_call(20, text_of("/bin/a"));
	exec_from(20, 20, "/bin/a");
	exec_failed(20, 20, 2, NULL);

	fork_thread(20, 20, 21);
	exec_call(21, text_of("/bin/b"));
	exec_from(20, 21, "/bin/b");
	fork_thread(20, 20, 21);
	exec_failed(20, 21, 2, NULL);

	exec_call(21, text_of("/bin/c"));
	exit_with(20, 21, -1);
	exec_failed(20, 21, 2, NULL);
}

static void test_a_path_that_the_kernel_cannot_read(void **state)
{
	(void)state;
	fork_process(1, 10);
	exec_call(10, text_of(""));
	exec_failed(10, 10, EFAULT, NULL);
	exec_call(10, text_of(""));
	exec_failed(10, 10, ENOENT, "");
	exec_call(10, text_of("/bin/sh"));
	exec_failed(10, 10, EFAULT, "/bin/sh");
	exec_call(10, (struct text){0});
	exec_failed(10, 10, ENOENT, NULL);
}

static void exec_path(int32_t tid, uint64_t pointer, const char *path)
{
	apply(&(struct event){.type = EVENT_EXEC_PATH,
			      .current_tid = tid,
			      .exec_call = {.pointer = pointer, .path = text_of(path)}});
}

static void exec_call_at(int32_t tid, uint64_t pointer)
{
	apply(&(struct event){
		.type = EVENT_EXEC_CALL, .current_tid = tid, .exec_call = {.pointer = pointer}});
}

/* Where the call does not tell it, a probe does, between its beginning and its end. */
static void test_a_path_by_a_probe(void **state)
{
	(void)state;
	fork_process(1, 10);
	fork_process(1, 20);
	exec_call_at(10, 0x1000);
	exec_call_at(20, 0x1000);
	exec_path(20, 0x1000, "/bin/twenty");
	exec_path(10, 0x1000, "/bin/ten");
	exec_failed(10, 10, ENOENT, "/bin/ten");
	exec_failed(20, 20, ENOEXEC, "/bin/twenty");
	/* One that fails before the probe is passed, and nothing of the one before it. */
	exec_call_at(10, 0x1000);
	exec_failed(10, 10, ENAMETOOLONG, NULL);
	/* A 32-bit program's call, whose beginning no tracepoint tells. */
	exec_path(10, 0x1000, "/bin/early");
	exec_call_at(10, 0x1000);
	exec_failed(10, 10, EFAULT, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		facts_test(test_a_process),
		facts_test(test_vfork),
		facts_test(test_a_thread),
		facts_test(test_sideband_tells_threads),
		facts_test(test_nobody_told_the_kind),
		facts_test(test_an_exec_makes_all_known_again),
		facts_test(test_announcements_without_a_fork),
		facts_test(test_a_thread_that_the_kernel_made),
		facts_test(test_the_sideband_tells_of_kernel_made_threads),
		facts_test(test_an_announced_one_that_acts_before_its_fork),
		facts_test(test_exec_from_a_thread),
		facts_test(test_an_exec_that_does_not_come_to_be),
		facts_test(test_a_threads_exec_that_does_not_come_to_be),
		facts_test(test_an_exec_that_may_have_come_to_be),
		facts_test(test_an_exec_that_began_before_the_trace),
		facts_test(test_a_forked_child_runs_its_parents_program),
		facts_test(test_the_kernel_tells_who_is_last),
		facts_test(test_the_status_of_who_is_told_to_be_the_last_one),
		facts_test(test_the_status_of_who_took_a_signal),
		facts_test(test_an_exit_after_the_one_that_is_told_to_be_last),
		facts_test(test_only_one_is_last_after_a_loss),
		facts_test(test_an_exec_counts_from_one),
		facts_test(test_a_loss_makes_counting_vain),
		facts_test(test_a_new_name_after_a_loss),
		facts_test(test_usage_of_a_lone_task),
		facts_test(test_usage_of_an_old_lone_task),
		facts_test(test_usage_of_threads_is_added_up),
		facts_test(test_usage_over_an_exec),
		facts_test(test_usage_with_a_part_missing),
		facts_test(test_who_killed_it),
		facts_test(test_a_thread_kills_in_the_name_of_its_process),
		facts_test(test_a_process_is_called_as_its_leader),
		facts_test(test_a_stranger_killed_it),
		facts_test(test_who_goes_on_was_not_killed),
		facts_test(test_exit_calls_of_several_threads),
		facts_test(test_a_dead_thread_killed_it),
		facts_test(test_a_sample_names_the_killer),
		facts_test(test_the_oom_killer),
		facts_test(test_old_ones_are_linked),
		facts_test(test_an_old_one_with_a_thread_that_exits),
		facts_test(test_an_old_one_whose_leader_is_a_zombie),
		facts_test(test_a_fork_that_was_seen_tells_more),
		facts_test(test_an_old_parent_that_nobody_knows),
		facts_test(test_old_ones_in_a_circle),
		facts_test(test_old_ones_without_facts),
		facts_test(test_strangers),
		facts_test(test_ancestors_are_as_they_were),
		facts_test(test_a_relay_is_cut_with_a_gap),
		facts_test(test_a_relay_of_unknown_kind_is_cut_too),
		facts_test(test_a_deep_tree_is_told_up_to_a_gap),
		facts_test(test_cgroups_have_names),
		facts_test(test_any_order_of_events_is_survived),
		facts_test(test_programs_of_old_processes),
		facts_test(test_an_exec_that_fails),
		facts_test(test_execs_of_several_tasks_fail),
		facts_test(test_the_path_of_an_exec_is_not_known_after_a_loss),
		facts_test(test_an_exec_that_succeeds_leaves_no_path),
		facts_test(test_a_path_that_the_kernel_cannot_read),
		facts_test(test_a_path_by_a_probe),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
