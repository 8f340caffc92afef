/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/formats.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/suggest.h"
#include "decode/shipped.h"
#include "formats/format_set.h"
#include "formats/report.h"
#include "formats/style.h"

#define STATUS_TROUBLE 2

struct request {
	const char *const *arguments; /* what follows the verb, ended by NULL */
	size_t count;
	bool verbose;
	FILE *out;
};

/* ---- list ---- */

/* Of a name, once it is printable. */
#define SHOWN_SIZE 4096

static void print_row(const struct format_set *set, FILE *out)
{
	char name[SHOWN_SIZE], kernel[SHOWN_SIZE];

	printable(name, sizeof(name), set->name);
	printable(kernel, sizeof(kernel), set->kernel);
	fprintf(out, "%4u  %6zu  %-*s%s%s\n", 8U * set->machine.long_size, set->count,
		*kernel ? 21 : 0, name, *kernel ? "  " : "", kernel);
}

/* A source that cannot be read has its reason instead. */
static void print_unreadable(const char *name, const struct error *err, FILE *out)
{
	char shown[SHOWN_SIZE];

	printable(shown, sizeof(shown), name);
	fprintf(out, "%4s  %6s  %-22s (%s)\n", "-", "-", shown, err->what);
}

static void list_one(const char *name, FILE *out)
{
	struct format_set set;
	struct error err = {0};

	if (format_set_load(name, NULL, &set, &err) < 0) {
		print_unreadable(name, &err, out);
		return;
	}
	print_row(&set, out);
	format_set_done(&set);
}

static int list_all(FILE *out, struct error *err)
{
	struct shipped shipped;

	fputs("BITS  EVENTS  NAME                   KERNEL\n", out);
	list_one("live", out);
	if (shipped_open(&shipped, err) < 0)
		return STATUS_TROUBLE;
	for (size_t i = 0; i < shipped.count; i++)
		list_one(shipped.names[i], out);
	shipped_done(&shipped);
	return 0;
}

/* Malformed formats have been shown as such, or left out: here is what is wrong with them. */
static int complain_of_malformed(const struct format_set *set, struct error *err)
{
	const char *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (set->entries[i].format)
			continue;
		count++;
		if (!first)
			first = set->entries[i].why;
	}
	if (count == 1)
		error_set(err, -EBADMSG, "%s", first);
	else if (count > 1)
		error_set(err, -EBADMSG, "%zu formats are malformed, the first: %.300s", count,
			  first);
	return count > 0 ? STATUS_TROUBLE : 0;
}

static int run_list(const struct request *request, struct error *err)
{
	struct format_set set;

	if (request->count == 0)
		return list_all(request->out, err);
	if (format_set_load(request->arguments[0], NULL, &set, err) < 0)
		return STATUS_TROUBLE;
	report_source(&set, request->out);
	report_events(&set, request->out);
	int status = complain_of_malformed(&set, err);
	format_set_done(&set);
	return status;
}

/* ---- show ---- */

/* Names of events are words; those of kernels have a dash, a file's a dot or a slash. */
static bool is_source(const char *argument)
{
	if (strcmp(argument, "live") == 0)
		return true;
	for (const char *c = argument; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("_:*?[]", *c))
			return true;
	}
	return false;
}

static void suggest_events(const struct format_set *set, struct suggestions *suggestions)
{
	for (size_t i = 0; i < set->count; i++)
		suggest(suggestions, set->entries[i].name);
}

/* B may be NULL. */
static int unknown_event(const struct format_set *a, const struct format_set *b, const char *event,
			 struct error *err)
{
	const char *colon = strchr(event, ':');
	struct suggestions suggestions = {.wanted = colon ? colon + 1 : event};
	char text[sizeof(err->remedy)];

	suggest_events(a, &suggestions);
	if (b)
		suggest_events(b, &suggestions);
	suggestions_text(&suggestions, text, sizeof(text));
	error_set(err, -ENOENT, "%.80s%s%.80s %s no event '%.80s'", a->name, b ? " and " : "",
		  b ? b->name : "", b ? "have" : "has", event);
	if (text[0])
		error_remedy(err, "%s", text);
	return STATUS_TROUBLE;
}

