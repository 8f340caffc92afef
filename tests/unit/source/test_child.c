/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children that behave, and such as die, flood, hang and stay behind.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "source/child.h"
#include "source/sentinel.h"
#include "source/spawn.h"
#include "support.h"

/* Of calls that do not fail. */
static struct error ignored;

static struct child *start(const char *script, enum spawn_output output)
{
	static const char *const extra[] = {"OURS=yes", NULL};
	char shell[] = "/bin/sh", option[] = "-c", text[512];
	char *argv[] = {shell, option, text, NULL};
	struct child *child = NULL;
	struct error err = {0};

	snprintf(text, sizeof(text), "%s", script);
	assert_int_equal(child_start(argv, extra, output, &child, &err), 0);
	return child;
}

/* The next line of standard output, waiting for it. */
static struct text next_line(struct child *child)
{
	struct text line;

	while (!child_line(child, &line)) {
		assert_int_equal(child_wait(child, -1, 10000, &ignored), 0);
		assert_true(child_read(child, &ignored) >= 0);
	}
	return line;
}

static void read_to_end(struct child *child)
{
	while (child_read(child, &ignored) != -ENODATA) {
		child_use(child, child_output(child).length);
		assert_int_equal(child_wait(child, -1, 10000, &ignored), 0);
	}
}

static size_t open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static pid_t number_of(struct text line)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%.*s", (int)line.length, line.bytes);
	return atoi(digits);
}

/* Whoever adopts it reaps it in its own time: dead it is a zombie at most. */
static bool is_dead(pid_t pid)
{
	char path[32], stat[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return true;
	bool is_zombie = fgets(stat, sizeof(stat), file) && strstr(stat, ") Z ");
	fclose(file);
	return is_zombie;
}

static void wait_until_dead(pid_t pid)
{
	for (int i = 0; !is_dead(pid); i++) {
		assert_true(i < 1000);
		usleep(5000);
	}
}

static void test_output(void **state)
{
	struct error err = {0};

	(void)state;
	for (int output = SPAWN_PIPE; output <= SPAWN_TERMINAL; output++) {
		struct child *child = start("printf 'one\\n\\ntwo\\nrest'; echo oops >&2; exit 3",
					    (enum spawn_output)output);

		assert_text(next_line(child), "one");
		assert_text(next_line(child), "");
		assert_text(next_line(child), "two");
		read_to_end(child);
		assert_int_equal(child_ended(child, &err), -EPIPE);
		assert_string_equal(err.what, "sh ended with status 3: oops");
		child_free(child);
		assert_no_child();
	}
}

/* Signals that we ignore or block, our environment and standard input are none of its. */
/*
 * Of a line "SigIgn:". posix_spawn(3) of glibc, with which make starts its commands, has the two
 * signals that it uses itself ignored, and lets nobody change that.
 */
static uint64_t ignored_signals(struct text line)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)line.length, line.bytes);
	assert_memory_equal(text, "SigIgn:", 7);
	return strtoull(text + 7, NULL, 16) & ~(3ULL << 31);
}

static void test_clean(void **state)
{
	sigset_t interrupt, before;

	(void)state;
	setenv("HOSTILE", "yes", 1);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	struct child *child = start("grep -E '^Sig(Blk|Ign)' /proc/self/status; env; "
				    "wc -c; ls /proc/self/fd | wc -l",
				    SPAWN_PIPE);
	assert_text(next_line(child), "SigBlk:\t0000000000000000");
	assert_int_equal(ignored_signals(next_line(child)), 0);
	for (struct text line = next_line(child); line.length != 1; line = next_line(child))
		assert_true(line.length < 7 || memcmp(line.bytes, "HOSTILE", 7) != 0);
	/* Its three, and ls's own. */
	assert_text(next_line(child), "4");
	child_free(child);
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_no_child();
}

static void test_interrupt_and_kill(void **state)
{
	struct error err = {0};
	struct child *child = start(
		"trap 'echo bye; exit 0' INT; echo on; while :; do sleep 0.01; done", SPAWN_PIPE);

	(void)state;
	assert_text(next_line(child), "on");
	child_interrupt(child);
	assert_text(next_line(child), "bye");
	child_free(child);

	/* One that does not want to: killed and reaped. */
	child = start("trap '' INT TERM; echo on; exec sleep 1000", SPAWN_PIPE);
	assert_text(next_line(child), "on");
	child_interrupt(child);
	child_free(child);
	assert_no_child();

	/* A script that runs another program: both get it, and both are killed. */
	child = start("(trap 'echo bye; exit 0' INT; echo on; while :; do sleep 0.01; done)",
		      SPAWN_PIPE);
	assert_text(next_line(child), "on");
	child_interrupt(child);
	assert_text(next_line(child), "bye");
	child_free(child);
	child = start("sleep 1000 & echo $!; exit 0", SPAWN_PIPE);
	const pid_t left = number_of(next_line(child));
	child_free(child);
	wait_until_dead(left);

	/* One that has closed its output, but goes on, is given a second. */
	child = start("exec >&- 2>&-; exec sleep 1000", SPAWN_PIPE);
	read_to_end(child);
	assert_int_equal(child_ended(child, &err), -EPIPE);
	assert_string_equal(err.what, "sh was killed by signal 9");
	child_free(child);
	assert_no_child();
}

