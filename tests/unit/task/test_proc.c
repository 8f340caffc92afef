/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks out of the fake trees under fixtures/proc, and this test's own out of the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "task/proc.h"

static int open_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail_msg("cannot open %s: tests run from the top of the tree", path);
	return fd;
}

/* A table that follows TID (0: nobody) and has seen the tree at PATH. */
static struct task_table *scan(const char *path, int32_t tid)
{
	struct task_table *table = task_table_new();
	int fd = open_tree(path);

	assert_non_null(table);
	if (tid)
		assert_int_equal(task_table_add(table, tid, true), 0);
	assert_int_equal(proc_scan(fd, table), 0);
	close(fd);
	return table;
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
	assert_int_equal(proc_scan(fd, table), 0);
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
	assert_int_equal(proc_scan(file, table), -ENOTDIR);
	assert_int_equal(proc_scan(-1, table), -EBADF);
	close(file);
	task_table_free(table);
}

static void test_is_alive(void **state)
{
	int fd = open_tree("fixtures/proc/lookup");

	(void)state;
	assert_true(proc_is_alive(fd, 100));
	assert_true(proc_is_alive(fd, 121));
	assert_false(proc_is_alive(fd, 140));
	assert_false(proc_is_alive(fd, 141));
	assert_true(proc_is_alive(fd, 142));
	assert_true(proc_is_alive(fd, 143));
	assert_false(proc_is_alive(fd, 150));
	assert_false(proc_is_alive(fd, 0));
	assert_false(proc_is_alive(fd, -1));
	close(fd);
	fd = open_tree("fixtures/proc/host");
	for (int32_t pid = 170; pid <= 174; pid++)
		assert_false(proc_is_alive(fd, pid));
	close(fd);
}

static void test_the_dead_are_forgotten(void **state)
{
	static const int32_t tids[] = {100, 121, 140, 141, 142, 143, 150, 4194304};
	struct task_table *table = task_table_new();
	int fd = open_tree("fixtures/proc/lookup");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tids); i++)
		assert_int_equal(task_table_add(table, tids[i], true), 0);
	proc_forget_dead(fd, table);
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

struct visits {
	size_t count;
	struct {
		int32_t pid, tid, ppid;
		char comm[64];
	} tasks[64];
};

static void note_visit(void *context, const struct proc_task *task)
{
	struct visits *visits = context;

	assert_true(visits->count < ARRAY_SIZE(visits->tasks));
	visits->tasks[visits->count].pid = task->pid;
	visits->tasks[visits->count].tid = task->tid;
	visits->tasks[visits->count].ppid = task->ppid;
	strncpy(visits->tasks[visits->count].comm, task->comm, 63);
	visits->count++;
}

static void assert_visited(const struct visits *visits, int32_t pid, int32_t tid, int32_t ppid,
			   const char *comm)
{
	size_t times = 0;

	for (size_t i = 0; i < visits->count; i++) {
		if (visits->tasks[i].tid != tid)
			continue;
		times++;
		assert_int_equal(visits->tasks[i].pid, pid);
		assert_int_equal(visits->tasks[i].ppid, ppid);
		assert_string_equal(visits->tasks[i].comm, comm);
	}
	if (times != 1)
		fail_msg("%d was visited %zu times", tid, times);
}

static void test_live_tasks_are_visited_with_their_names(void **state)
{
	int fd = open_tree("fixtures/proc/host");
	struct visits visits = {0};

	(void)state;
	assert_int_equal(proc_visit(fd, note_visit, &visits), 0);
	close(fd);
	assert_visited(&visits, 30, 30, 2, "kworker/0:1");
	assert_visited(&visits, 90, 90, 120, "wrapped");
	assert_visited(&visits, 120, 120, 100, "a b) R 1 (c");
	for (size_t i = 0; i < visits.count; i++) {
		/* Zombies: one without threads, and a leader that its thread survived. */
		assert_int_not_equal(visits.tasks[i].tid, 140);
		assert_int_not_equal(visits.tasks[i].tid, 150);
	}
}

static void test_what_is_no_proc_cannot_be_visited(void **state)
{
	struct visits visits = {0};

	(void)state;
	assert_int_equal(proc_visit(-1, note_visit, &visits), -EBADF);
	assert_int_equal(visits.count, 0);
}

/* A tree with one process, whose status file is TEXT. */
static int read_ids_of(const char *text, struct credentials *ids)
{
	char path[] = "/tmp/perf-exec-trace-proc-XXXXXX";

	assert_non_null(mkdtemp(path));
	int fd = open_tree(path);
	assert_int_equal(mkdirat(fd, "7", 0700), 0);
	int file = openat(fd, "7/status", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	int code = proc_read_ids(fd, 7, ids);
	assert_int_equal(unlinkat(fd, "7/status", 0), 0);
	assert_int_equal(unlinkat(fd, "7", AT_REMOVEDIR), 0);
	close(fd);
	assert_int_equal(rmdir(path), 0);
	return code;
}

static void test_ids(void **state)
{
	static const char *const broken[] = {
		"",
		"Name:\tx\n",
		"Name:\tx\nUid:\t1\t2\t3\t4\n",
		"Name:\tx\nUid:\t1\nGid:\t5\t6\t7\t8\n",
		"Name:\tUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n",
	};
	struct credentials ids = {.uid = 77};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		assert_int_equal(read_ids_of(broken[i], &ids), -EBADMSG);
		assert_int_equal(ids.uid, 77);
	}
	assert_int_equal(
		read_ids_of("Name:\tx\\nUid:\t9\t9\nUid:\t1\t2\t3\t4\nGid:\t5\t4294967294\t7\t8\n",
			    &ids),
		0);
	assert_true(ids.known);
	assert_int_equal(ids.uid, 1);
	assert_int_equal(ids.euid, 2);
	assert_int_equal(ids.gid, 5);
	assert_int_equal(ids.egid, 4294967294);
	int fd = open_tree("fixtures/proc/lookup");
	assert_int_equal(proc_read_ids(fd, 150, &ids), -ESRCH);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_tasks_are_entered),
		cmocka_unit_test(test_what_is_no_process_is_left_out),
		cmocka_unit_test(test_descendants_are_followed),
		cmocka_unit_test(test_zombies_are_not_live_tasks),
		cmocka_unit_test(test_a_process_without_children),
		cmocka_unit_test(test_init_is_everybodys_ancestor),
		cmocka_unit_test(test_scanning_again_changes_nothing),
		cmocka_unit_test(test_a_directory_that_is_none),
		cmocka_unit_test(test_is_alive),
		cmocka_unit_test(test_the_dead_are_forgotten),
		cmocka_unit_test(test_the_real_proc),
		cmocka_unit_test(test_live_tasks_are_visited_with_their_names),
		cmocka_unit_test(test_what_is_no_proc_cannot_be_visited),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
