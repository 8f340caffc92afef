/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Defining, trying and removing the argv probe: tracefs and BTF are files of this test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "decode/format_dir.h"
#include "host/proc.h"
#include "probe/argv_probe.h"
#include "probe/argv_trial.h"
#include "probe/dynamic_events.h"
#include "probe/own_names.h"
#include "support_probe.h"

static char tracefs[] = "/tmp/pxt-probe-XXXXXX";
static char group[OWN_GROUP_SIZE];

/* ---- the kernel ---- */

static struct {
	const char *btf; /* NULL: there is none */
	int tracefs_code, refuses, busy;
	int trial_code;
	unsigned int tried; /* chunks */
	int defined, removed;
	char last[ARGV_DEFINITION_SIZE];
} kernel;

int __real_file_read_all(int dir_fd, const char *path, size_t limit, struct buffer *buffer);
int __wrap_file_read_all(int dir_fd, const char *path, size_t limit, struct buffer *buffer);
int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err);
int __wrap_argv_trial(const struct argv_layout *layout, unsigned int chunks, struct error *err);
int __wrap_dynamic_events_define(int fd, const char *text);
int __wrap_dynamic_events_remove(int fd, const char *of, const char *event);

int __wrap_file_read_all(int dir_fd, const char *path, size_t limit, struct buffer *buffer)
{
	if (strcmp(path, "/sys/kernel/btf/vmlinux") != 0)
		return __real_file_read_all(dir_fd, path, limit, buffer);
	return kernel.btf ? __real_file_read_all(dir_fd, kernel.btf, limit, buffer) : -ENOENT;
}

int __wrap_format_dir_open_tracefs(struct format_dir *dir, struct error *err)
{
	if (kernel.tracefs_code < 0)
		return error_set(err, kernel.tracefs_code, "no tracefs");
	*dir = (struct format_dir){.origin = FORMAT_DIR_MOUNTED, .fd = -1};
	snprintf(dir->path, sizeof(dir->path), "%s", tracefs);
	return 0;
}

int __wrap_argv_trial(const struct argv_layout *layout, unsigned int chunks, struct error *err)
{
	assert_int_equal(layout->id, probe_layout().id);
	kernel.tried = chunks;
	return kernel.trial_code < 0 ? error_set(err, kernel.trial_code, "wrong") : 0;
}

int __wrap_dynamic_events_define(int fd, const char *text)
{
	assert_true(fd >= 0);
	if (kernel.refuses && ++kernel.defined == kernel.refuses)
		return -EINVAL;
	kernel.defined += kernel.refuses == 0;
	snprintf(kernel.last, sizeof(kernel.last), "%s", text);
	return 0;
}

int __wrap_dynamic_events_remove(int fd, const char *of, const char *event)
{
	assert_true(fd >= 0);
	assert_string_equal(of, group);
	assert_string_equal(event, ARGV_EVENT);
	if (kernel.busy-- > 0)
		return -EBUSY;
	kernel.removed++;
	return 0;
}

/* ---- its files ---- */

static void make_file(const char *name, const char *bytes, size_t length)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tracefs, name);
	save_file(path, bytes, length);
}

static void remove_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tracefs, name);
	assert_int_equal(remove(path), 0);
}

static void make_directory(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", tracefs, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int make_tracefs(void **state)
{
	struct event_owner owner = {.pid = getpid()};
	char name[160];
	size_t length;
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(proc_read_start(proc_fd, owner.pid, &owner.start), 0);
	close(proc_fd);
	own_group_name(&owner, group);
	if (!mkdtemp(tracefs))
		return -1;
	char *format = load_file("fixtures/probe/format", &length);
	make_directory("events");
	snprintf(name, sizeof(name), "events/%s", group);
	make_directory(name);
	snprintf(name, sizeof(name), "events/%s/argv", group);
	make_directory(name);
	snprintf(name, sizeof(name), "events/%s/argv/format", group);
	make_file(name, format, length);
	free(format);
	make_file("dynamic_events", "", 0);
	make_file("kprobe_events", "", 0);
	return 0;
}

static int remove_tracefs(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", tracefs);
	return system(command);
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.btf = "fixtures/btf/amd64-6.18.btf";
	return 0;
}

/* ---- tests ---- */

static const struct host_state host = {.initial_pid_ns = true};

/* The code and what is said of BYTES. */
static int try_probe(uint32_t bytes, const struct host_state *state, const char *says)
{
	struct argv_probe *probe = NULL;
	struct error err = {0};

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ || sizeof(long) != 8)
		skip();
	int code = argv_probe_new(bytes, state, &probe, &err);
	if (code < 0 && !strstr(err.what, says))
		fail_msg("'%s' has no '%s'", err.what, says);
	if (code == 0)
		assert_int_equal(argv_probe_layout(probe)->id, probe_layout().id);
	argv_probe_free(probe);
	return code;
}

