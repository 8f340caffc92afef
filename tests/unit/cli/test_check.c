/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `check`: the rows that hosts under fixtures/hosts get, the table, and this host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/check_state.h"
#include "cli/check_table.h"
#include "support.h"
#include "support_host.h"

#define NOBODY 65534

/* A machine with two CPUs and the limits that Debian sets. */
static struct check check_of(const char *path, int perf_errno)
{
	return (struct check){
		.host = host_at(path, perf_errno),
		.cpus = 2,
		.ring_kb = 1028,
		.memlock_kb = 8192,
		.files = 1024,
		.files_wanted = 8,
		.files_suffice = true,
	};
}

static void assert_row(check_look *look, struct check *check, int expected, const char *what,
		       const char *remedy)
{
	struct error found = {.remedy = "left over"};
	int verdict = look(check, &found);

	assert_string_equal(found.what, what);
	assert_string_equal(found.remedy, remedy);
	assert_int_equal(verdict, expected);
}

static void assert_host(check_look *look, const char *path, int perf_errno, int expected,
			const char *what, const char *remedy)
{
	struct check check = check_of(path, perf_errno);

	assert_row(look, &check, expected, what, remedy);
}

/* ---- rows ---- */

static void test_paranoid(void **state)
{
	(void)state;
	assert_host(check_paranoid, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK,
		    "3, which a capability (below) overrides", "");
	assert_host(check_paranoid, "fixtures/hosts/linux618-nobody", EINVAL, VERDICT_WARN,
		    "2, at which tracing needs CAP_PERFMON or CAP_SYS_ADMIN",
		    "sudo sysctl kernel.perf_event_paranoid=-1");
	assert_host(check_paranoid, "fixtures/hosts/debian12-nobody", EACCES, VERDICT_WARN,
		    "3, at which tracing needs CAP_SYS_ADMIN",
		    "sudo sysctl kernel.perf_event_paranoid=-1");
	assert_host(check_paranoid, "fixtures/hosts/debian12-perfmon", EACCES, VERDICT_FAIL,
		    "3, where CAP_PERFMON is not enough",
		    "sudo sysctl kernel.perf_event_paranoid=2");
	assert_host(check_paranoid, "fixtures/hosts/everybody", EINVAL, VERDICT_OK,
		    "-1, which lets everybody trace", "");
	/* From inside, nobody can change it. */
	assert_host(check_paranoid, "fixtures/hosts/container", EPERM, VERDICT_WARN,
		    "2, at which tracing needs CAP_PERFMON or CAP_SYS_ADMIN", "");
	assert_host(check_paranoid, "fixtures/hosts", EINVAL, VERDICT_WARN,
		    "unknown: /proc does not tell", "");
	assert_host(check_paranoid, "fixtures/hosts", ENOSYS, VERDICT_FAIL,
		    "none: this kernel is built without perf events", "");
}

static void test_capabilities(void **state)
{
	(void)state;
	assert_host(check_capabilities, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK,
		    "CAP_SYS_ADMIN, CAP_PERFMON", "");
	assert_host(check_capabilities, "fixtures/hosts/linux419-root", EINVAL, VERDICT_OK,
		    "CAP_SYS_ADMIN", "");
	assert_host(check_capabilities, "fixtures/hosts/debian12-perfmon", EACCES, VERDICT_OK,
		    "CAP_PERFMON", "");
	assert_host(check_capabilities, "fixtures/hosts/linux618-nobody", EINVAL, VERDICT_FAIL,
		    "neither CAP_PERFMON nor CAP_SYS_ADMIN", "sudo perf_exec_trace ...");
	assert_host(check_capabilities, "fixtures/hosts/user-namespace", EINVAL, VERDICT_FAIL,
		    "those of a user namespace, which do not count",
		    "outside of this user namespace: sudo perf_exec_trace ...");
	assert_host(check_capabilities, "fixtures/hosts/everybody", EINVAL, VERDICT_OK,
		    "none needed at this perf_event_paranoid", "");
	assert_host(check_capabilities, "fixtures/hosts", EINVAL, VERDICT_WARN,
		    "unknown: /proc does not tell", "");
}

