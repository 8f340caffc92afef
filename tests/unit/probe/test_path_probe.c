/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Defining, trying and removing the path probe, on a kernel of this test's own.
 */
#include "probe/path_probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/format_dir.h"
#include "probe/dynamic_events.h"
#include "probe/kernel_types.h"
#include "probe/own_events.h"
#include "probe/path_definition.h"
#include "probe/path_trial.h"
#include "support.h"

static const struct own_events events = {.fd = 77, .group = "perf_exec_trace_12_34"};

static struct {
	int types_code, refuses, tracefs_code, format_code, trial_code;
	unsigned int busy;
	int defined, removed;
} kernel;

const struct own_events *__wrap_argv_probe_events(const struct argv_probe *probe);
int __wrap_kernel_types_find(const struct wanted_member *wanted, size_t count, const char *what,
			     struct error *err);
int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err);
int __wrap_format_dir_read(const struct format_dir *dir, const char *system, const char *event,
			   const struct machine *machine, struct format **format,
			   struct error *err);
int __wrap_path_trial(const struct format *format, struct error *err);
int __wrap_dynamic_events_define(int fd, const char *text);
int __wrap_dynamic_events_remove(int fd, const char *of, const char *event);

const struct own_events *__wrap_argv_probe_events(const struct argv_probe *probe)
{
	(void)probe;
	return &events;
}

int __wrap_kernel_types_find(const struct wanted_member *wanted, size_t count, const char *what,
			     struct error *err)
{
	static const char *const members[] = {"name", "uptr"};

	(void)what;
	assert_int_equal(count, ARRAY_SIZE(members));
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(wanted[i].structure, "filename");
		assert_string_equal(wanted[i].member, members[i]);
		*wanted[i].offset = 16 + (uint32_t)i * 8;
	}
	return kernel.types_code < 0 ? error_set(err, kernel.types_code, "no types") : 0;
}

int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err)
{
	*dir = (struct format_dir){.origin = FORMAT_DIR_MOUNTED, .fd = -1};
	return kernel.tracefs_code < 0 ? error_set(err, kernel.tracefs_code, "no tracefs") : 0;
}

int __wrap_format_dir_read(const struct format_dir *dir, const char *system, const char *event,
			   const struct machine *machine, struct format **format, struct error *err)
{
	size_t length;

	(void)dir;
	assert_string_equal(system, events.group);
	assert_string_equal(event, PATH_EVENT);
	if (kernel.format_code < 0)
		return error_set(err, kernel.format_code, "no format");
	char *text = load_file("fixtures/probe/path-format", &length);
	int code = format_parse(system, text, length, machine, format, err);
	free(text);
	return code;
}

int __wrap_path_trial(const struct format *format, struct error *err)
{
	assert_string_equal(format->name, PATH_EVENT);
	return kernel.trial_code < 0 ? error_set(err, kernel.trial_code, "wrong") : 0;
}

int __wrap_dynamic_events_define(int fd, const char *text)
{
	assert_int_equal(fd, events.fd);
	assert_string_equal(text, "p:perf_exec_trace_12_34/exec_path alloc_bprm "
				  "pointer=+24($arg2):x64 path=+0(+16($arg2)):string");
	if (kernel.refuses)
		return -kernel.refuses;
	kernel.defined++;
	return 0;
}

int __wrap_dynamic_events_remove(int fd, const char *of, const char *event)
{
	assert_int_equal(fd, events.fd);
	assert_string_equal(of, events.group);
	assert_string_equal(event, PATH_EVENT);
	if (kernel.busy > 0) {
		kernel.busy--;
		return -EBUSY;
	}
	kernel.removed++;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static void test_defined_and_removed(void **state)
{
	struct path_probe *probe;
	struct error err;

	(void)state;
	kernel.busy = 2;
	assert_int_equal(path_probe_new(NULL, &probe, &err), 0);
	assert_int_equal(kernel.defined, 1);
	struct format *format = path_probe_take_format(probe);
	assert_int_equal(format->id, 1555);
	assert_null(path_probe_take_format(probe));
	assert_int_equal(kernel.removed, 0);
	path_probe_free(probe);
	assert_int_equal(kernel.removed, 1);
	assert_string_equal(format->system, events.group);
	format_free(format);
	path_probe_free(NULL);
}

/* The code, and what is said; what was defined before is removed. */
static int refused(const char *says, int defined)
{
	struct path_probe *probe = NULL;
	struct error err = {0};
	int code = path_probe_new(NULL, &probe, &err);

	assert_null(probe);
	if (!strstr(err.what, says))
		fail_msg("'%s' has no '%s'", err.what, says);
	assert_int_equal(kernel.defined, defined);
	assert_int_equal(kernel.removed, defined);
	return code;
}

static void test_failures_leave_nothing(void **state)
{
	(void)state;
	kernel.types_code = -ENOENT;
	assert_int_equal(refused("no types", 0), -ENOENT);
	set_up(state);
	kernel.refuses = ENOENT;
	assert_int_equal(refused("refuses a probe on alloc_bprm", 0), -ENOENT);
	set_up(state);
	kernel.tracefs_code = -ENODEV;
	assert_int_equal(refused("no tracefs", 1), -ENODEV);
	set_up(state);
	kernel.format_code = -EBADMSG;
	assert_int_equal(refused("no format", 1), -EBADMSG);
	set_up(state);
	kernel.trial_code = -EPROTO;
	assert_int_equal(refused("wrong", 1), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_defined_and_removed, set_up),
		cmocka_unit_test_setup(test_failures_leave_nothing, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
