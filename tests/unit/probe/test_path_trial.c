/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trying the path probe: what the child would do is seen here, and what the probe shows of it is
 * this test's own.
 */
#include "probe/path_trial.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "decode/format.h"
#include "perf/record.h"
#include "probe/trial.h"
#include "support.h"

#define CALLS 3

static struct format *format;

/* ---- the kernel ---- */

static struct {
	int refuses;
	const char *order; /* the calls whose samples come, a digit each */
	int damaged;       /* 1 + the call whose path has another byte; 0: none */
	int elsewhere;     /* 1 + the call whose path is at another address; 0: none */
	int unread;        /* 1 + the call whose path was not read; 0: none */
	const char *paths[CALLS];
	size_t calls;
	size_t longest; /* of these paths */
} kernel;

int __wrap_trial_run(const struct trial *trial);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
long __wrap_syscall(long number, ...);

int __wrap_execve(const char *path, char *const argv[], char *const envp[])
{
	(void)argv;
	(void)envp;
	assert_true(kernel.calls < CALLS);
	/* Nothing may ever be executed. */
	assert_memory_equal(path, "/dev/null/", strlen("/dev/null/"));
	if (strlen(path) > kernel.longest)
		kernel.longest = strlen(path);
	kernel.paths[kernel.calls++] = path;
	errno = ENOTDIR;
	return -1;
}

long __wrap_syscall(long number, ...)
{
	va_list args;

	assert_int_equal(number, SYS_execveat);
	va_start(args, number);
	(void)va_arg(args, int);
	const char *path = va_arg(args, const char *);
	va_end(args);
	return __wrap_execve(path, NULL, NULL);
}

static void show(const struct trial *trial, int call)
{
	const char *path = kernel.paths[call];
	char copy[PATH_MAX];
	struct raw raw;

	strcpy(copy, path);
	if (kernel.damaged == call + 1)
		copy[strlen(copy) - 1] ^= 1;
	raw_begin(&raw, format);
	raw_number(&raw, "pointer",
		   (int64_t)(uintptr_t)path + (kernel.elsewhere == call + 1 ? 1 : 0));
	if (kernel.unread != call + 1)
		raw_string(&raw, "path", copy);
	const struct record record = raw_record(&raw);
	trial->look(trial->context, &record);
}

int __wrap_trial_run(const struct trial *trial)
{
	const struct record other = {.type = PERF_RECORD_COMM};

	assert_int_equal(trial->id, format->id);
	if (kernel.refuses)
		return -kernel.refuses;
	trial->run(trial->context);
	trial->look(trial->context, &other);
	for (const char *at = kernel.order; *at; at++)
		show(trial, *at - '0');
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static int load(void **state)
{
	const struct machine machine = machine_native();
	struct error err;
	size_t length;
	char *text = load_file("fixtures/probe/path-format", &length);
	int code = format_parse("perf_exec_trace_12_34", text, length, &machine, &format, &err);

	(void)state;
	free(text);
	return code;
}

static int unload(void **state)
{
	(void)state;
	format_free(format);
	return 0;
}

/* ---- tests ---- */

static int trial(const char *order)
{
	struct error err = {0};

	kernel.calls = 0;
	kernel.order = order;
	int code = path_trial(format, &err);
	assert_int_equal(code < 0, err.what[0] != '\0');
	return code;
}

static void test_right(void **state)
{
	(void)state;
	assert_int_equal(trial("012"), 0);
	assert_int_equal(kernel.calls, CALLS);
	assert_int_equal(kernel.longest, PATH_MAX - 1);
}

/* As where the kernel calls the function twice, not at all, or for execve(2) alone. */
static void test_other_orders(void **state)
{
	static const char *const others[] = {"", "01", "02", "12", "0012", "0122", "102", "0121"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_int_equal(trial(others[i]), -EPROTO);
}

static void test_other_paths(void **state)
{
	(void)state;
	for (int call = 1; call <= CALLS; call++) {
		kernel.damaged = call;
		assert_int_equal(trial("012"), -EPROTO);
		set_up(state);
		kernel.elsewhere = call;
		assert_int_equal(trial("012"), -EPROTO);
		set_up(state);
		kernel.unread = call;
		assert_int_equal(trial("012"), -EPROTO);
		set_up(state);
	}
}

static void test_refusals(void **state)
{
	struct error err = {0};
	struct format none = {.name = (char[]){"exec_path"}, .id = 7};

	(void)state;
	kernel.refuses = EACCES;
	assert_int_equal(trial("012"), -EACCES);
	/* Of other fields. */
	assert_int_equal(path_trial(&none, &err), -EBADMSG);
	assert_non_null(strstr(err.what, "exec_path"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_right, set_up),
		cmocka_unit_test_setup(test_other_orders, set_up),
		cmocka_unit_test_setup(test_other_paths, set_up),
		cmocka_unit_test_setup(test_refusals, set_up),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
