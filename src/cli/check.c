/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/check_state.h"
#include "cli/check_table.h"
#include "decode/exit_paths.h"
#include "decode/format.h"
#include "decode/format_dir.h"
#include "decode/registers.h"
#include "decode/tracepoint.h"
#include "host/cgroups.h"
#include "host/cpu_list.h"
#include "host/diagnose.h"
#include "host/limits.h"
#include "host/state.h"
#include "netlink/taskstats.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "perf/perf_event.h"
#include "run/confine.h"
#include "sandbox/describe.h"
#include "sandbox/sandbox.h"
#include "source/exit_authority.h"
#include "source/exit_probe.h"
#include "source/perf_setup.h"
#include "source/request.h"
#include "source/source.h"

/* ---- rows that try something ---- */

static int check_tracefs(struct check *check, struct error *found)
{
	if (check->formats_dir)
		return error_set(found, VERDICT_OK, "not needed: --formats %.200s",
				 check->formats_dir);
	check->formats = format_dir_open_tracefs(&check->dir, found);
	if (check->formats < 0) {
		diagnose_tracefs(&check->host, check->formats, found);
		return VERDICT_FAIL;
	}
	if (check->dir.origin == FORMAT_DIR_PRIVATE)
		return error_set(found, VERDICT_OK, "not mounted; can be, for the tool alone");
	return error_set(found, VERDICT_OK, "mounted at %s", check->dir.path);
}

/* Read the format of tracepoint INDEX and enter it into the plan. */
static int read_format(struct check *check, size_t index, struct error *err)
{
	const struct tracepoint_type *type = tracepoint_types[index];
	const struct machine machine = machine_native();
	struct format *format;
	int code = format_dir_read(&check->dir, type->system, type->name, &machine, &format, err);

	if (code < 0)
		return check->formats_dir ? code : diagnose_tracefs(&check->host, code, err);
	check->plan.tracepoints[index].system = type->system;
	check->plan.tracepoints[index].name = type->name;
	check->plan.tracepoints[index].id = format->id;
	check->plan.tracepoint_count = index + 1;
	format_free(format);
	return 0;
}

