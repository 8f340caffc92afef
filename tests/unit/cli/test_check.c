/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `check`: the rows and the advice that hosts under fixtures/hosts get, the table, JSON, and this
 * host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "cli/check.h"
#include "cli/check_advice.h"
#include "cli/check_json.h"
#include "cli/check_row.h"
#include "cli/check_state.h"
#include "cli/check_table.h"
#include "sink/text/json_writer.h"
#include "source/sources.h"
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
		   "version 2, but all tasks may seem to be in /, until a controller is enabled in "
		   "the root's cgroup.subtree_control, as by systemd",
		   "");
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

struct page {
	FILE *out;
	char *text;
	size_t size;
};

static void page_begin(struct page *page)
{
	page->out = open_memstream(&page->text, &page->size);
	assert_non_null(page->out);
}

static void assert_page(struct page *page, const char *expected)
{
	assert_int_equal(fclose(page->out), 0);
	assert_string_equal(page->text, expected);
	free(page->text);
}

static struct check_row row_of_text(enum verdict verdict, const char *found, const char *remedy)
{
	struct check_row row = {.what = "what", .verdict = verdict};

	error_set(&row.found, 0, "%s", found);
	error_remedy(&row.found, "%s", remedy);
	return row;
}

static void assert_printed(unsigned int width, enum verdict verdict, const char *found,
			   const char *remedy, const char *expected)
{
	const struct check_row row = row_of_text(verdict, found, remedy);
	struct page page;

	page_begin(&page);
	check_table_row(page.out, width, &row);
	assert_page(&page, expected);
}

static void test_short_rows(void **state)
{
	(void)state;
	assert_printed(80, VERDICT_OK, "all of 3", "", "what                 ok       all of 3\n");
	assert_printed(80, VERDICT_FAIL, "12345678901234567890123456789012345678901234567890",
		       "this",
		       "what                 FAIL     "
		       "12345678901234567890123456789012345678901234567890\n"
		       "                              try: this\n");
}

static void test_long_rows_are_broken(void **state)
{
	(void)state;
	assert_printed(80, VERDICT_WARN,
		       "12345678 12345678 12345678 12345678 12345678 12345 78 and what follows", "",
		       "what                 warn     12345678 12345678 12345678 12345678 12345678 "
		       "12345\n"
		       "                              78 and what follows\n");
	assert_printed(80, VERDICT_WARN,
		       "/12345678/12345678/12345678/12345678/12345678/123/"
		       "1234567890123456789012345678901234567890123456789012345",
		       "",
		       "what                 warn     "
		       "/12345678/12345678/12345678/12345678/12345678/123/\n"
		       "                              "
		       "12345678901234567890123456789012345678901234567890\n"
		       "                              12345\n");
	/* Not within a character. */
	assert_printed(50, VERDICT_OK, "1234567890123456789\u00e4bc", "",
		       "what                 ok       1234567890123456789\n"
		       "                              \u00e4bc\n");
}

static void test_commands_are_broken_last(void **state)
{
	(void)state;
	assert_printed(60, VERDICT_OK, "x", "sudo sysctl kernel.x=1234567890",
		       "what                 ok       x\n"
		       "                     try: sudo sysctl kernel.x=1234567890\n");
	assert_printed(60, VERDICT_OK, "x", "sudo sysctl kernel.x=123456789012345678",
		       "what                 ok       x\n"
		       "  try: sudo sysctl kernel.x=123456789012345678\n");
	assert_printed(60, VERDICT_OK, "x",
		       "sudo --one --two --three --four --five --six --seven --eight",
		       "what                 ok       x\n"
		       "  try: sudo --one --two --three --four --five --six \\\n"
		       "       --seven --eight\n");
	assert_printed(60, VERDICT_OK, "x",
		       "sudo 12345678901234567890123456789012345678901234567890123456789 after",
		       "what                 ok       x\n"
		       "  try: sudo \\\n"
		       "       12345678901234567890123456789012345678901234567890123456789 \\\n"
		       "       after\n");
}

/* ---- the whole of a host ---- */

/* A report made of rows that HOST gets and of SOURCES, whether each of source_types works. */
struct report {
	struct check check;
	struct check_row rows[32];
	size_t count;
	struct check_advice advice;
};

static void add_row(struct report *report, const struct check_row *row)
{
	assert_true(report->count < ARRAY_SIZE(report->rows));
	report->rows[report->count++] = *row;
	check_sum_add(&report->check.sum, row);
}

static void add_look(struct report *report, const char *what, check_look *look)
{
	struct check_row row = {0};

	snprintf(row.what, sizeof(row.what), "%s", what);
	row.verdict = (enum verdict)look(&report->check, &row.found);
	add_row(report, &row);
}

