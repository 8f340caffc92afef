/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/check_state.h"
#include "cli/check_table.h"
#include "decode/decoder.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "decode/registers.h"
#include "decode/tracepoint.h"
#include "host/cgroups.h"
#include "host/cpu_list.h"
#include "host/diagnose.h"
#include "host/limits.h"
#include "host/state.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "perf/perf_event.h"
#include "source/exit_probe.h"
#include "source/perf_setup.h"

/* All that is looked at, and the rows that come of trying something. */
struct check {
	struct check_facts facts;
	struct cpu_list online;
	int online_code; /* of reading that */
	struct cpu_ring_plan plan;
	struct check_row tracefs, formats;
};

static void row_of_error(struct check_row *row, const struct error *err)
{
	row->verdict = VERDICT_FAIL;
	row->text = *err;
}

static int open_dir(const char *path, struct check *check, struct format_dir *dir)
{
	struct error err = {0};
	int code;

	if (path) {
		code = format_dir_open(dir, path, &err);
		check_row_set(&check->tracefs, VERDICT_OK, "not needed: --formats %.200s", path);
		if (code < 0)
			row_of_error(&check->formats, &err);
		return code;
	}
	code = format_dir_open_tracefs(dir, &err);
	if (code < 0) {
		diagnose_tracefs(&check->facts.host, code, &err);
		row_of_error(&check->tracefs, &err);
		check_row_set(&check->formats, VERDICT_FAIL, "not looked at, without tracefs");
	} else if (dir->origin == FORMAT_DIR_PRIVATE) {
		check_row_set(&check->tracefs, VERDICT_OK,
			      "not mounted; can be, for the tool alone");
	} else {
		check_row_set(&check->tracefs, VERDICT_OK, "mounted at %s", dir->path);
	}
	return code;
}

/* Read the format of tracepoint INDEX and enter it into the plan. */
static int read_format(struct check *check, const struct format_dir *dir, size_t index)
{
	const struct machine machine = machine_native();
	struct error err = {0};
	struct format *format;
	int code = format_dir_read(dir, tracepoint_types[index]->system,
				   tracepoint_types[index]->name, &machine, &format, &err);

	if (code < 0) {
		if (dir->origin != FORMAT_DIR_GIVEN)
			diagnose_tracefs(&check->facts.host, code, &err);
		row_of_error(&check->formats, &err);
		return code;
	}
	check->plan.tracepoints[index].system = tracepoint_types[index]->system;
	check->plan.tracepoints[index].name = tracepoint_types[index]->name;
	check->plan.tracepoints[index].id = format->id;
	check->plan.tracepoint_count = index + 1;
	format_free(format);
	return 0;
}

static int look_at_formats(struct check *check, const char *path)
{
	struct format_dir dir;
	int code = open_dir(path, check, &dir);

	if (code < 0)
		return code;
	for (size_t i = 0; code == 0 && i < TRACEPOINTS_SHOWN; i++)
		code = read_format(check, &dir, i);
	if (code == 0)
		check_row_set(&check->formats, VERDICT_OK, "sched_process_fork, _exec, _exit");
	format_dir_close(&dir);
	return code;
}

static void look_at_limits(struct check *check)
{
	struct rlimit memlock = {0}, files = {0};
	struct check_facts *facts = &check->facts;

	facts->cpus = check->online.count;
	facts->ring_kb = (check->plan.pages + 1U) * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	/* The tracepoints and the event that owns the ring. */
	facts->files_wanted = (TRACEPOINTS_SHOWN + 1) * facts->cpus;
	facts->files_suffice = limits_want_files(facts->files_wanted) == 0;
	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_MEMLOCK, &memlock);
	facts->files = files.rlim_cur;
	facts->memlock_kb =
		memlock.rlim_cur == RLIM_INFINITY ? UINT64_MAX : memlock.rlim_cur / 1024;
}

static void look_at_host(struct check *check)
{
	host_facts_of_this_host(&check->facts.host);
	check->facts.cgroups = cgroups_of_this_host();
	check->online_code = cpu_list_read(CPU_RINGS_ONLINE, &check->online);
	look_at_limits(check);
}

