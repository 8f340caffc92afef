/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_advice.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "source/sources.h"

/* ---- the sum ---- */

static void add_source(struct check_sum *sum, const struct source_type *type)
{
	if (type == source_types[0])
		sum->works = true;
	else if (type->of_command_only && !sum->of_command)
		sum->of_command = type;
	else if (!type->of_command_only && !sum->other)
		sum->other = type;
}

void check_sum_add(struct check_sum *sum, const struct check_row *row)
{
	if (row->verdict > sum->worst)
		sum->worst = row->verdict;
	if (row->source && row->works)
		add_source(sum, row->source);
	if (row->verdict == VERDICT_FAIL && row->found.remedy[0] && !sum->failure.what[0])
		sum->failure = *row;
}

/* ---- ways to trace nevertheless ---- */

PRINTF_LIKE(3, 4)
static void add_way(struct check_advice *advice, const char *what, const char *fmt, ...)
{
	struct check_way *way = &advice->ways[advice->count++];
	va_list args;

	assert(advice->count <= CHECK_WAYS_MAX);
	snprintf(way->what, sizeof(way->what), "%s", what);
	va_start(args, fmt);
	vsnprintf(way->command, sizeof(way->command), fmt, args);
	va_end(args);
}

static void add_sources(const struct check_sum *sum, struct check_advice *advice)
{
	if (sum->of_command)
		add_way(advice, "a COMMAND, with the privileges that you have",
			"perf_exec_trace -b %s COMMAND", sum->of_command->name);
	if (sum->other)
		add_way(advice, "the whole host, with less detail", "perf_exec_trace -b %s",
			sum->other->name);
}

/* Whether privileges are all that perf lacks. */
static bool lacks_privileges(const struct host_state *host)
{
	if (host->lockdown == LOCKDOWN_CONFIDENTIALITY)
		return false;
	return host->perf_syscall == PERF_SYSCALL_ALLOWED ||
	       (host->perf_syscall == PERF_SYSCALL_REFUSED && host->paranoid > 2);
}

/*
 * Whether the capabilities of a file would do: none is missing here that becoming root would not
 * give, and tracefs, which they cannot mount, is there.
 */
static bool capabilities_suffice(const struct host_state *host, int formats)
{
	static const int wanted[] = {CAP_PERFMON, CAP_DAC_READ_SEARCH, CAP_NET_ADMIN,
				     CAP_SYS_PTRACE, CAP_IPC_LOCK};
	size_t missing = 0;

	if (!host_accepts_perfmon(host) || host->perf_syscall != PERF_SYSCALL_ALLOWED ||
	    (formats < 0 && formats != -EACCES))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (!host_root_has_capability(host, wanted[i]))
			return false;
		missing += !host_has_capability(host, wanted[i]);
	}
	return missing > 0;
}

static void add_privileges(const struct host_state *host, int formats, struct check_advice *advice)
{
	if (!lacks_privileges(host))
		return;
	if (host_root_has_privilege(host) && !host_has_capability(host, CAP_SYS_ADMIN))
		add_way(advice, "the whole host, as root", "sudo perf_exec_trace ...");
	if (!capabilities_suffice(host, formats))
		return;
	add_way(advice, "the whole host, for all who may run the program, once and for all",
		"sudo setcap " CHECK_CAPABILITIES " \"$(command -v perf_exec_trace)\"");
	add_way(advice, "the whole host, as a service, in its unit",
		"AmbientCapabilities=CAP_PERFMON CAP_DAC_READ_SEARCH CAP_NET_ADMIN CAP_SYS_PTRACE");
}

static void add_failure(const struct check_sum *sum, struct check_advice *advice)
{
	char what[sizeof(sum->failure.what) + 16];

	if (!sum->failure.what[0])
		return;
	snprintf(what, sizeof(what), "first, for %s", sum->failure.what);
	add_way(advice, what, "%s", sum->failure.found.remedy);
}

/* ---- the whole ---- */

static const char *words_of(const struct check_sum *sum, size_t ways)
{
	static const char *const working[] = {
		[VERDICT_OK] = "perf works here: nothing to do.",
		[VERDICT_WARN] =
			"perf works here: nothing has to be done. Rows with warn tell what a trace "
			"goes without.",
		[VERDICT_FAIL] = "perf works on one CPU, but a trace of all of them would fail: "
				 "see the rows with FAIL.",
	};

	if (sum->works)
		return working[sum->worst];
	return ways > 0 ? "perf does not work here. What does, or would:"
			: "perf does not work here, and nothing known would change that.";
}

void check_advise(const struct check_sum *sum, const struct host_state *host, int formats,
		  struct check_advice *advice)
{
	advice->count = 0;
	if (sum->works) {
		add_failure(sum, advice);
	} else {
		add_sources(sum, advice);
		size_t before = advice->count;
		add_privileges(host, formats, advice);
		if (advice->count == before)
			add_failure(sum, advice);
	}
	advice->sum = words_of(sum, advice->count);
}
