/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of killed tools, in a regular file in dynamic_events's place: what would remove them is
 * behind it then.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/proc.h"
#include "probe/dynamic_events.h"
#include "probe/left_events.h"
#include "support.h"

static char directory[] = "/tmp/pxt-left-XXXXXX";
static char path[64];
static int proc_fd;

static int set_up(void **state)
{
	(void)state;
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc_fd < 0 || !mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/dynamic_events", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(proc_fd);
	unlink(path);
	return rmdir(directory);
}

/* What is appended to LIST. The caller frees. */
static char *removed_of(const char *list, int *count)
{
	size_t length;

	save_file(path, list, strlen(list));
	int fd = dynamic_events_open(directory);
	assert_true(fd >= 0);
	*count = left_events_remove(directory, fd, proc_fd);
	close(fd);
	char *now = load_file(path, &length);
	assert_memory_equal(now, list, strlen(list));
	char *appended = strdup(now + strlen(list));
	free(now);
	assert_non_null(appended);
	return appended;
}

/* A zombie, which holds no event any more. */
static pid_t new_zombie(void)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return pid;
}

static void test_who_is_gone(void **state)
{
	const pid_t zombie = new_zombie();
	uint64_t own, zombies;
	char list[2048], expected[512];
	int count;

	(void)state;
	assert_int_equal(proc_read_start(proc_fd, getpid(), &own), 0);
	assert_int_equal(proc_read_start(proc_fd, zombie, &zombies), 0);
	/* The kernel gives no pid above 2^22. */
	snprintf(list, sizeof(list),
		 "p:kprobes/other do_exit\n"
		 "p:perf_exec_trace_2147483647_7/argv proc_exec_connector a\n"
		 "p:perf_exec_trace_2147483647_7/argv proc_exec_connector b\n"
		 "p:perf_exec_trace_2147483647_7/exec_path alloc_bprm a\n"
		 "p:perf_exec_trace_%d_%" PRIu64 "/argv proc_exec_connector a\n"
		 "p:perf_exec_trace_%d_%" PRIu64 "/argv proc_exec_connector a\n"
		 "p:perf_exec_trace_2147483647_7/args proc_exec_connector a\n"
		 "p:perf_exec_trace_%d_%" PRIu64 "/argv proc_exec_connector a\n",
		 getpid(), own, getpid(), own + 1, zombie, zombies);
	snprintf(expected, sizeof(expected),
		 "-:perf_exec_trace_2147483647_7/argv\n-:perf_exec_trace_2147483647_7/exec_path\n"
		 "-:perf_exec_trace_%d_%" PRIu64 "/argv\n-:perf_exec_trace_%d_%" PRIu64 "/argv\n",
		 getpid(), own + 1, zombie, zombies);
	char *removed = removed_of(list, &count);
	assert_string_equal(removed, expected);
	assert_int_equal(count, 4);
	free(removed);
	waitpid(zombie, NULL, 0);
}

static void test_nothing_is_left(void **state)
{
	int count;
	char *removed = removed_of("", &count);

	(void)state;
	assert_string_equal(removed, "");
	assert_int_equal(count, 0);
	free(removed);
	/* It cannot be read. */
	assert_int_equal(left_events_remove("/nonexistent", -1, proc_fd), 0);
	assert_int_equal(dynamic_events_open("/nonexistent"), -ENOENT);
	assert_int_equal(dynamic_events_remove(-1, "group", "event"), -EBADF);
}

/* The kernel refuses to remove one that is open. */
static void test_what_is_not_removed_does_not_count(void **state)
{
	static const char line[] = "p:perf_exec_trace_2147483647_7/argv proc_exec_connector a\n";
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	save_file(path, line, strlen(line));
	assert_int_equal(left_events_remove(directory, fd, proc_fd), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_gone),
		cmocka_unit_test(test_nothing_is_left),
		cmocka_unit_test(test_what_is_not_removed_does_not_count),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
