/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/sources.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "source/notice.h"
#include "source/request.h"

const struct source_type *const source_types[] = {
	&perf_source_type,     &sideband_source_type,  &connector_source_type,
	&bpftrace_source_type, &execsnoop_source_type, NULL,
};

const struct source_type *source_type_find(const char *name)
{
	for (size_t i = 0; source_types[i]; i++) {
		if (strcmp(source_types[i]->name, name) == 0)
			return source_types[i];
	}
	return NULL;
}

void source_type_names(char *names, size_t size)
{
	size_t used = (size_t)snprintf(names, size, "auto");

	for (size_t i = 0; source_types[i] && used < size; i++)
		used += (size_t)snprintf(names + used, size - used, "%s%s",
					 source_types[i + 1] ? ", " : " or ",
					 source_types[i]->name);
}

/* ---- what a type can serve ---- */

static int refuse(const struct source_type *type, const char *what, struct error *err)
{
	return error_set(err, -EINVAL, "-b %s cannot serve %s", type->name, what);
}

static int check_events(const struct source_type *type, const struct request *request,
			struct error *err)
{
	static const char *const options[] = {"-e fork", "-e exec", "-e exit"};

	if (request->events & EVENT_BIT(EVENT_EXEC_FAILED) & ~type->events)
		return refuse(type, "--failed-execs: it tells of no exec that failed", err);
	/* What is asked for by name; all of them is what there is. */
	if ((request->events & EVENT_SHOWABLE) == EVENT_SHOWABLE)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++) {
		if (request->events & EVENT_BIT(i) & ~type->events)
			return refuse(type, options[i], err);
	}
	return 0;
}

int source_type_serves(const struct source_type *type, const struct request *request,
		       struct error *err)
{
	if (request->raw && !type->has_records)
		return refuse(type, "--raw: its events have no records", err);
	if (request->formats && !type->has_records)
		return refuse(type, "--formats: it has no formats", err);
	if (request->probe_bytes && !type->has_records)
		return refuse(type, "--argv-probe: it opens no tracepoints", err);
	if (request->mmap_pages && !type->has_rings)
		return refuse(type, "-m: it has no such rings", err);
	if (request->filter.has_uid && !type->has_users)
		return refuse(type, "-u: it does not tell users", err);
	if (request->environment && !type->has_users)
		return refuse(type, "--env: it does not tell the environment", err);
	if (request->units && !(type->serves & NEED_CGROUP))
		return refuse(type, "--units: it does not tell cgroups", err);
	if (request->cwd && !(type->serves & NEED_CWD))
		return refuse(type, "--cwd: it does not tell directories", err);
	if (request->exe && !(type->serves & NEED_EXE))
		return refuse(type, "--exe: it does not tell executables", err);
	if (request->session && !(type->serves & NEED_SESSION))
		return refuse(type, "--session: it does not tell sessions", err);
	if (request->usage && !(type->serves & NEED_USAGE))
		return refuse(type, "--usage: it does not tell what processes used", err);
	if (request->filter.cgroup && !(type->serves & NEED_CGROUP))
		return refuse(type, "-c: it does not tell cgroups", err);
	if (filter_options_want_exits(&request->filter) && !(type->serves & NEED_STATUS))
		return refuse(type, "--failed and --exit: it does not tell exit statuses", err);
	if (request->filter.args && !(type->serves & NEED_ARGUMENTS))
		return refuse(type, "--args: it does not tell arguments", err);
	if ((request->filter.ppid || request->filter.no_threads) && !(type->serves & NEED_TASKS))
		return refuse(type, "-P and --no-threads: it does not tell parents", err);
	if ((request->command || request->follow) && !(type->events & EVENT_BIT(EVENT_FORK)))
		return refuse(type,
			      request->command ? "a COMMAND: it tells of no forks"
					       : "-f: it tells of no forks",
			      err);
	if (type->of_command_only && !request->command)
		return refuse(type, "a trace without a COMMAND", err);
	return check_events(type, request, err);
}

/* ---- opening ---- */

static int try_open(const struct source_type *type, const struct request *request,
		    const struct source_host *host, struct source **source, struct error *err)
{
	int code = source_type_serves(type, request, err);

	return code == 0 ? type->open(request, host, source, err) : code;
}

static void notice_refused(const struct request *request, const struct source_type *type,
			   const struct error *err)
{
	if (request->verbose)
		notice(request, "not -b %s: %s%s%s", type->name, err->what,
		       err->remedy[0] ? "; try: " : "", err->remedy);
}

static void notice_chosen(const struct request *request, const struct source_type *type,
			  bool is_other)
{
	if (is_other)
		notice(request, "using -b %s, the best source that works here%s", type->name,
		       request->verbose ? "" : " (-v says why)");
	if (type->limits)
		notice(request, "-b %s: %s", type->name, type->limits);
}

/* The error of the best type is the one that helps. */
static int open_best(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	int first = 0;

	for (size_t i = 0; source_types[i]; i++) {
		struct error why = {0};
		int code = try_open(source_types[i], request, host, source, &why);

		if (code == 0) {
			*err = (struct error){0};
			notice_chosen(request, source_types[i], i > 0);
			return 0;
		}
		if (i == 0 || code == -EINTR) {
			first = code;
			*err = why;
		}
		if (code == -EINTR)
			break;
		notice_refused(request, source_types[i], &why);
	}
	return first;
}

int sources_open(const struct request *request, const struct source_host *host,
		 struct source **source, struct error *err)
{
	if (!request->backend)
		return open_best(request, host, source, err);
	int code = try_open(request->backend, request, host, source, err);
	if (code == 0)
		notice_chosen(request, request->backend, false);
	return code;
}