static void add_sources(struct report *report, const char *works)
{
	for (size_t i = 0; works[i]; i++) {
		const enum verdict broken = i == 0 ? VERDICT_FAIL : VERDICT_WARN;
		struct check_row row = {.source = source_types[i], .works = works[i] == '+'};

		assert_non_null(source_types[i]);
		row.verdict = row.works ? VERDICT_OK : broken;
		snprintf(row.what, sizeof(row.what), "-b %s", source_types[i]->name);
		error_set(&row.found, 0, row.works ? "works" : "does not work");
		add_row(report, &row);
	}
}

static void report_on(struct report *report, const char *path, int perf_errno, int formats,
		      const char *works)
{
	*report = (struct report){.check = check_of(path, perf_errno)};
	report->check.formats = formats;
	add_look(report, "perf_event_paranoid", check_paranoid);
	add_look(report, "capabilities", check_capabilities);
	add_look(report, "seccomp", check_seccomp);
	add_look(report, "lockdown", check_lockdown);
	add_look(report, "ring memory", check_ring_memory);
	add_look(report, "open files", check_open_files);
	add_look(report, "pid namespace", check_pid_namespace);
	add_sources(report, works);
	report->check.cgroups = CGROUPS_ROOT_ONLY;
	add_look(report, "cgroups", check_cgroups);
	check_advise(&report->check.sum, &report->check.host, formats, &report->advice);
}

static void assert_golden(unsigned int width)
{
	struct page page;
	struct report report;
	char path[64];
	size_t length;

	page_begin(&page);
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EACCES, "-++--");
	check_table_head(page.out);
	for (size_t i = 0; i < report.count; i++)
		check_table_row(page.out, width, &report.rows[i]);
	check_table_advice(page.out, width, &report.advice);
	snprintf(path, sizeof(path), "fixtures/golden/check-%u.txt", width);
	char *expected = load_file(path, &length);
	assert_page(&page, expected);
	free(expected);
}

static void test_golden_tables(void **state)
{
	(void)state;
	assert_golden(60);
	assert_golden(80);
	assert_golden(200);
}

static void test_golden_json(void **state)
{
	struct page page;
	struct report report;
	size_t length;

	(void)state;
	page_begin(&page);
	struct json_writer json = {.out = page.out};
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EACCES, "-++--");
	json_begin_object(&json, NULL);
	json_begin_array(&json, "rows");
	for (size_t i = 0; i < report.count; i++)
		check_json_row(&json, &report.rows[i]);
	check_json_end(&json, report.check.sum.worst, &report.advice);
	char *expected = load_file("fixtures/golden/check.json", &length);
	assert_page(&page, expected);
	free(expected);
}

/* ---- advice ---- */

/* The advice has just these COMMANDS, in this order, ended by NULL. */
static void assert_ways(const struct report *report, const char *const commands[])
{
	size_t count = 0;

	for (; commands[count]; count++) {
		assert_true(count < report->advice.count);
		assert_string_equal(report->advice.ways[count].command, commands[count]);
	}
	assert_int_equal(report->advice.count, count);
}

#define ASSERT_WAYS(report, ...) assert_ways(report, (const char *const[]){__VA_ARGS__ NULL})

#define SETCAP                                              \
	"sudo setcap \"cap_perfmon,cap_dac_read_search=ep " \
	"cap_net_admin,cap_sys_ptrace,cap_ipc_lock=ep\" \"$(command -v perf_exec_trace)\""
#define AMBIENT "AmbientCapabilities=CAP_PERFMON CAP_DAC_READ_SEARCH CAP_NET_ADMIN CAP_SYS_PTRACE"

static void test_advice_where_perf_works(void **state)
{
	struct report report;

	(void)state;
	report_on(&report, "fixtures/hosts/debian12-root", EINVAL, 0, "+++++");
	assert_string_equal(report.advice.sum,
			    "perf works here: nothing has to be done. Rows with warn tell what a "
			    "trace goes without.");
	ASSERT_WAYS(&report, );

	report.check.sum.worst = VERDICT_OK;
	check_advise(&report.check.sum, &report.check.host, 0, &report.advice);
	assert_string_equal(report.advice.sum, "perf works here: nothing to do.");

	report.check.files_suffice = false;
	add_look(&report, "open files", check_open_files);
	check_advise(&report.check.sum, &report.check.host, 0, &report.advice);
	assert_string_equal(report.advice.ways[0].what, "first, for open files");
	ASSERT_WAYS(&report, "sudo prlimit --pid $$ --nofile=72", );
}

