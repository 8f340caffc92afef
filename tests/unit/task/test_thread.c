/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads: what was told of their birth, and how they share a process.
 */
#include <linux/sched.h>
#include <signal.h>
#include <string.h>

#include "support.h"
#include "task/thread.h"

static struct process_pool pool;

static int make_pool(void **state)
{
	(void)state;
	process_pool_init(&pool);
	return 0;
}

static int free_pool(void **state)
{
	(void)state;
	process_pool_done(&pool);
	return 0;
}

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
	struct process *process = process_new_old(&pool, pid);

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
		bool has_tgid, has_other_tgid;
		enum fork_kind kind;
		enum known is_of_parent;
	} births[] = {
		{false, 0, false, false, FORK_KIND_UNKNOWN, KNOWN_NOT},
		/* Or by vfork(2). */
		{false, 0, true, false, FORK_KIND_UNKNOWN, KNOWN_NO},
		{false, 0, true, true, FORK_KIND_UNKNOWN, KNOWN_YES},
		{true, SIGCHLD, false, false, FORK_KIND_PROCESS, KNOWN_NO},
		{true, CLONE_VM | CLONE_VFORK | SIGCHLD, false, false, FORK_KIND_VFORK, KNOWN_NO},
		{true, CLONE_VM | CLONE_THREAD, false, false, FORK_KIND_THREAD, KNOWN_YES},
		{true, CLONE_THREAD | CLONE_VFORK, false, false, FORK_KIND_THREAD, KNOWN_YES},
		/* The flags are the kernel's own. */
		{true, SIGCHLD, true, true, FORK_KIND_PROCESS, KNOWN_NO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(births); i++) {
		const struct thread thread = {
			.has_flags = births[i].has_flags,
			.clone_flags = births[i].flags,
			.has_tgid = births[i].has_tgid,
			.has_other_tgid = births[i].has_other_tgid,
		};

		assert_int_equal(thread_kind(&thread), births[i].kind);
		assert_int_equal(thread_is_of_parent(&thread), births[i].is_of_parent);
	}
}

static void test_a_thread_shares_its_process(void **state)
{
	struct thread parent, child = {.has_tgid = true, .has_other_tgid = true};

	(void)state;
	make_old(&parent, 10, 0);
	assert_int_equal(thread_fork(&child, 11, &parent, &fork_event, 0), 0);
	assert_ptr_equal(child.process, parent.process);
	assert_int_equal(parent.process->threads, 2);
	assert_text(shared_comm_text(parent.comm), "parent");
	assert_text(shared_comm_text(child.comm), "child");
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
	struct thread parent, child = {.has_tgid = true};

	(void)state;
	make_old(&parent, 10, 3);
	parent.taken = SIGTERM;
	assert_int_equal(thread_fork(&child, 20, &parent, &fork_event, 4), 0);
	assert_ptr_not_equal(child.process, parent.process);
	assert_int_equal(child.process->pid, 20);
	assert_int_equal(child.process->threads, 1);
	assert_int_equal(child.process->start_ns, 500);
	assert_int_equal(child.process->losses, 4);
	assert_int_equal(parent.process->losses, 3);
	assert_int_equal(parent.taken, 0);
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
	thread.taken = SIGTERM;
	assert_int_equal(thread_set_name(&thread, 10, text_of("old"), &pool), 0);
	assert_int_equal(thread_exec(&thread, &exec, 2), 0);
	assert_int_equal(thread.process->pid, 10);
	assert_int_equal(thread.process->threads, 1);
	assert_int_equal(thread.process->losses, 2);
	assert_int_equal(thread.process->exec_ns, 700);
	assert_text(thread.process->program->filename, "/bin/x");
	assert_text(shared_comm_text(thread.comm), "x");
	assert_int_equal(thread.taken, 0);
	thread_done(&thread);
}

static enum known exit_of(uint32_t threads, uint64_t born, uint64_t losses, enum known told)
{
	const struct event event = {.type = EVENT_EXIT, .exit = {.last = told}};
	struct thread thread;
	enum known last;

	make_old(&thread, 10, born);
	thread.process->threads = threads;
	assert_int_equal(thread_exit(&thread, &event, losses, &last), 0);
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

/* A thread that an exec has ended is not counted any more, whenever it leaves. */
static void test_an_exec_ends_the_others(void **state)
{
	const struct event exec = {
		.type = EVENT_EXEC,
		.exec = {.pid = 10, .filename = text_of("/bin/x"), .comm = text_of("x")},
	};
	struct thread thread, other = {0};

	(void)state;
	make_old(&thread, 10, 0);
	thread_join(&other, process_hold(thread.process));
	assert_int_equal(thread.process->threads, 2);
	assert_int_equal(thread_exec(&thread, &exec, 0), 0);
	thread_leave(&other);
	assert_int_equal(thread.process->threads, 1);
	thread_leave(&thread);
	assert_int_equal(thread.process->threads, 0);
	thread_done(&other);
	thread_done(&thread);
}

/* Who is named as its parent is shares the name. */
static void test_names_are_shared(void **state)
{
	const struct event event = {
		.type = EVENT_FORK,
		.fork = {.parent_tid = 10,
			 .parent_comm = text_of("same"),
			 .child_comm = text_of("same")},
	};
	struct thread parent, child = {.has_tgid = true};

	(void)state;
	make_old(&parent, 10, 0);
	assert_int_equal(thread_fork(&child, 20, &parent, &event, 0), 0);
	assert_ptr_equal(child.comm, parent.comm);
	assert_ptr_equal(child.process->comm, parent.comm);
	assert_ptr_equal(child.process->parent_comm, parent.comm);
	assert_int_equal(thread_set_name(&child, 20, text_of("renamed"), &pool), 0);
	assert_text(shared_comm_text(child.process->comm), "renamed");
	assert_text(shared_comm_text(parent.comm), "same");
	thread_done(&parent);
	assert_text(shared_comm_text(child.process->parent_comm), "same");
	thread_done(&child);
}

static void test_calls_that_exit(void **state)
{
	const struct exit_call call = {.known = true, .is_group = true, .code = 3};
	const struct event event = {.type = EVENT_EXIT, .exit = {.last = KNOWN_NOT}};
	struct thread thread;
	enum known last;

	(void)state;
	make_old(&thread, 10, 0);
	thread_set_exit_call(&thread, call);
	assert_int_equal(thread_exit(&thread, &event, 0, &last), 0);
	assert_true(thread.process->evidence.group.any);
	assert_int_equal(thread.process->evidence.group.first, 3);
	thread_done(&thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_a_thread_shares_its_process),
		cmocka_unit_test(test_a_process_is_its_own),
		cmocka_unit_test(test_an_exec_leaves_one),
		cmocka_unit_test(test_an_exec_ends_the_others),
		cmocka_unit_test(test_names_are_shared),
		cmocka_unit_test(test_calls_that_exit),
		cmocka_unit_test(test_who_is_last),
	};

	return cmocka_run_group_tests(tests, make_pool, free_pool);
}