static void test_seccomp(void **state)
{
	(void)state;
	assert_host(check_seccomp, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK, "off", "");
	assert_host(check_seccomp, "fixtures/hosts/container", EINVAL, VERDICT_OK,
		    "a filter that lets perf_event_open pass", "");
	assert_host(check_seccomp, "fixtures/hosts", EINVAL, VERDICT_OK,
		    "unknown, but perf_event_open passes", "");
	assert_host(check_seccomp, "fixtures/hosts/container", ENOSYS, VERDICT_FAIL,
		    "a filter that refuses perf_event_open",
		    "docker run --cap-add PERFMON --security-opt seccomp=unconfined --pid host "
		    "-v /sys/kernel/tracing:/sys/kernel/tracing:ro ...");
	assert_host(check_seccomp, "fixtures/hosts/linux618-root", EPERM, VERDICT_FAIL,
		    "no filter, but a sandbox that refuses perf_event_open",
		    "run perf_exec_trace outside of the sandbox");
}

static void test_lockdown(void **state)
{
	struct check check = check_of("fixtures/hosts/debian13-lockdown", EINVAL);

	(void)state;
	assert_host(check_lockdown, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK, "none", "");
	assert_host(check_lockdown, "fixtures/hosts/linux618-root", EINVAL, VERDICT_OK,
		    "unknown: no /sys/kernel/security/lockdown", "");

	check.formats = -ENOENT;
	assert_row(check_lockdown, &check, VERDICT_FAIL,
		   "confidentiality: there are no tracepoints",
		   "boot without lockdown=confidentiality");
	check.formats = 0;
	assert_row(check_lockdown, &check, VERDICT_OK,
		   "confidentiality, set after boot: the tracepoints remain", "");
	check.formats_dir = "formats";
	assert_row(check_lockdown, &check, VERDICT_WARN,
		   "confidentiality: if set at boot, there are no tracepoints", "");
	check.host.lockdown = LOCKDOWN_INTEGRITY;
	assert_row(check_lockdown, &check, VERDICT_OK, "integrity, which lets perf trace", "");
	check.host.lockdown = LOCKDOWN_UNKNOWN;
	check.formats = -ENOENT;
	assert_row(check_lockdown, &check, VERDICT_WARN,
		   "unknown: no /sys/kernel/security/lockdown", "");
}

static void test_ring_memory(void **state)
{
	struct check check = check_of("fixtures/hosts/linux618-nobody", EINVAL);

	(void)state;
	assert_host(check_ring_memory, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK,
		    "no limit (CAP_IPC_LOCK)", "");
	assert_host(check_ring_memory, "fixtures/hosts/everybody", EINVAL, VERDICT_OK,
		    "no limit at this perf_event_paranoid", "");
	assert_row(check_ring_memory, &check, VERDICT_OK, "516 KiB a CPU and 8192 KiB more", "");
	/* 2 × 1028 KiB are wanted, 2 × 516 KiB are free for all. */
	check.memlock_kb = 1024;
	assert_row(check_ring_memory, &check, VERDICT_OK, "516 KiB a CPU and 1024 KiB more", "");
	check.memlock_kb = 1023;
	assert_row(check_ring_memory, &check, VERDICT_WARN,
		   "516 KiB a CPU and 1023 KiB more, for rings of 1028 KiB: they become smaller, "
		   "and overflow sooner",
		   "sudo sysctl kernel.perf_event_mlock_kb=1028");
	check.memlock_kb = UINT64_MAX;
	assert_row(check_ring_memory, &check, VERDICT_OK, "no limit (RLIMIT_MEMLOCK)", "");
	assert_host(check_ring_memory, "fixtures/hosts", EINVAL, VERDICT_WARN,
		    "unknown: /proc does not tell", "");
}

