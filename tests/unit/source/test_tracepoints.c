/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is opened for failed execs, by the formats of kernels that tell their paths and of others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/format_dir.h"
#include "event/event.h"
#include "event/facts.h"
#include "source/request.h"
#include "source/tracepoints.h"
#include "support.h"

#define FAILED EVENT_BIT(EVENT_EXEC_FAILED)

static int init(struct tracepoints *tracepoints, const char *formats, unsigned int events,
		struct error *err)
{
	char path[64];
	const struct request request = {
		.events = events,
		.formats = strcpy(path, formats),
		.needs = NEED_TASKS | NEED_CGROUP,
	};

	*err = (struct error){0};
	return tracepoints_init(tracepoints, &request, true, err);
}

static const char *tracefs;

int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err);

int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err)
{
	return format_dir_open(dir, tracefs, err);
}

/* With the argv probe, on a host of FORMATS. */
static int init_with_probe(struct tracepoints *tracepoints, const char *formats,
			   unsigned int events, struct error *err)
{
	const struct request request = {
		.events = events,
		.needs = NEED_TASKS | NEED_CGROUP,
		.probe_bytes = 3008,
	};

	tracefs = formats;
	*err = (struct error){0};
	return tracepoints_init(tracepoints, &request, true, err);
}

static void assert_opened(const struct tracepoints *tracepoints, unsigned int tracepoint,
			  bool expected, const char *filter)
{
	assert_int_equal(tracepoints->formats[tracepoint] != NULL, expected);
	if (filter)
		assert_string_equal(tracepoints->filters[tracepoint], filter);
	else
		assert_null(tracepoints->filters[tracepoint]);
}

static void test_kernels_that_tell_the_path(void **state)
{
	struct tracepoints tracepoints;
	struct cpu_ring_plan plan = {0};
	struct error err;

	(void)state;
	assert_int_equal(
		init(&tracepoints, "formats/amd64-7.2.13+deb14", EVENT_SHOWABLE | FAILED, &err), 0);
	assert_opened(&tracepoints, TRACEPOINT_EXECVE, true, NULL);
	assert_opened(&tracepoints, TRACEPOINT_EXECVEAT, true, NULL);
	assert_opened(&tracepoints, TRACEPOINT_EXECVE_END, true, "ret < 0");
	assert_opened(&tracepoints, TRACEPOINT_EXECVEAT_END, true, "ret < 0");
	tracepoints_plan(&tracepoints, &plan);
	for (unsigned int i = TRACEPOINT_EXECVE; i <= TRACEPOINT_EXECVEAT_END; i++) {
		size_t at = tracepoints_opened_at(&tracepoints, i);

		assert_int_equal(plan.tracepoints[at].id, tracepoints.formats[i]->id);
		assert_false(plan.tracepoints[at].wakes);
	}
	tracepoints_done(&tracepoints);
}

static void test_nothing_of_it_unless_it_is_asked_for(void **state)
{
	static const char *const kernels[] = {"formats/amd64-7.2.13+deb14",
					      "formats/amd64-6.12.107+deb13"};
	struct tracepoints tracepoints;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		assert_int_equal(init(&tracepoints, kernels[i], EVENT_SHOWABLE, &err), 0);
		for (unsigned int at = TRACEPOINT_EXECVE; at <= TRACEPOINT_EXECVEAT_END; at++)
			assert_opened(&tracepoints, at, false, NULL);
		tracepoints_done(&tracepoints);
	}
}

static void assert_refused(const char *formats, unsigned int events, const char *why)
{
	struct tracepoints tracepoints;
	struct error err;

	assert_int_equal(init(&tracepoints, formats, events, &err), -EOPNOTSUPP);
	assert_string_equal(err.what, why);
	assert_non_null(strstr(err.remedy, "Linux 6.19"));
}

static void test_kernels_that_do_not(void **state)
{
	static const char no_path[] =
		"--failed-execs: this kernel's sys_enter_execve does not tell the path";

	(void)state;
	assert_refused("formats/amd64-6.12.107+deb13", EVENT_SHOWABLE | FAILED, no_path);
	assert_refused("formats/s390x-6.1.0-50", FAILED, no_path);
	assert_refused("formats/android-walleye_OPM5.171019.017.A1_4.4.88", FAILED,
		       "--failed-execs: this kernel does not trace system calls "
		       "(CONFIG_FTRACE_SYSCALLS)");
}

/* A probe of ours is to tell the path, where the calls are traced. */
static void test_kernels_that_do_not_with_the_probe(void **state)
{
	static const struct {
		const char *formats;
		unsigned int events;
		bool lacks;
	} cases[] = {
		{"formats/amd64-6.12.107+deb13", EVENT_SHOWABLE | FAILED, true},
		{"formats/amd64-6.12.107+deb13", EVENT_SHOWABLE, false},
		{"formats/amd64-7.2.13+deb14", EVENT_SHOWABLE | FAILED, false},
	};
	struct tracepoints tracepoints;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
			init_with_probe(&tracepoints, cases[i].formats, cases[i].events, &err), 0);
		assert_int_equal(tracepoints_lack_paths(&tracepoints), cases[i].lacks);
		assert_opened(&tracepoints, TRACEPOINT_PROBED_PATH, false, NULL);
		tracepoints_done(&tracepoints);
	}
	assert_int_equal(init_with_probe(&tracepoints,
					 "formats/android-walleye_OPM5.171019.017.A1_4.4.88",
					 FAILED, &err),
			 -EOPNOTSUPP);
	assert_null(strstr(err.remedy, "--argv-probe"));
}

/* The probe is opened as a tracepoint, under the name that it has in tracefs. */
static void test_the_probe_in_the_plan(void **state)
{
	const struct machine machine = machine_native();
	struct tracepoints tracepoints;
	struct cpu_ring_plan plan = {0};
	struct error err;
	size_t length;
	char *text = load_file("fixtures/probe/path-format", &length);

	(void)state;
	assert_int_equal(
		init_with_probe(&tracepoints, "formats/amd64-6.12.107+deb13", FAILED, &err), 0);
	assert_int_equal(format_parse("perf_exec_trace_12_34", text, length, &machine,
				      &tracepoints.formats[TRACEPOINT_PROBED_PATH], &err),
			 0);
	free(text);
	tracepoints_plan(&tracepoints, &plan);
	size_t at = tracepoints_opened_at(&tracepoints, TRACEPOINT_PROBED_PATH);
	assert_int_equal(at + 1, plan.tracepoint_count);
	assert_int_equal(plan.tracepoints[at].id, 1555);
	assert_string_equal(plan.tracepoints[at].system, "perf_exec_trace_12_34");
	assert_string_equal(plan.tracepoints[at].name, "exec_path");
	assert_false(plan.tracepoints[at].wakes);
	assert_null(plan.tracepoints[at].filter);
	tracepoints_done(&tracepoints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels_that_tell_the_path),
		cmocka_unit_test(test_nothing_of_it_unless_it_is_asked_for),
		cmocka_unit_test(test_kernels_that_do_not),
		cmocka_unit_test(test_kernels_that_do_not_with_the_probe),
		cmocka_unit_test(test_the_probe_in_the_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
