/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other tracers: hosts that do not let them trace, and those that do not attach. Time goes by in
 * steps.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/stop.h"
#include "source/child.h"
#include "source/spawn.h"
#include "source/tracer.h"
#include "support.h"

#define CAP(capability) (1ULL << (capability))
#define CAP_BPF_BIT 39

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_spawn_find(const char *name, char *path, size_t size);
bool __wrap_stop_is_asked(void);

static time_t passed_s;
static int found;
static bool is_stopped;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int code = __real_clock_gettime(clock, now);

	now->tv_sec += passed_s;
	return code;
}

int __wrap_spawn_find(const char *name, char *path, size_t size)
{
	snprintf(path, size, "/found/%s", name);
	return found;
}

bool __wrap_stop_is_asked(void)
{
	return is_stopped;
}

/* ---- finding ---- */

static struct host_state host_of_root(void)
{
	return (struct host_state){
		.has_capabilities = true,
		.capabilities = CAP(CAP_SYS_ADMIN),
		.bounding = UINT64_MAX,
		.last_capability = 40,
		.initial_user_ns = true,
		.initial_pid_ns = true,
		.lockdown = LOCKDOWN_NONE,
	};
}

static int find(const struct host_state *host, struct error *err)
{
	char path[TRACER_PATH_SIZE];
	int code;

	*err = (struct error){0};
	code = tracer_find("snoop", "snoop-tools", host, path, err);
	if (code == 0)
		assert_string_equal(path, "/found/snoop");
	return code;
}

static void test_find(void **state)
{
	struct host_state host = host_of_root();
	struct error err;

	(void)state;
	found = 0;
	assert_int_equal(find(&host, &err), 0);
	host.capabilities = CAP(CAP_BPF_BIT) | CAP(CAP_PERFMON);
	assert_int_equal(find(&host, &err), 0);
	found = -ENOENT;
	assert_int_equal(find(&host, &err), -ENOENT);
	assert_string_equal(err.what, "snoop is not installed");
	assert_string_equal(err.remedy, "sudo apt install snoop-tools");
}

static void test_hosts_that_refuse(void **state)
{
	struct host_state host = host_of_root();
	struct error err;

	(void)state;
	found = 0;
	host.capabilities = CAP(CAP_BPF_BIT);
	assert_int_equal(find(&host, &err), -EPERM);
	assert_string_equal(err.what, "snoop needs root, or CAP_BPF and CAP_PERFMON");
	assert_string_equal(err.remedy, "sudo perf_exec_trace ...");
	host.bounding = 0;
	assert_int_equal(find(&host, &err), -EPERM);
	assert_string_equal(err.remedy, "");
	host = host_of_root();
	host.initial_pid_ns = false;
	assert_int_equal(find(&host, &err), -EINVAL);
	assert_non_null(strstr(err.what, "pid namespace"));
	host = host_of_root();
	host.lockdown = LOCKDOWN_CONFIDENTIALITY;
	assert_int_equal(find(&host, &err), -EPERM);
	assert_non_null(strstr(err.what, "lockdown"));
}

/* ---- attaching ---- */

struct trial {
	struct child *child;
	int provoked, step_s; /* so much time goes by each time */
	int provoke_code, look_code;
	int lines, wanted_lines; /* attached after so many */
};

static int provoke(void *context, struct error *err)
{
	struct trial *trial = context;

	trial->provoked++;
	passed_s += trial->step_s;
	return trial->provoke_code < 0 ? error_set(err, trial->provoke_code, "cannot") : 0;
}

static int look(void *context, struct error *err)
{
	struct trial *trial = context;
	struct text line;

	while (child_line(trial->child, &line))
		trial->lines++;
	if (trial->look_code < 0)
		return error_set(err, trial->look_code, "lies");
	return trial->lines >= trial->wanted_lines;
}

static int attach(struct trial *trial, const char *script, struct error *err)
{
	static const struct tracer_trial ops = {.provoke = provoke, .look = look};
	static const char *const none[] = {NULL};
	char shell[] = "/bin/sh", option[] = "-c", text[128];
	char *argv[] = {shell, option, text, NULL};

	snprintf(text, sizeof(text), "%s", script);
	*err = (struct error){0};
	assert_int_equal(child_start(argv, none, SPAWN_PIPE, &trial->child, err), 0);
	int code = tracer_attach(trial->child, &ops, trial, err);
	child_free(trial->child);
	return code;
}

static void test_attaches(void **state)
{
	/* Silence, and a word that proves nothing. */
	struct trial trial = {.wanted_lines = 2};
	struct error err;

	(void)state;
	assert_int_equal(attach(&trial, "sleep 0.25; echo one; echo two; exec sleep 1000", &err),
			 0);
	assert_true(trial.provoked > 1);
	assert_string_equal(err.what, "");
}

static void test_never_attaches(void **state)
{
	struct trial trial = {.wanted_lines = 2, .step_s = 6};
	struct error err;

	(void)state;
	assert_int_equal(attach(&trial, "echo one; exec sleep 1000", &err), -ETIME);
	assert_string_equal(err.what, "sh was not attached after 20 s");
	assert_true(trial.provoked >= 3 && trial.provoked <= 4);
}

static void test_ends(void **state)
{
	struct trial trial = {.wanted_lines = 1};
	struct error err;

	(void)state;
	assert_int_equal(attach(&trial, "echo no BPF here >&2; exit 3", &err), -EPIPE);
	assert_string_equal(err.what, "sh ended with status 3: no BPF here");
}

static void test_failures(void **state)
{
	struct trial deaf = {.wanted_lines = 1, .provoke_code = -EAGAIN};
	struct trial liar = {.wanted_lines = 1, .look_code = -EBADMSG};
	struct trial trial = {.wanted_lines = 1};
	struct error err;

	(void)state;
	assert_int_equal(attach(&deaf, "exec sleep 1000", &err), -EAGAIN);
	assert_int_equal(deaf.provoked, 1);
	assert_int_equal(attach(&liar, "exec sleep 1000", &err), -EBADMSG);
	assert_string_equal(err.what, "lies");
	is_stopped = true;
	assert_int_equal(attach(&trial, "exec sleep 1000", &err), -EINTR);
	is_stopped = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),     cmocka_unit_test(test_hosts_that_refuse),
		cmocka_unit_test(test_attaches), cmocka_unit_test(test_never_attaches),
		cmocka_unit_test(test_ends),     cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