static int check_formats(struct check *check, struct error *found)
{
	if (check->formats < 0)
		return error_set(found, VERDICT_FAIL, "not looked at, without tracefs");
	if (check->formats_dir)
		check->formats = format_dir_open(&check->dir, check->formats_dir, found);
	if (check->formats < 0)
		return VERDICT_FAIL;
	for (size_t i = 0; check->formats == 0 && i < TRACEPOINTS_SHOWN; i++)
		check->formats = read_format(check, i, found);
	format_dir_close(&check->dir);
	if (check->formats < 0)
		return VERDICT_FAIL;
	return error_set(found, VERDICT_OK, "sched_process_fork, _exec, _exit");
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

static int check_backend(struct check *check, struct error *found)
{
	const struct cpu_ring_plan *plan = &check->plan;
	uint32_t wanted = plan->pages;
	int cpu = -1;

	if (check->formats < 0)
		return error_set(found, VERDICT_FAIL, "not tried, without the format files");
	int code = try_backend(check, &cpu, found);
	if (code < 0) {
		diagnose_refusal(&check->host, code, found);
		return VERDICT_FAIL;
	}
	check->works = true;
	unsigned int missing = PERF_FEATURES_ALL & ~plan->features;
	if (missing)
		return error_set(
			found, VERDICT_WARN, "works on CPU %d, but %s", cpu,
			perf_feature_consequence((enum perf_feature)__builtin_ctz(missing)));
	if (plan->pages < wanted)
		return error_set(found, VERDICT_WARN,
				 "works on CPU %d, with a ring of %u pages, not %u", cpu,
				 plan->pages, wanted);
	return error_set(found, VERDICT_OK, "works: %zu tracepoints and a ring opened on CPU %d",
			 plan->tracepoint_count, cpu);
}

/* Not what tracing takes, but what it can tell. */
static int check_exit_status(struct check *check, struct error *found)
{
	const char *authority = exit_authority_probe();
	struct exit_paths paths;

	if (!check->works)
		return error_set(found, VERDICT_WARN, "not tried, without the perf backend");
	if (authority)
		return error_set(found, VERDICT_OK, "from the kernel's %s", authority);
	int fd = exit_probe(check->plan.tracepoints[TRACEPOINT_EXIT].id,
			    registers_of_this_machine(), &paths);
	if (fd >= 0)
		close(fd);
	if (paths.known)
		return error_set(found, VERDICT_OK, "from registers and call chains");
	return error_set(found, VERDICT_WARN,
			 "from the system calls, which slows all of them while it is traced");
}

/* ---- what is not needed where perf works ---- */

static bool probe(struct check *check, const struct source_type *type, struct error *found)
{
	const struct source_host host = {.wake_fd = -1, .proc_fd = -1, .state = &check->host};
	const struct request request = {0};

	return type->probe(&request, &host, found) == 0;
}

static int check_source(struct check *check, const struct source_type *type, const char *serves,
			struct error *found)
{
	if (!probe(check, type, found))
		return VERDICT_WARN;
	return error_set(found, VERDICT_OK, "-b %s works%s", type->name, serves);
}

static int check_connector(struct check *check, struct error *found)
{
	return check_source(check, &connector_source_type, "", found);
}

static int check_sideband(struct check *check, struct error *found)
{
	return check_source(check, &sideband_source_type, ", for a COMMAND", found);
}

/* Attaching takes seconds, and is left to a trace. */
static int check_tracer(struct check *check, const struct source_type *type, struct error *found)
{
	if (!probe(check, type, found))
		return VERDICT_WARN;
	return error_set(found, VERDICT_OK, "installed; not tried here, but by -b %s", type->name);
}

static int check_bpftrace(struct check *check, struct error *found)
{
	return check_tracer(check, &bpftrace_source_type, found);
}

static int check_execsnoop(struct check *check, struct error *found)
{
	return check_tracer(check, &execsnoop_source_type, found);
}

static int check_taskstats(struct check *check, struct error *found)
{
	(void)check;
	if (taskstats_probe(found) < 0)
		return VERDICT_WARN;
	return error_set(found, VERDICT_OK, "tells exit statuses");
}

/* no_new_privs alone keeps execs from gaining capabilities, so the bounding set does not count. */
static bool is_as_wanted(const struct sandbox_in_force *in_force)
{
	for (unsigned int i = 0; i < SANDBOX_PARTS; i++) {
		if (in_force->codes[i] < 0 && i != SANDBOX_BOUNDING_SET)
			return false;
	}
	return true;
}

static int check_sandbox(struct check *check, struct error *found)
{
	struct sandbox_in_force in_force;
	char text[200];

	if (confine_try(&check->host, &in_force, found) < 0)
		return VERDICT_WARN;
	sandbox_describe_all(&in_force, text, sizeof(text));
	return error_set(found, is_as_wanted(&in_force) ? VERDICT_OK : VERDICT_WARN, "%s", text);
}

/* ---- the whole ---- */

/* In this order: rows go by what those above them found. */
static const struct {
	const char *what;
	check_look *look;
} rows[] = {
	{"tracefs", check_tracefs},
	{"format files", check_formats},
	{"perf_event_paranoid", check_paranoid},
	{"capabilities", check_capabilities},
	{"seccomp", check_seccomp},
	{"lockdown", check_lockdown},
	{"ring memory", check_ring_memory},
	{"open files", check_open_files},
	{"pid namespace", check_pid_namespace},
	{"perf backend", check_backend},
	{"exit status", check_exit_status},
	{"taskstats", check_taskstats},
	{"cgroups", check_cgroups},
	{"perf's sideband", check_sideband},
	{"process connector", check_connector},
	{"bpftrace", check_bpftrace},
	{"execsnoop", check_execsnoop},
	{"sandbox", check_sandbox},
};

static void look_at_limits(struct check *check)
{
	struct rlimit memlock = {0}, files = {0};

	check->ring_kb = (check->plan.pages + 1U) * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	/* The tracepoints and the event that owns the ring. */
	check->files_wanted = (TRACEPOINTS_SHOWN + 1) * check->cpus;
	check->files_suffice = limits_want_files(check->files_wanted) == 0;
	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_MEMLOCK, &memlock);
	check->files = files.rlim_cur;
	check->memlock_kb =
		memlock.rlim_cur == RLIM_INFINITY ? UINT64_MAX : memlock.rlim_cur / 1024;
}

static void look_at_host(struct check *check)
{
	host_state_of_this_host(&check->host);
	check->cgroups = cgroups_of_this_host();
	check->online_code = cpu_list_read(CPU_RINGS_ONLINE, &check->online);
	check->cpus = check->online.count;
	look_at_limits(check);
}

static int print_table(FILE *out, struct check *check)
{
	int worst = VERDICT_OK;

	check_table_head(out);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error found = {0};
		int verdict = rows[i].look(check, &found);

		check_table_row(out, rows[i].what, verdict, &found);
		if (verdict > worst)
			worst = verdict;
	}
	return worst == VERDICT_FAIL ? -EPERM : 0;
}

int check_host(FILE *out, const char *formats)
{
	struct check check = {
		.formats_dir = formats,
		.plan =
			{
				.pages = PERF_RING_SIZE / (uint32_t)sysconf(_SC_PAGESIZE),
				.comm = true,
				.may_shrink = true,
				.features = PERF_FEATURES_ALL,
			},
	};

	look_at_host(&check);
	int code = print_table(out, &check);
	cpu_list_done(&check.online);
	return code;
}
