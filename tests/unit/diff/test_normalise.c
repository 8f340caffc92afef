/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is replaced in command lines, and what is left alone.
 */
#include "diff/normalise.h"

#include <stdlib.h>
#include <string.h>

#include "diff/pid_set.h"
#include "support.h"

struct fixture {
	struct pid_set alive, seen;
	struct normaliser normaliser;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	if (!fixture || pid_set_add(&fixture->alive, 4321) < 0 ||
	    pid_set_add(&fixture->seen, 4321) < 0 || pid_set_add(&fixture->seen, 8765) < 0 ||
	    pid_set_add(&fixture->alive, 42))
		return -1;
	fixture->normaliser.alive = &fixture->alive;
	fixture->normaliser.seen = &fixture->seen;
	return normaliser_add_directory(&fixture->normaliser, (struct text){"/home/a/b/", 10});
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	normaliser_done(&fixture->normaliser);
	pid_set_done(&fixture->alive);
	pid_set_done(&fixture->seen);
	free(fixture);
	return 0;
}

static void assert_becomes(const struct normaliser *normaliser, const char *word,
			   enum normalised what, const char *expected)
{
	struct buffer out = {0};
	/* With its end where nothing may be read behind. */
	char *exact = strndup(word, strlen(word));

	assert_non_null(exact);
	normalise(normaliser, (struct text){exact, strlen(word)}, what, &out);
	buffer_put(&out, "", 1);
	assert_false(out.failed);
	assert_string_equal(out.bytes, expected);
	buffer_done(&out);
	free(exact);
}

#define BECOMES(word, expected) \
	assert_becomes(&((struct fixture *)*state)->normaliser, word, NORMALISED_ALL, expected)
#define STAYS(word) BECOMES(word, word)

static void test_directories(void **state)
{
	BECOMES("/home/a/b", "<DIR>");
	BECOMES("/home/a/b/", "<DIR>/");
	BECOMES("-I/home/a/b/include", "-I<DIR>/include");
	BECOMES("-fdebug-prefix-map=/home/a/b=.", "-fdebug-prefix-map=<DIR>=.");
	BECOMES("cd '/home/a/b' && ls /home/a/b/c", "cd '<DIR>' && ls <DIR>/c");
	STAYS("/home/a/bb");
	STAYS("/home/a/b-old/c");
	STAYS("/home/a/b.old");
	STAYS("/home/a/b\xc3\xa4");
	STAYS("/home/a");
	STAYS("");
}

static void test_directories_that_are_none(void **state)
{
	struct normaliser normaliser = {0};

	(void)state;
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){"/", 1}), 0);
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){"a/b", 3}), 0);
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){NULL, 0}), 0);
	assert_int_equal(normaliser.directory_count, 0);
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){"/1", 2}), 0);
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){"/2", 2}), 0);
	assert_int_equal(normaliser_add_directory(&normaliser, (struct text){"/3", 2}), 0);
	assert_becomes(&normaliser, "/1/a:/2/a:/3/a", NORMALISED_ALL, "<DIR>/a:<DIR>/a:/3/a");
	normaliser_done(&normaliser);
}

static void test_temporary_names(void **state)
{
	BECOMES("/tmp/ccAbCdEf.s", "/tmp/<TMP>.s");
	/* As gcc draws it once in 700 times. */
	BECOMES("/tmp/ccabcdef.s", "/tmp/<TMP>.s");
	BECOMES("-plugin-opt=-fresolution=/tmp/ccQ2Wxyz.res",
		"-plugin-opt=-fresolution=/tmp/<TMP>.res");
	BECOMES("/tmp/tmp.abcdefghij", "/tmp/<TMP>");
	BECOMES("/tmp/tmpabcdefgh/x.c", "/tmp/<TMP>/x.c");
	BECOMES("/var/tmp/dpkg-deb.Xy12Zz", "/var/tmp/dpkg-deb.<TMP>");
	BECOMES("/dev/shm/sem.A1b2C3", "/dev/shm/sem.<TMP>");
	BECOMES("/root/.cache/ccache/tmp/cpp_stdout.q9RsT0.i",
		"/root/.cache/ccache/tmp/cpp_stdout.<TMP>.i");
	BECOMES("build/a.o.tmp.1234", "build/a.o.tmp.<TMP>");
	BECOMES("out.tmp-Q1w2E3", "out.tmp-<TMP>");
	BECOMES("rm -f /tmp/ccAbCdEf.s /tmp/x", "rm -f /tmp/<TMP>.s /tmp/x");
	STAYS("/tmp/ccache");
	STAYS("/tmp/build");
	STAYS("/tmp/cc/main.c");
	STAYS("/usr/lib/x86_64/ccAbCdEf.s");
	STAYS("src/AbCdEf12.c");
	STAYS("/tmp/a/AbCdEf12.c");
	STAYS("/tmp/f12");
}