/* Open and map everything on the first CPU that stays online meanwhile. */
static int try_backend(struct check *check, int *cpu, struct error *err)
{
	int code = error_set(err, -ENODEV, "no CPU in " CPU_RINGS_ONLINE " could be opened");

	if (check->online_code < 0)
		return error_set(err, check->online_code, "cannot read " CPU_RINGS_ONLINE ": %s",
				 strerror(-check->online_code));
	for (size_t i = 0; code == -ENODEV && i < check->online.count; i++) {
		struct cpu_ring *ring = NULL;

		*cpu = check->online.cpus[i];
		code = cpu_ring_open(&check->plan, *cpu, &ring, err);
		if (code == 0)
			cpu_ring_close(ring);
	}
	return code;
}

static void describe_backend(const struct check *check, int cpu, uint32_t wanted,
			     struct check_row *row)
{
	const struct cpu_ring_plan *plan = &check->plan;
	unsigned int missing = PERF_FEATURES_ALL & ~plan->features;

	if (missing)
		check_row_set(row, VERDICT_WARN, "works on CPU %d, but %s", cpu,
			      perf_feature_consequence((enum perf_feature)__builtin_ctz(missing)));
	else if (plan->pages < wanted)
		check_row_set(row, VERDICT_WARN, "works on CPU %d, with a ring of %u pages, not %u",
			      cpu, plan->pages, wanted);
	else
		check_row_set(row, VERDICT_OK, "works: %zu tracepoints and a ring opened on CPU %d",
			      plan->tracepoint_count, cpu);
}

static void check_backend(struct check *check, struct check_row *row)
{
	uint32_t wanted = check->plan.pages;
	struct error err = {0};
	int cpu = -1;

	if (check->facts.formats < 0) {
		check_row_set(row, VERDICT_FAIL, "not tried, without the format files");
		return;
	}
	int code = try_backend(check, &cpu, &err);
	if (code < 0) {
		diagnose_refusal(&check->facts.host, code, &err);
		row_of_error(row, &err);
	} else {
		describe_backend(check, cpu, wanted, row);
	}
}

/* Not what tracing takes, but what it can tell. */
static void check_exit_status(const struct check *check, bool works, struct check_row *row)
{
	struct exit_paths paths;

	if (!works) {
		check_row_set(row, VERDICT_WARN, "not tried, without the perf backend");
		return;
	}
	int fd = exit_probe(check->plan.tracepoints[TRACEPOINT_EXIT].id,
			    registers_of_this_machine(), &paths);
	if (fd >= 0)
		close(fd);
	if (paths.known)
		check_row_set(row, VERDICT_OK, "from registers and call chains");
	else
		check_row_set(row, VERDICT_WARN,
			      "from the system calls, which slows all of them while it is traced");
}

static int print_table(FILE *out, struct check *check)
{
	static const struct {
		const char *what;
		void (*look)(const struct check_facts *facts, struct check_row *row);
	} of_facts[] = {
		{"perf_event_paranoid", check_paranoid},
		{"capabilities", check_capabilities},
		{"seccomp", check_seccomp},
		{"lockdown", check_lockdown},
		{"ring memory", check_ring_memory},
		{"open files", check_open_files},
		{"pid namespace", check_pid_namespace},
	};
	struct check_row row;
	bool failed =
		check->tracefs.verdict == VERDICT_FAIL || check->formats.verdict == VERDICT_FAIL;

	check_table_head(out);
	check_table_row(out, "tracefs", &check->tracefs);
	check_table_row(out, "format files", &check->formats);
	for (size_t i = 0; i < ARRAY_SIZE(of_facts); i++) {
		of_facts[i].look(&check->facts, &row);
		check_table_row(out, of_facts[i].what, &row);
		failed = failed || row.verdict == VERDICT_FAIL;
	}
	check_backend(check, &row);
	check_table_row(out, "perf backend", &row);
	failed = failed || row.verdict == VERDICT_FAIL;
	check_exit_status(check, row.verdict != VERDICT_FAIL, &row);
	check_table_row(out, "exit status", &row);
	check_cgroups(&check->facts, &row);
	check_table_row(out, "cgroups", &row);
	return failed ? -EPERM : 0;
}

int check_host(FILE *out, const char *formats)
{
	struct check check = {
		.plan =
			{
				.pages = PERF_RING_SIZE / (uint32_t)sysconf(_SC_PAGESIZE),
				.comm = true,
				.may_shrink = true,
				.features = PERF_FEATURES_ALL,
			},
	};

	look_at_host(&check);
	check.facts.formats_of_kernel = !formats;
	check.facts.formats = look_at_formats(&check, formats);
	int code = print_table(out, &check);
	cpu_list_done(&check.online);
	errno = EIO;
	if (fflush(out) != 0 || ferror(out))
		return -errno;
	return code;
}
