/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks and ids out of the fake trees under fixtures/proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/proc.h"
#include "support.h"

static int open_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail_msg("cannot open %s: tests run from the top of the tree", path);
	return fd;
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

static void test_what_is_exiting(void **state)
{
	int fd = open_tree("fixtures/proc/lookup");

	(void)state;
	assert_int_equal(proc_is_exiting(fd, 100), 0);
	assert_int_equal(proc_is_exiting(fd, 140), 1);
	assert_int_equal(proc_is_exiting(fd, 150), -ESRCH);
	close(fd);
	char directory[] = "/tmp/test_proc.XXXXXX", path[64];
	assert_non_null(mkdtemp(directory));
	fd = open_tree(directory);
	snprintf(path, sizeof(path), "%s/7", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/7/stat", directory);
	FILE *stat = fopen(path, "w");
	assert_non_null(stat);
	/* PF_EXITING among others. */
	fputs("7 (x) R 1 7 7 0 -1 4194308 0 0\n", stat);
	fclose(stat);
	assert_int_equal(proc_is_exiting(fd, 7), 1);
	unlink(path);
	unlinkat(fd, "7", AT_REMOVEDIR);
	rmdir(directory);
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
static int read_ids_of(const char *text, struct proc_ids *ids)
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
	struct proc_ids ids = {.uid = 77};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		assert_int_equal(read_ids_of(broken[i], &ids), -EBADMSG);
		assert_int_equal(ids.uid, 77);
	}
	assert_int_equal(
		read_ids_of("Name:\tx\\nUid:\t9\t9\nUid:\t1\t2\t3\t4\nGid:\t5\t4294967294\t7\t8\n",
			    &ids),
		0);
	assert_int_equal(ids.uid, 1);
	assert_int_equal(ids.euid, 2);
	assert_int_equal(ids.gid, 5);
	assert_int_equal(ids.egid, 4294967294);
	int fd = open_tree("fixtures/proc/lookup");
	assert_int_equal(proc_read_ids(fd, 150, &ids), -ESRCH);
	close(fd);
}

/* Whether tasks are hidden where mountinfo is TEXT; NULL: it cannot be read. */
static bool hides_with(const char *text)
{
	char directory[] = "/tmp/test_proc.XXXXXX", self[64], file[96];

	assert_non_null(mkdtemp(directory));
	snprintf(self, sizeof(self), "%s/self", directory);
	snprintf(file, sizeof(file), "%s/mountinfo", self);
	assert_int_equal(mkdir(self, 0700), 0);
	if (text)
		save_file(file, text, strlen(text));
	int fd = open_tree(directory);
	bool hides = proc_hides_tasks(fd);
	close(fd);
	unlink(file);
	rmdir(self);
	rmdir(directory);
	return hides;
}

#define SHOWN "21 26 0:20 / /proc rw,relatime shared:5 - proc proc rw\n"
#define OTHER "22 26 0:21 / /hidepid=2 rw - tmpfs tmpfs rw\n"
#define HIDDEN "70 26 0:40 / /chroot/proc rw - proc proc rw,gid=4,hidepid=invisible\n"

static void test_tasks_that_are_hidden(void **state)
{
	(void)state;
	assert_false(hides_with(SHOWN));
	assert_false(hides_with(OTHER SHOWN));
	assert_true(hides_with(SHOWN HIDDEN OTHER));
	assert_true(hides_with("21 26 0:20 / /proc rw - proc proc rw,hidepid=2\n"));
	assert_true(hides_with(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_alive),
		cmocka_unit_test(test_what_is_exiting),
		cmocka_unit_test(test_live_tasks_are_visited_with_their_names),
		cmocka_unit_test(test_what_is_no_proc_cannot_be_visited),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_tasks_that_are_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