static void test_capabilities_where_they_suffice(void **state)
{
	struct report report;

	(void)state;
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EACCES, "-++--");
	ASSERT_WAYS(&report, "perf_exec_trace -b sideband COMMAND", "perf_exec_trace -b connector",
		    "sudo perf_exec_trace ...", SETCAP, AMBIENT, );
	/* tracefs is not mounted, which takes more than they give. */
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EPERM, "-----");
	ASSERT_WAYS(&report, "sudo perf_exec_trace ...", );
	/* Debian's level 3 does not take CAP_PERFMON. */
	report_on(&report, "fixtures/hosts/debian12-nobody", EACCES, -EACCES, "-+---");
	ASSERT_WAYS(&report, "perf_exec_trace -b sideband COMMAND", "sudo perf_exec_trace ...", );
	report_on(&report, "fixtures/hosts/debian12-perfmon", EACCES, 0, "-----");
	ASSERT_WAYS(&report, "sudo perf_exec_trace ...", );
	/* A kernel without it. */
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EACCES, "-----");
	report.check.host.last_capability = 37;
	check_advise(&report.check.sum, &report.check.host, -EACCES, &report.advice);
	ASSERT_WAYS(&report, "sudo perf_exec_trace ...", );
	/* The bounding set has not got all of them. */
	report_on(&report, "fixtures/hosts/linux618-nobody", EINVAL, -EACCES, "-----");
	report.check.host.bounding &= ~(UINT64_C(1) << CAP_SYS_PTRACE);
	check_advise(&report.check.sum, &report.check.host, -EACCES, &report.advice);
	ASSERT_WAYS(&report, "sudo perf_exec_trace ...", );
}

static void test_advice_where_root_cannot_help(void **state)
{
	struct report report;

	(void)state;
	report_on(&report, "fixtures/hosts/container", ENOSYS, -EPERM, "--+--");
	ASSERT_WAYS(&report, "perf_exec_trace -b connector",
		    "docker run --cap-add PERFMON --security-opt seccomp=unconfined --pid host "
		    "-v /sys/kernel/tracing:/sys/kernel/tracing:ro ...", );
	report_on(&report, "fixtures/hosts/debian13-lockdown", EINVAL, -ENOENT, "-----");
	ASSERT_WAYS(&report, "boot without lockdown=confidentiality", );
	/* Who has all capabilities gains none. */
	report_on(&report, "fixtures/hosts/debian12-root", EINVAL, 0, "-----");
	ASSERT_WAYS(&report, );
	report_on(&report, "fixtures/hosts/debian12-root", ENOSYS, 0, "-");
	report.check.sum.failure = (struct check_row){0};
	check_advise(&report.check.sum, &report.check.host, 0, &report.advice);
	ASSERT_WAYS(&report, );
	assert_string_equal(report.advice.sum,
			    "perf does not work here, and nothing known would change that.");
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
	outcome.code = check_host(out, &(struct check_options){.formats = formats});
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

		assert_non_null(end);
		assert_true(end - line <= 80);
	}
	free(outcome.text);
}

static void test_the_status_says_what_the_table_says(void **state)
{
	struct outcome outcome = run_check(NULL);

	(void)state;
	assert_true(outcome.code == 0 || outcome.code == -EPERM);
	assert_int_equal(strstr(outcome.text, " FAIL  ") != NULL, outcome.code == -EPERM);
	if (outcome.code == 0)
		assert_int_equal(strncmp(row_of(outcome.text, "-b perf"),
					 "-b perf              FAIL", 25) == 0,
				 0);
	free(outcome.text);
}

static void test_every_source_has_a_row(void **state)
{
	struct outcome outcome = run_check(NULL);

	(void)state;
	for (size_t i = 0; source_types[i]; i++) {
		char what[32];

		assert_non_null(source_types[i]->probe);
		snprintf(what, sizeof(what), "-b %s", source_types[i]->name);
		row_of(outcome.text, what);
	}
	free(outcome.text);
}

static void test_formats_that_are_not_there(void **state)
{
	struct outcome outcome = run_check("/nowhere");

	(void)state;
	assert_int_equal(outcome.code, -EPERM);
	assert_non_null(strstr(outcome.text, "not needed: --formats /nowhere"));
	assert_non_null(strstr(outcome.text, "/nowhere/events: No such file or directory"));
	assert_memory_equal(row_of(outcome.text, "-b perf"),
			    "-b perf              FAIL     not tried", 39);
	assert_memory_equal(row_of(outcome.text, "exit status"),
			    "exit status          warn     not tried", 39);
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
	assert_non_null(strstr(outcome.text, "\nformat files         FAIL     /tmp/check."));
	assert_memory_equal(row_of(outcome.text, "-b perf"),
			    "-b perf              FAIL     not tried", 39);
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
		cmocka_unit_test(test_commands_are_broken_last),
		cmocka_unit_test(test_golden_tables),
		cmocka_unit_test(test_golden_json),
		cmocka_unit_test(test_advice_where_perf_works),
		cmocka_unit_test(test_capabilities_where_they_suffice),
		cmocka_unit_test(test_advice_where_root_cannot_help),
		cmocka_unit_test(test_the_table_is_80_columns_wide),
		cmocka_unit_test(test_the_status_says_what_the_table_says),
		cmocka_unit_test(test_every_source_has_a_row),
		cmocka_unit_test(test_formats_that_are_not_there),
		cmocka_unit_test(test_a_format_file_that_is_broken),
		cmocka_unit_test(test_without_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
