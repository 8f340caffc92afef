/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads: what was told of their birth, and how they share a process.
 */
#include <linux/sched.h>
#include <signal.h>
#include <string.h>

#include "support.h"
#include "task/thread.h"

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

static const struct event fork_event = {
	.type = EVENT_FORK,
	.time_ns = 500,
	.fork = {.parent_comm = {"parent", 6}, .child_comm = {"child", 5}},
};

/* A thread of an old process of its own. */
static void make_old(struct thread *thread, int32_t pid, uint64_t losses)
{
	struct process *process = process_new_old(pid);

	*thread = (struct thread){0};
	assert_non_null(process);
	process->losses = losses;
	thread_join(thread, process);
}

static void test_kinds(void **state)
{
	static const struct {
		bool has_flags;
		uint64_t flags;
		int32_t tgid;
		enum fork_kind kind;
		enum known is_of_parent;
	} births[] = {
		{false, 0, 0, FORK_KIND_UNKNOWN, KNOWN_NOT},
		/* Or by vfork(2). */
		{false, 0, 20, FORK_KIND_UNKNOWN, KNOWN_NO},
		{false, 0, 10, FORK_KIND_UNKNOWN, KNOWN_YES},
		{true, SIGCHLD, 0, FORK_KIND_PROCESS, KNOWN_NO},
		{true, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, FORK_KIND_VFORK, KNOWN_NO},
		{true, CLONE_VM | CLONE_THREAD, 0, FORK_KIND_THREAD, KNOWN_YES},
		{true, CLONE_THREAD | CLONE_VFORK, 0, FORK_KIND_THREAD, KNOWN_YES},
		/* The flags are the kernel's own. */
		{true, SIGCHLD, 10, FORK_KIND_PROCESS, KNOWN_NO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(births); i++) {
		const struct thread thread = {
			.birth = {.has_flags = births[i].has_flags,
				  .clone_flags = births[i].flags,
				  .tgid = births[i].tgid},
		};

		assert_int_equal(thread_kind(&thread), births[i].kind);
		assert_int_equal(thread_is_of_parent(&thread, 20), births[i].is_of_parent);
	}
}

static void test_a_thread_shares_its_process(void **state)
{
	struct thread parent, child = {.birth = {.tgid = 10}};

	(void)state;
	make_old(&parent, 10, 0);
	assert_int_equal(thread_fork(&child, 11, &parent, &fork_event, 0), 0);
	assert_ptr_equal(child.process, parent.process);
	assert_int_equal(parent.process->threads, 2);
	assert_text(comm_text(&parent.comm), "parent");
	assert_text(comm_text(&child.comm), "child");
	thread_leave(&parent);
	thread_done(&parent);
	assert_int_equal(child.process->threads, 1);
	assert_int_equal(child.process->pid, 10);
	thread_leave(&child);
	assert_int_equal(child.process->threads, 0);
	thread_leave(&child);
	assert_int_equal(child.process->threads, 0);
	thread_done(&child);
	thread_done(&child);
	thread_leave(&child);
}

static void test_a_process_is_its_own(void **state)
{
	struct thread parent, child = {.birth = {.tgid = 20}};

	(void)state;
	make_old(&parent, 10, 3);
	parent.end.taken = SIGTERM;
	assert_int_equal(thread_fork(&child, 20, &parent, &fork_event, 4), 0);
	assert_ptr_not_equal(child.process, parent.process);
	assert_int_equal(child.process->pid, 20);
	assert_int_equal(child.process->threads, 1);
	assert_int_equal(child.process->start_ns, 500);
	assert_int_equal(child.process->losses, 4);
	assert_int_equal(parent.process->losses, 3);
	assert_int_equal(parent.end.taken, 0);
	thread_done(&parent);
	thread_done(&child);
}

static void test_an_exec_leaves_one(void **state)
{
	const struct event exec = {
		.type = EVENT_EXEC,
		.time_ns = 700,
		.exec = {.pid = 10, .filename = text_of("/bin/x"), .comm = text_of("x")},
	};
	struct thread thread;

	(void)state;
	make_old(&thread, -1, LOSSES_UNKNOWN);
	thread.process->threads = 5;
	thread.end.taken = SIGTERM;
	assert_int_equal(thread_exec(&thread, &exec, 2), 0);
	assert_int_equal(thread.process->pid, 10);
	assert_int_equal(thread.process->threads, 1);
	assert_int_equal(thread.process->losses, 2);
	assert_int_equal(thread.process->exec_ns, 700);
	assert_text(thread.process->program->filename, "/bin/x");
	assert_text(comm_text(&thread.comm), "x");
	assert_int_equal(thread.end.taken, 0);
	thread_done(&thread);
}

static enum known exit_of(uint32_t threads, uint64_t born, uint64_t losses, enum known told)
{
	const struct event event = {.type = EVENT_EXIT, .exit = {.last = told}};
	struct thread thread;

	make_old(&thread, 10, born);
	thread.process->threads = threads;
	enum known last = thread_exit(&thread, &event, losses);
	thread_done(&thread);
	return last;
}

static void test_who_is_last(void **state)
{
	(void)state;
	assert_int_equal(exit_of(1, 0, 0, KNOWN_NOT), KNOWN_YES);
	assert_int_equal(exit_of(2, 0, 0, KNOWN_NOT), KNOWN_NO);
	assert_int_equal(exit_of(1, 0, 1, KNOWN_NOT), KNOWN_NOT);
	assert_int_equal(exit_of(1, LOSSES_UNKNOWN, 0, KNOWN_NOT), KNOWN_NOT);
	assert_int_equal(exit_of(1, 0, 0, KNOWN_NO), KNOWN_NO);
	assert_int_equal(exit_of(2, 0, 1, KNOWN_YES), KNOWN_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_a_thread_shares_its_process),
		cmocka_unit_test(test_a_process_is_its_own),
		cmocka_unit_test(test_an_exec_leaves_one),
		cmocka_unit_test(test_who_is_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