static void test_defined_and_removed(void **state)
{
	(void)state;
	assert_int_equal(try_probe(ARGV_PROBE_BYTES_MIN, &host, ""), 0);
	assert_int_equal(kernel.tried, 1);
	assert_int_equal(kernel.defined, 2);
	assert_int_equal(kernel.removed, 1);
	assert_non_null(strstr(kernel.last, "chunk=\\7:u32"));
	set_up(state);
	assert_int_equal(try_probe(ARGV_PROBE_BYTES_MIN + 1, &host, ""), 0);
	assert_int_equal(kernel.tried, 2);
	assert_int_equal(kernel.defined, 4);
	set_up(state);
	assert_int_equal(try_probe(ARGV_PROBE_BYTES_MAX, &host, ""), 0);
	assert_int_equal(kernel.tried, ARGV_CHUNKS_MAX);
}

static void test_the_kernel_still_holds_it(void **state)
{
	(void)state;
	kernel.busy = 3;
	assert_int_equal(try_probe(ARGV_PROBE_BYTES_MIN, &host, ""), 0);
	assert_int_equal(kernel.removed, 1);
}

static void test_other_hosts(void **state)
{
	const struct host_state container = {.initial_pid_ns = false};

	(void)state;
	assert_int_equal(try_probe(1, &container, "pid namespace"), -EOPNOTSUPP);
	kernel.tracefs_code = -ENODEV;
	assert_int_equal(try_probe(1, &host, "no tracefs"), -ENODEV);
	kernel.tracefs_code = 0;
	kernel.btf = NULL;
	assert_int_equal(try_probe(1, &host, "CONFIG_DEBUG_INFO_BTF"), -ENOENT);
	kernel.btf = "fixtures/probe/format";
	assert_int_equal(try_probe(1, &host, "cannot find"), -EBADMSG);
	kernel.btf = "fixtures/btf/amd64-6.18.btf";
	remove_file("kprobe_events");
	assert_int_equal(try_probe(1, &host, "CONFIG_KPROBE_EVENTS"), -EOPNOTSUPP);
	make_file("kprobe_events", "", 0);
	remove_file("dynamic_events");
	assert_int_equal(try_probe(1, &host, "dynamic_events"), -ENOENT);
	make_file("dynamic_events", "", 0);
	/* Nothing was defined, and nothing is to be removed. */
	assert_int_equal(kernel.defined, 0);
	assert_int_equal(kernel.removed, 0);
}

/* What was defined before the failure is removed. */
static void test_failures_leave_nothing(void **state)
{
	(void)state;
	kernel.refuses = 2;
	assert_int_equal(try_probe(1, &host, "refuses"), -EINVAL);
	assert_int_equal(kernel.removed, 1);
	set_up(state);
	kernel.trial_code = -EPROTO;
	assert_int_equal(try_probe(1, &host, "wrong"), -EPROTO);
	assert_int_equal(kernel.removed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_defined_and_removed, set_up),
		cmocka_unit_test_setup(test_the_kernel_still_holds_it, set_up),
		cmocka_unit_test_setup(test_other_hosts, set_up),
		cmocka_unit_test_setup(test_failures_leave_nothing, set_up),
	};

	return cmocka_run_group_tests(tests, make_tracefs, remove_tracefs);
}