static void test_job_server(void **state)
{
	BECOMES("--jobserver-auth=3,4", "--jobserver-auth=<JOBS>");
	BECOMES("-j --jobserver-fds=5,6 V=1", "-j --jobserver-fds=<JOBS> V=1");
	BECOMES("--jobserver-auth=fifo:/tmp/GMfifo77", "--jobserver-auth=<JOBS>");
	STAYS("--auth=3,4");
	STAYS("--jobserver-auth=");
}

static void test_ids(void **state)
{
	BECOMES("id=01234567-89ab-cdef-0123-456789ABCDEF", "id=<ID>");
	BECOMES("/run/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/x",
		"/run/<ID>/x");
	/* A commit is a difference. */
	STAYS("-DCOMMIT=0123456789abcdef0123456789abcdef01234567");
	STAYS("01234567-89ab-cdef-0123-456789abcdef0");
	STAYS("01234567-89ab-cdef-0123");
	STAYS("01234567-89ab-cdef-01234567-89ab-456789abcdef");
	STAYS("01234567-89ag-cdef-0123-456789abcdef");
	STAYS("01234567-");
}

static void test_pids(void **state)
{
	BECOMES("4321", "<PID>");
	BECOMES("--pid=4321,x4321y", "--pid=<PID>,x<PID>y");
	BECOMES("/proc/4321/fd/3", "/proc/<PID>/fd/3");
	STAYS("43210");
	STAYS("14321");
	STAYS("04321");
	STAYS("1234");
	/* Of whoever has ended, in names alone. */
	BECOMES("out.8765 log-8765.txt /proc/8765/fd a_8765",
		"out.<PID> log-<PID>.txt /proc/<PID>/fd a_<PID>");
	STAYS("8765");
	STAYS("head -8765 -n 8765 --size=8765 x8765");
	STAYS("-8765");
	/* Alive, too, but it may be anything. */
	STAYS("-O42");
	assert_becomes(&((struct fixture *)*state)->normaliser, "4321 /home/a/b",
		       NORMALISED_BUT_PIDS, "4321 <DIR>");
}

static void test_directories_alone(void **state)
{
	assert_becomes(&((struct fixture *)*state)->normaliser, "4321 /home/a/b /tmp/ccAbCdEf.s",
		       NORMALISED_DIRECTORIES, "4321 <DIR> /tmp/ccAbCdEf.s");
}

static void test_raw(void **state)
{
	struct normaliser normaliser = ((struct fixture *)*state)->normaliser;

	normaliser.raw = true;
	assert_becomes(&normaliser, "/home/a/b 4321 /tmp/ccAbCdEf.s", NORMALISED_ALL,
		       "/home/a/b 4321 /tmp/ccAbCdEf.s");
}

static void test_pid_set(void **state)
{
	struct pid_set set = {0};

	(void)state;
	assert_false(pid_set_has(&set, 7));
	pid_set_remove(&set, 7);
	assert_int_equal(pid_set_add(&set, -1), 0);
	assert_int_equal(pid_set_add(&set, 0), 0);
	assert_int_equal(pid_set_add(&set, INT32_MAX), 0);
	assert_null(set.words);
	assert_int_equal(pid_set_add(&set, 7), 0);
	assert_int_equal(pid_set_add(&set, (int32_t)PID_SET_LIMIT - 1), 0);
	assert_true(pid_set_has(&set, 7));
	assert_true(pid_set_has(&set, PID_SET_LIMIT - 1));
	assert_false(pid_set_has(&set, PID_SET_LIMIT));
	assert_false(pid_set_has(&set, 7 + (UINT64_C(1) << 32)));
	pid_set_remove(&set, 7);
	pid_set_remove(&set, INT32_MAX);
	assert_false(pid_set_has(&set, 7));
	pid_set_done(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_directories, set_up, tear_down),
		cmocka_unit_test(test_directories_that_are_none),
		cmocka_unit_test_setup_teardown(test_temporary_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_job_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_directories_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_raw, set_up, tear_down),
		cmocka_unit_test(test_pid_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