/* No more than a buffer of it is taken, and it waits. */
static void test_flood(void **state)
{
	struct child *child = start("exec tr '\\0' x < /dev/zero", SPAWN_PIPE);
	struct text line;

	(void)state;
	while (!child_is_full(child)) {
		assert_int_equal(child_wait(child, -1, 10000, &ignored), 0);
		assert_true(child_read(child, &ignored) >= 0);
		assert_false(child_line(child, &line));
	}
	assert_int_equal(child_output(child).length, CHILD_BUFFER_SIZE);
	assert_int_equal(child_read(child, &ignored), 0);
	child_free(child);
	assert_no_child();
}

/* Standard error in pieces, of a flood too; the last line is kept. */
static void test_last_words(void **state)
{
	struct error err = {0};
	struct text line;
	size_t total = 0;
	struct child *child = start(
		"head -c 200000 /dev/zero | tr '\\0' x >&2; printf '\\nlast\\n' >&2", SPAWN_PIPE);

	(void)state;
	while (child_read(child, &ignored) != -ENODATA) {
		while (child_error_line(child, &line))
			total += line.length;
		assert_int_equal(child_wait(child, -1, 10000, &ignored), 0);
	}
	assert_int_equal(child_ended(child, &err), -EPIPE);
	assert_string_equal(err.what, "sh ended with status 0: last");
	assert_true(total >= CHILD_BUFFER_SIZE);
	child_free(child);
}

static void test_not_a_program(void **state)
{
	static const char *const none[] = {NULL};
	char path[] = "/nowhere/at-all";
	char *argv[] = {path, NULL};
	struct child *child;
	struct error err = {0};
	char found[64];

	(void)state;
	assert_int_equal(child_start(argv, none, SPAWN_PIPE, &child, &err), 0);
	read_to_end(child);
	assert_int_equal(child_ended(child, &err), -EPIPE);
	assert_non_null(strstr(err.what, "cannot run /nowhere/at-all: No such file"));
	child_free(child);

	assert_int_equal(spawn_find("no-such-program-anywhere", found, sizeof(found)), -ENOENT);
	setenv("PATH", ".::relative:/nowhere", 1);
	assert_int_equal(spawn_find("sh", found, sizeof(found)), 0);
	assert_true(found[0] == '/');
	assert_int_equal(spawn_find("sh", found, 4), -ENOENT);
	child_free(NULL);
}

/* When we are killed it is too. */
static void test_orphan(void **state)
{
	int pids[2];
	pid_t pid = 0;

	(void)state;
	assert_int_equal(pipe(pids), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct child *child = start("echo $$; exec sleep 1000", SPAWN_PIPE);

		pid = number_of(next_line(child));
		if (write(pids[1], &pid, sizeof(pid)) == (ssize_t)sizeof(pid))
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(read(pids[0], &pid, sizeof(pid)), sizeof(pid));
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	wait_until_dead(pid);
	close(pids[0]);
	close(pids[1]);
}

static void test_no_leak(void **state)
{
	size_t before = open_descriptors();

	(void)state;
	for (int i = 0; i < 20; i++)
		child_free(start("exit 0", i % 2 ? SPAWN_PIPE : SPAWN_TERMINAL));
	assert_int_equal(open_descriptors(), before);
	assert_no_child();
}

static void test_sentinels(void **state)
{
	struct sentinel one, other;
	struct error err = {0};
	size_t before = open_descriptors();

	(void)state;
	assert_int_equal(sentinel_send(&one, SENTINEL_ANY_CPU, &err), 0);
	assert_int_equal(sentinel_send(&other, SENTINEL_ANY_CPU, &err), 0);
	assert_true(one.parent > 0 && one.child > 0 && one.child != one.parent);
	assert_true(one.before_ns < one.after_ns && one.after_ns <= other.before_ns);
	assert_string_not_equal(one.name, other.name);
	assert_string_not_equal(one.path, other.path);
	assert_int_equal(strlen(one.name), TASK_COMM_SIZE - 1);
	assert_true(strlen(one.path) > 64 && access(one.path, X_OK) == 0);
	/* No machine has it. */
	assert_int_equal(sentinel_send(&other, 60000, &err), -EINVAL);
	assert_non_null(strstr(err.what, "/bin/sh"));
	assert_int_equal(open_descriptors(), before);
	assert_no_child();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_interrupt_and_kill),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_no_leak),
		cmocka_unit_test(test_sentinels),
		cmocka_unit_test(test_not_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