static void test_open_files(void **state)
{
	struct check check = check_of("fixtures/hosts/debian12-root", EINVAL);

	(void)state;
	assert_row(check_open_files, &check, VERDICT_OK, "1024, of which 2 CPUs take 8", "");
	check.cpus = 512;
	check.files_wanted = 2048;
	check.files_suffice = false;
	assert_row(check_open_files, &check, VERDICT_FAIL, "1024, of which 512 CPUs take 2048",
		   "sudo prlimit --pid $$ --nofile=2112");
	check.host.bounding = 0;
	assert_row(check_open_files, &check, VERDICT_FAIL, "1024, of which 512 CPUs take 2048",
		   "docker run --ulimit nofile=2112 ...");
	check.cpus = 0;
	assert_row(check_open_files, &check, VERDICT_WARN, "1024, for an unknown number of CPUs",
		   "");
}

static void test_cgroups(void **state)
{
	struct check check = check_of("fixtures/hosts/debian12-root", EINVAL);

	(void)state;
	check.cgroups = CGROUPS_TOLD;
	assert_row(check_cgroups, &check, VERDICT_OK, "version 2", "");
	check.cgroups = CGROUPS_ROOT_ONLY;
	assert_row(check_cgroups, &check, VERDICT_WARN,
		   "version 2, but all tasks may seem to be in /",
		   "enable a controller in the root's cgroup.subtree_control, as systemd does");
	check.cgroups = CGROUPS_OF_V1;
	assert_row(check_cgroups, &check, VERDICT_WARN, "unknown: perf_event is of version 1 here",
		   "");
	check.cgroups = CGROUPS_NOT_MOUNTED;
	assert_row(check_cgroups, &check, VERDICT_WARN,
		   "unknown: cgroup2 is not mounted here as a whole", "");
}

static void test_pid_namespace(void **state)
{
	(void)state;
	assert_host(check_pid_namespace, "fixtures/hosts/debian12-root", EINVAL, VERDICT_OK,
		    "the host's", "");
	assert_host(check_pid_namespace, "fixtures/hosts/container", EINVAL, VERDICT_WARN,
		    "a container's: events carry the host's pids", "docker run --pid host ...");
}

/* ---- the table ---- */

