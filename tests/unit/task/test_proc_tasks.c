/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks out of the fake trees under fixtures/proc, and this test's own out of the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/proc.h"
#include "support.h"
#include "task/proc_tasks.h"
#include "task/task.h"

static int open_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail_msg("cannot open %s: tests run from the top of the tree", path);
	return fd;
}

/* A table that follows TID (0: nobody), or its DESCENDANTS too, and has seen the tree at PATH. */
static struct task_table *scan_for(const char *path, int32_t tid, bool descendants)
{
	struct task_table *table = task_table_new();
	int fd = open_tree(path);

	assert_non_null(table);
	if (tid)
		assert_int_equal(task_table_add(table, tid, true), 0);
	assert_int_equal(proc_tasks_enter(fd, table, descendants), 0);
	close(fd);
	return table;
}

static struct task_table *scan(const char *path, int32_t tid)
{
	return scan_for(path, tid, true);
}

static void assert_known(const struct task_table *table, int32_t tid, bool followed)
{
	const struct task *task = task_table_find(table, tid);

	if (!task)
		fail_msg("%d is not known", tid);
	if (task->followed != followed)
		fail_msg("%d is %sfollowed", tid, task->followed ? "" : "not ");
}

static void test_all_tasks_are_entered(void **state)
{
	static const int32_t tids[] = {1,   2,   30,  80,  81,  90,  100, 120,
				       121, 122, 151, 160, 200, 201, 210};
	struct task_table *table = scan("fixtures/proc/host", 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_known(table, tids[i], false);
	assert_int_equal(task_table_followed(table), 0);
	task_table_free(table);
}

static void test_what_is_no_process_is_left_out(void **state)
{
	static const int32_t tids[] = {-5, 0, 5, 12, 170, 171, 172, 174};
	struct task_table *table = scan("fixtures/proc/host", 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_null(task_table_find(table, tids[i]));
	task_table_free(table);
}

/* Whatever their names, whatever the order of ids, and across a leader that is a zombie. */
static void test_descendants_are_followed(void **state)
{
	static const int32_t descendants[] = {80, 81, 90, 100, 120, 121, 122, 151, 160};
	static const int32_t strangers[] = {1, 2, 30, 200, 201, 210};
	struct task_table *table = scan("fixtures/proc/host", 100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(descendants); i++)
		assert_known(table, descendants[i], true);
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		assert_known(table, strangers[i], false);
	task_table_free(table);
}

/* Its EXIT was before the trace: counted as live, it would be waited for in vain. */
static void test_zombies_are_not_live_tasks(void **state)
{
	struct task_table *table = scan("fixtures/proc/host", 100);

	(void)state;
	assert_int_equal(task_table_followed(table), 9);
	assert_null(task_table_find(table, 140));
	assert_null(task_table_find(table, 150));
	task_table_free(table);
}

/* Also those of a leader that is a zombie. */
static void test_threads_alone_are_followed(void **state)
{
	static const int32_t leaders[] = {120, 150};
	static const size_t threads[] = {3, 2};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(leaders); i++) {
		struct task_table *table = scan_for("fixtures/proc/host", leaders[i], false);

		assert_int_equal(task_table_followed(table), threads[i]);
		task_table_free(table);
	}
}

static void test_a_process_without_children(void **state)
{
	struct task_table *table = scan("fixtures/proc/host", 200);

	(void)state;
	assert_known(table, 200, true);
	assert_known(table, 201, true);
	assert_known(table, 210, true);
	assert_known(table, 100, false);
	assert_int_equal(task_table_followed(table), 3);
	task_table_free(table);
}

static void test_init_is_everybodys_ancestor(void **state)
{
	struct task_table *table = scan("fixtures/proc/host", 1);

	(void)state;
	assert_known(table, 201, true);
	assert_known(table, 80, true);
	assert_known(table, 2, false);
	assert_known(table, 30, false);
	task_table_free(table);
}

static void test_scanning_again_changes_nothing(void **state)
{
	struct task_table *table = scan("fixtures/proc/host", 100);
	size_t followed = task_table_followed(table);
	int fd = open_tree("fixtures/proc/host");

	(void)state;
	assert_int_equal(proc_tasks_enter(fd, table, true), 0);
	assert_int_equal(task_table_followed(table), followed);
	close(fd);
	task_table_free(table);
}

static void test_a_directory_that_is_none(void **state)
{
	struct task_table *table = task_table_new();
	int file = open("fixtures/proc/README.md", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(proc_tasks_enter(file, table, true), -ENOTDIR);
	assert_int_equal(proc_tasks_enter(-1, table, true), -EBADF);
	close(file);
	task_table_free(table);
}

static void test_the_dead_are_forgotten(void **state)
{
	static const int32_t tids[] = {100, 121, 140, 141, 142, 143, 150, 4194304};
	struct task_table *table = task_table_new();
	int fd = open_tree("fixtures/proc/lookup");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_int_equal(task_table_add(table, tids[i], true), 0);
	proc_tasks_forget_dead(fd, table);
	assert_int_equal(task_table_followed(table), 4);
	assert_known(table, 100, true);
	assert_known(table, 121, true);
	assert_null(task_table_find(table, 140));
	assert_null(task_table_find(table, 141));
	assert_null(task_table_find(table, 150));
	close(fd);
	task_table_free(table);
}

static void test_the_real_proc(void **state)
{
	struct task_table *table;
	int fd = open_tree("/proc");
	int status;

	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	table = scan("/proc", getpid());
	assert_known(table, getpid(), true);
	assert_known(table, child, true);
	assert_true(proc_is_alive(fd, getpid()));
	assert_true(proc_is_alive(fd, child));
	kill(child, SIGKILL);
	/* Dead, but not waited for: a zombie. */
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_false(proc_is_alive(fd, child));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(proc_is_alive(fd, child));
	task_table_free(table);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_tasks_are_entered),
		cmocka_unit_test(test_what_is_no_process_is_left_out),
		cmocka_unit_test(test_descendants_are_followed),
		cmocka_unit_test(test_threads_alone_are_followed),
		cmocka_unit_test(test_zombies_are_not_live_tasks),
		cmocka_unit_test(test_a_process_without_children),
		cmocka_unit_test(test_init_is_everybodys_ancestor),
		cmocka_unit_test(test_scanning_again_changes_nothing),
		cmocka_unit_test(test_a_directory_that_is_none),
		cmocka_unit_test(test_the_dead_are_forgotten),
		cmocka_unit_test(test_the_real_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
