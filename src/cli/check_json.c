/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/lockdown.h"
#include "host/state.h"

static const char *const verdicts[] = {"ok", "warn", "fail"};

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void put_kernel(struct json_writer *json)
{
	struct utsname name;
	bool known = uname(&name) == 0;

	json_string(json, "kernel", known ? name.release : NULL);
	json_string(json, "machine", known ? name.machine : NULL);
}

/* As /proc/PID/status has it: too large for a number of JSON's. */
static void put_capabilities(struct json_writer *json, const struct host_state *host)
{
	char set[20];

	snprintf(set, sizeof(set), "%016" PRIx64, host->capabilities);
	json_string(json, "capabilities", host->has_capabilities ? set : NULL);
	json_bool(json, "may_trace", host_may_trace(host));
	json_bool(json, "accepts_cap_perfmon", host_accepts_perfmon(host));
}

static void put_number(struct json_writer *json, const char *name, bool known, uint64_t number)
{
	if (known && number <= INT64_MAX)
		json_number(json, name, (int64_t)number);
	else
		json_null(json, name);
}

static void put_limits(struct json_writer *json, const struct check *check)
{
	const struct host_state *host = &check->host;

	if (host->has_paranoid)
		json_number(json, "perf_event_paranoid", host->paranoid);
	else
		json_null(json, "perf_event_paranoid");
	put_number(json, "perf_event_mlock_kb", host->mlock_kb > 0, host->mlock_kb);
	put_number(json, "memlock_kb", true, check->memlock_kb);
	put_number(json, "open_files", true, check->files);
	put_number(json, "cpus", check->cpus > 0, check->cpus);
}

static void put_modes(struct json_writer *json, const struct host_state *host)
{
	static const char *const lockdowns[] = {
		[LOCKDOWN_NONE] = "none",
		[LOCKDOWN_INTEGRITY] = "integrity",
		[LOCKDOWN_CONFIDENTIALITY] = "confidentiality",
	};

	json_string(json, "lockdown", lockdowns[host->lockdown]);
	put_number(json, "seccomp", host->seccomp >= 0, (uint64_t)host->seccomp);
	json_bool(json, "initial_user_namespace", host->initial_user_ns);
	json_bool(json, "initial_pid_namespace", host->initial_pid_ns);
}

void check_json_begin(struct json_writer *json, const struct check *check)
{
	json_begin_object(json, NULL);
	json_number(json, "v", 1);
	json_begin_object(json, "host");
	put_kernel(json);
	json_number(json, "uid", geteuid());
	put_capabilities(json, &check->host);
	put_limits(json, check);
	put_modes(json, &check->host);
	json_end_object(json);
	json_begin_array(json, "rows");
}

static void put_source(struct json_writer *json, const struct check_row *row)
{
	const char *tells[CHECK_TELLS_MAX];

	if (!row->source) {
		json_null(json, "backend");
		return;
	}
	json_begin_object(json, "backend");
	json_string(json, "name", row->source->name);
	json_bool(json, "works", row->works);
	json_bool(json, "command_only", row->source->of_command_only);
	check_tells(row->source, tells);
	json_begin_array(json, "tells");
	for (size_t i = 0; tells[i]; i++)
		json_string(json, NULL, tells[i]);
	json_end_array(json);
	json_end_object(json);
}

void check_json_row(struct json_writer *json, const struct check_row *row)
{
	json_begin_object(json, NULL);
	json_string(json, "what", row->what);
	json_string(json, "verdict", verdicts[row->verdict]);
	json_string(json, "found", row->found.what);
	json_string(json, "remedy", text_or_null(row->found.remedy));
	put_source(json, row);
	json_end_object(json);
}

void check_json_end(struct json_writer *json, enum verdict worst, const struct check_advice *advice)
{
	json_end_array(json);
	json_string(json, "verdict", verdicts[worst]);
	json_string(json, "advice", advice->sum);
	json_begin_array(json, "ways");
	for (size_t i = 0; i < advice->count; i++) {
		json_begin_object(json, NULL);
		json_string(json, "what", advice->ways[i].what);
		json_string(json, "command", advice->ways[i].command);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
	fputc('\n', json->out);
}