static int unknown_event_of(const char *source, const char *event, struct error *err)
{
	struct format_set set;

	if (format_set_load(source, NULL, &set, err) < 0)
		return STATUS_TROUBLE;
	int status = unknown_event(&set, NULL, event, err);
	format_set_done(&set);
	return status;
}

static int show(const char *source, const char *event, FILE *out, struct error *err)
{
	struct style style = style_get(style_wanted(out));
	struct format_set set;

	/* This host's thousands of events would bury those that matter. */
	if (!event && strcmp(source, "live") == 0)
		event = "sched:sched_process_*";
	if (format_set_load(source, event, &set, err) < 0)
		return STATUS_TROUBLE;
	int status = complain_of_malformed(&set, err);
	if (set.count > 0)
		report_layouts(&set, &style, out);
	else
		status = unknown_event_of(source, event ? event : "*", err);
	format_set_done(&set);
	return status;
}

static int run_show(const struct request *request, struct error *err)
{
	const char *first = request->count > 0 ? request->arguments[0] : NULL;

	if (request->count == 1 && is_source(first))
		return show(first, NULL, request->out, err);
	return show(request->count > 1 ? request->arguments[1] : "live", first, request->out, err);
}

/* ---- diff ---- */

static bool has_event(const struct format_set *set, const char *pattern)
{
	for (size_t i = 0; i < set->count; i++) {
		if (format_pattern_matches(pattern, set->entries[i].system, set->entries[i].name))
			return true;
	}
	return false;
}

static int diff(const struct format_set *a, const struct format_set *b,
		const struct request *request, struct error *err)
{
	const char *event = request->arguments[2];
	struct style style = style_get(style_wanted(request->out));

	if (event && !has_event(a, event) && !has_event(b, event))
		return unknown_event(a, b, event, err);
	int code = report_diff(a, b, event, request->verbose, &style, request->out, err);
	return code < 0 ? STATUS_TROUBLE : code;
}

static int run_diff(const struct request *request, struct error *err)
{
	struct format_set a, b;

	if (format_set_load(request->arguments[0], NULL, &a, err) < 0)
		return STATUS_TROUBLE;
	int status = STATUS_TROUBLE;
	if (format_set_load(request->arguments[1], NULL, &b, err) == 0) {
		status = diff(&a, &b, request, err);
		format_set_done(&b);
	}
	format_set_done(&a);
	return status;
}

/* ---- the whole ---- */

static const struct verb {
	const char *name;
	size_t fewest, most;
	const char *usage;
	int (*run)(const struct request *request, struct error *err);
} verbs[] = {
	{"list", 0, 1, "list [SOURCE]", run_list},
	{"show", 0, 2, "show [EVENT] [SOURCE]", run_show},
	{"diff", 2, 3, "diff A B [EVENT]", run_diff},
};

static int run_verb(const struct verb *verb, const struct request *request, struct error *err)
{
	if (request->count >= verb->fewest && request->count <= verb->most)
		return verb->run(request, err);
	error_set(err, -EINVAL, "too %s arguments to 'formats %s'",
		  request->count < verb->fewest ? "few" : "many", verb->name);
	error_remedy(err, "perf_exec_trace formats %s", verb->usage);
	return STATUS_TROUBLE;
}

int formats_run(const char *const arguments[], bool verbose, FILE *out, struct error *err)
{
	struct request request = {.arguments = arguments, .verbose = verbose, .out = out};

	if (!arguments[0])
		return list_all(out, err);
	request.arguments++;
	while (request.arguments[request.count])
		request.count++;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(arguments[0], verbs[i].name) == 0)
			return run_verb(&verbs[i], &request, err);
	}
	error_set(err, -EINVAL, "'formats' has no '%.40s'", arguments[0]);
	error_remedy(err, "perf_exec_trace formats list, show or diff");
	return STATUS_TROUBLE;
}
