/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/terminal.h"
#include "cli/check_advice.h"
#include "cli/check_json.h"
#include "cli/check_row.h"
#include "cli/check_state.h"
#include "cli/check_table.h"
#include "cli/check_trials.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "host/cgroups.h"
#include "host/cpu_list.h"
#include "host/limits.h"
#include "host/state.h"
#include "perf/cpu_rings.h"
#include "sink/text/json_writer.h"
#include "source/perf_setup.h"
#include "source/request.h"
#include "source/source.h"
#include "source/sources.h"

#define WIDTH_DEFAULT 80

/* ---- the sources ---- */

/* The best one is the one that tracing needs. */
static enum verdict verdict_on(const struct source_type *type, int code)
{
	if (code < 0)
		return type == source_types[0] ? VERDICT_FAIL : VERDICT_WARN;
	return code == 0 ? VERDICT_OK : VERDICT_WARN;
}

static int probe(const struct check *check, const struct source_type *type, struct error *found)
{
	const struct source_host host = {.wake_fd = -1, .proc_fd = -1, .state = &check->host};
	const struct request request = {
		.events = EVENT_SHOWABLE,
		.formats = (char *)(uintptr_t)check->formats_dir,
	};

	if (type->has_records && check->formats < 0)
		return error_set(found, check->formats, "not tried, without the format files");
	int code = type->probe(&request, &host, found);
	return code == 0 && !found->what[0] ? error_set(found, 0, "works") : code;
}

static void look_at_source(const struct check *check, const struct source_type *type,
			   struct check_row *row)
{
	int code = probe(check, type, &row->found);

	snprintf(row->what, sizeof(row->what), "-b %s", type->name);
	row->source = type;
	row->works = code >= 0;
	row->verdict = verdict_on(type, code);
}

/* ---- the whole ---- */

struct row_type {
	const char *what;
	check_look *look;
};

/* Rows go by what those above them found: conditions, sources, and what a trace gets then. */
static const struct row_type conditions[] = {
	{"tracefs", check_tracefs},
	{"format files", check_formats},
	{"perf_event_paranoid", check_paranoid},
	{"capabilities", check_capabilities},
	{"seccomp", check_seccomp},
	{"lockdown", check_lockdown},
	{"ring memory", check_ring_memory},
	{"open files", check_open_files},
	{"pid namespace", check_pid_namespace},
};

static const struct row_type details[] = {
	{"exit status", check_exit_status},   {"taskstats", check_taskstats},
	{"cgroups", check_cgroups},           {"argv probe", check_argv_probe},
	{"failed execs", check_failed_execs}, {"sandbox", check_sandbox},
};

static void look_at_limits(struct check *check)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct rlimit memlock = {0}, files = {0};

	check->ring_kb = (PERF_RING_SIZE + page) / 1024;
	/* The tracepoints and the event that owns the ring. */
	check->files_wanted = (TRACEPOINTS_SHOWN + 1) * check->cpus;
	check->files_suffice = limits_want_files((size_t)check->files_wanted) == 0;
	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_MEMLOCK, &memlock);
	check->files = files.rlim_cur;
	check->memlock_kb =
		memlock.rlim_cur == RLIM_INFINITY ? UINT64_MAX : memlock.rlim_cur / 1024;
}

static void look_at_host(struct check *check)
{
	struct cpu_list online;

	host_state_of_this_host(&check->host);
	check->cgroups = cgroups_of_this_host();
	if (cpu_list_read(CPU_RINGS_ONLINE, &online) == 0) {
		check->cpus = online.count;
		cpu_list_done(&online);
	}
	look_at_limits(check);
}

/* Where it goes, and how. */
struct check_output {
	FILE *out;
	unsigned int width;
	struct json_writer *json; /* NULL: the table */
};

static void put_row(struct check *check, const struct check_output *output,
		    const struct check_row *row)
{
	check_sum_add(&check->sum, row);
	if (output->json)
		check_json_row(output->json, row);
	else
		check_table_row(output->out, output->width, row);
}

static void put_rows(struct check *check, const struct check_output *output,
		     const struct row_type *types, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct check_row row = {0};

		snprintf(row.what, sizeof(row.what), "%s", types[i].what);
		row.verdict = (enum verdict)types[i].look(check, &row.found);
		put_row(check, output, &row);
	}
}

static void put_sources(struct check *check, const struct check_output *output)
{
	for (size_t i = 0; source_types[i]; i++) {
		struct check_row row = {0};

		look_at_source(check, source_types[i], &row);
		put_row(check, output, &row);
	}
}

static void put_end(const struct check *check, const struct check_output *output)
{
	struct check_advice advice;

	check_advise(&check->sum, &check->host, check->formats, &advice);
	if (output->json)
		check_json_end(output->json, check->sum.worst, &advice);
	else
		check_table_advice(output->out, output->width, &advice);
}

/* As of a terminal of 80 columns where it is none. */
static unsigned int width_of(FILE *out)
{
	unsigned int width = terminal_width(fileno(out));

	return width > 0 ? width : WIDTH_DEFAULT;
}

int check_host(FILE *out, const struct check_options *options)
{
	struct check check = {.formats_dir = options->formats};
	struct json_writer json = {.out = out};
	const struct check_output output = {out, width_of(out), options->json ? &json : NULL};

	look_at_host(&check);
	if (options->json)
		check_json_begin(&json, &check);
	else
		check_table_head(out);
	put_rows(&check, &output, conditions, ARRAY_SIZE(conditions));
	put_sources(&check, &output);
	put_rows(&check, &output, details, ARRAY_SIZE(details));
	put_end(&check, &output);
	return check.sum.worst == VERDICT_FAIL ? -EPERM : 0;
}