static void assert_printed(int verdict, const char *found, const char *remedy, const char *expected)
{
	struct error row;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	error_set(&row, 0, "%s", found);
	error_remedy(&row, "%s", remedy);
	check_table_row(out, "what", verdict, &row);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_short_rows(void **state)
{
	(void)state;
	assert_printed(VERDICT_OK, "all of 3", "",
		       "what                 all of 3"
		       "                                            ok\n");
	assert_printed(VERDICT_FAIL, "12345678901234567890123456789012345678901234567890", "this",
		       "what                 "
		       "12345678901234567890123456789012345678901234567890  FAIL\n"
		       "                     try: this\n");
}

static void test_long_rows_are_broken(void **state)
{
	(void)state;
	assert_printed(VERDICT_WARN,
		       "12345678 12345678 12345678 12345678 12345678 12345 78 and what follows", "",
		       "what                 12345678 12345678 12345678 12345678 12345678 12345  "
		       "warn\n"
		       "                     78 and what follows\n");
	assert_printed(VERDICT_WARN,
		       "/12345678/12345678/12345678/12345678/12345678/123/"
		       "1234567890123456789012345678901234567890123456789012345",
		       "",
		       "what                 /12345678/12345678/12345678/12345678/12345678/123/  "
		       "warn\n"
		       "                     12345678901234567890123456789012345678901234567890\n"
		       "                     12345\n");
}

/* ---- this host ---- */

struct outcome {
	char *text;
	int code;
};

static struct outcome run_check(const char *formats)
{
	struct outcome outcome;
	size_t size;
	FILE *out = open_memstream(&outcome.text, &size);

	assert_non_null(out);
	outcome.code = check_host(out, formats);
	fclose(out);
	return outcome;
}

/* What the table says of WHAT, and behind that to its end. */
static const char *row_of(const char *text, const char *what)
{
	char begin[64];

	snprintf(begin, sizeof(begin), "\n%s ", what);
	const char *row = strstr(text, begin);
	assert_non_null(row);
	return row + 1;
}

static void test_the_table_is_80_columns_wide(void **state)
{
	struct outcome outcome = run_check(NULL);

	(void)state;
	for (const char *line = outcome.text; *line; line = strchr(line, '\n') + 1) {
		const char *end = strchr(line, '\n');
		const char *remedy = strstr(line, "try: ");

		assert_non_null(end);
		if (!remedy || remedy > end)
			assert_true(end - line <= 80);
	}
	free(outcome.text);
}

static void test_the_status_says_what_the_table_says(void **state)
{
	struct outcome outcome = run_check(NULL);

	(void)state;
	assert_true(outcome.code == 0 || outcome.code == -EPERM);
	assert_int_equal(strstr(outcome.text, "  FAIL\n") != NULL, outcome.code == -EPERM);
	if (outcome.code == 0)
		assert_memory_equal(row_of(outcome.text, "perf backend"),
				    "perf backend         works", 26);
	free(outcome.text);
}

static void test_formats_that_are_not_there(void **state)
{
	struct outcome outcome = run_check("/nowhere");

	(void)state;
	assert_int_equal(outcome.code, -EPERM);
	assert_non_null(strstr(outcome.text, "not needed: --formats /nowhere"));
	assert_non_null(strstr(outcome.text, "/nowhere/events: No such file or directory"));
	assert_memory_equal(row_of(outcome.text, "perf backend"), "perf backend         not tried",
			    30);
	assert_memory_equal(row_of(outcome.text, "exit status"), "exit status          not tried",
			    30);
	free(outcome.text);
}

static void make_directory(char *path, const char *name)
{
	strcat(path, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_directories(char *path, const char *top)
{
	while (strlen(path) >= strlen(top)) {
		assert_int_equal(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
	}
}

static void test_a_format_file_that_is_broken(void **state)
{
	char top[] = "/tmp/check.XXXXXX";
	char path[128], file[160];

	(void)state;
	assert_non_null(mkdtemp(top));
	strcpy(path, top);
	make_directory(path, "/events");
	make_directory(path, "/sched");
	make_directory(path, "/sched_process_fork");
	snprintf(file, sizeof(file), "%s/format", path);
	FILE *format = fopen(file, "w");
	assert_non_null(format);
	fputs("name: sched_process_fork\nID: many\n", format);
	fclose(format);

	struct outcome outcome = run_check(top);
	assert_int_equal(outcome.code, -EPERM);
	assert_non_null(strstr(outcome.text, "\nformat files         /tmp/check."));
	assert_memory_equal(row_of(outcome.text, "perf backend"), "perf backend         not tried",
			    30);
	free(outcome.text);
	unlink(file);
	remove_directories(path, top);
}

static int check_as_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 1;
	struct outcome outcome = run_check("formats/amd64-6.18.15+deb13");
	bool remedied = strstr(outcome.text, "try: ") != NULL;

	free(outcome.text);
	/* At perf_event_paranoid -1 everybody may. */
	return outcome.code == 0 || (outcome.code == -EPERM && remedied) ? 0 : 2;
}

static void test_without_privileges(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0 || access("/sys/devices/system/cpu/online", R_OK) < 0)
		skip();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(check_as_nobody());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paranoid),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_seccomp),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_ring_memory),
		cmocka_unit_test(test_open_files),
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_pid_namespace),
		cmocka_unit_test(test_short_rows),
		cmocka_unit_test(test_long_rows_are_broken),
		cmocka_unit_test(test_the_table_is_80_columns_wide),
		cmocka_unit_test(test_the_status_says_what_the_table_says),
		cmocka_unit_test(test_formats_that_are_not_there),
		cmocka_unit_test(test_a_format_file_that_is_broken),
		cmocka_unit_test(test_without_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
