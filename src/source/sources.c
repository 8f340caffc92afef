/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "source/notice.h"
#include "source/request.h"

const struct source_type *const source_types[] = {
	&perf_source_type,
	&bpftrace_source_type,
	&execsnoop_source_type,
	NULL,
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

	/* What is asked for by name; all of them is what there is. */
	if (request->events == EVENT_SHOWABLE)
		return 0;
	for (unsigned int i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
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
	if (request->mmap_pages && !type->has_records)
		return refuse(type, "-m: it has no such rings", err);
	if (filter_options_facts(&request->filter) & ~type->facts)
		return refuse(type, "a filter on what it does not tell", err);
	if (type->of_command_only && !request->command)
		return refuse(type, "a trace without a COMMAND", err);
	return check_events(type, request, err);
}

/* ---- opening ---- */

/* What is asked for and cannot be told is unknown in every event: that is said once. */
static void notice_missing_facts(const struct request *request, const struct source_type *type)
{
	static const char *const names[FACTS] = {
		[FACT_TASKS] = "kinds and parents of tasks",
		[FACT_ARGUMENTS] = "arguments and users",
		[FACT_STATUS] = "exit statuses",
		[FACT_CGROUP] = "cgroups",
	};
	char list[128] = "";

	for (unsigned int i = 0; i < FACTS; i++) {
		size_t used = strlen(list);

		if (request->facts & FACT_BIT(i) & ~type->facts)
			snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "",
				 names[i]);
	}
	if (list[0] != '\0')
		notice(request, "-b %s does not tell: %s", type->name, list);
}

static void notice_missing_events(const struct request *request, const struct source_type *type)
{
	if (EVENT_SHOWABLE & ~type->events && request->events == EVENT_SHOWABLE)
		notice(request, "-b %s tells of execs only", type->name);
}

static int try_open(const struct source_type *type, const struct request *request,
		    const struct source_host *host, struct source **source, struct error *err)
{
	int code = source_type_serves(type, request, err);

	if (code == 0)
		code = type->open(request, host, source, err);
	if (code < 0)
		return code;
	notice_missing_events(request, type);
	notice_missing_facts(request, type);
	return 0;
}

static void notice_refused(const struct request *request, const struct source_type *type,
			   const struct error *err)
{
	if (request->verbose)
		notice(request, "not -b %s: %s%s%s", type->name, err->what,
		       err->remedy[0] ? "; try: " : "", err->remedy);
}

/* The error of the best type is the one that helps. */
static int open_best(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	int first = 0;

	for (size_t i = 0; source_types[i]; i++) {
		struct error why = {0};
		int code = try_open(source_types[i], request, host, source, &why);

		if (code == 0 && i > 0)
			notice(request, "backend: %s", source_types[i]->name);
		if (code == 0 || code == -EINTR)
			return code;
		notice_refused(request, source_types[i], &why);
		if (i == 0) {
			first = code;
			*err = why;
		}
	}
	return first;
}

int sources_open(const struct request *request, const struct source_host *host,
		 struct source **source, struct error *err)
{
	return request->backend ? try_open(request->backend, request, host, source, err)
				: open_best(request, host, source, err);
}
