/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "event/event.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "probe/argv_probe.h"
#include "sink/sinks.h"
#include "source/request.h"
#include "source/source.h"

/* The formats that show more than plain pipe lines do. */
#define OTHER_FORMATS "-x, -S, or -F json, table, tree, html or perfetto"

/* Refuse with WHAT and the remedy. */
static int refuse(struct error *err, const char *what, const char *remedy)
{
	error_set(err, -EINVAL, "%s", what);
	error_remedy(err, "%s", remedy);
	return -EINVAL;
}

static int over_limit(struct error *err, const char *option, unsigned int limit, const char *unit)
{
	error_set(err, -EINVAL, "%s is over the limit of %u %s", option, limit, unit);
	error_remedy(err, "--stream, which lifts the limits");
	return -EINVAL;
}

/* Apply the limits, which are defaults too. */
static int limit(struct request *request, struct error *err)
{
	if (request->duration_ns > DURATION_LIMIT_S * NS_PER_S)
		return over_limit(err, "-d", DURATION_LIMIT_S, "seconds");
	if (request->max_events > EVENT_LIMIT)
		return over_limit(err, "-n", EVENT_LIMIT, "events");
	if (request->duration_ns == 0)
		request->duration_ns = DURATION_LIMIT_S * NS_PER_S;
	/* Totals are short, however many events they count. */
	if (request->max_events == 0 && request->sink->shows & SINK_SHOWS_EVENTS)
		request->max_events = EVENT_LIMIT;
	return 0;
}

static int check_sandbox(const struct request *request, struct error *err)
{
	if (request->no_sandbox && request_sandbox_user(request))
		return error_set(err, -EINVAL,
				 "--no-sandbox and --sandbox-user exclude each other");
	return 0;
}

static int check_subject(enum mode mode, const struct request *request, struct error *err)
{
	if (mode == MODE_REPLAY && !request->capture)
		return refuse(err, "replay needs a FILE",
			      "perf_exec_trace replay perf.data, or - for standard input");
	if (mode == MODE_RECORD && !request->output)
		return refuse(err, "record needs -o FILE: where to",
			      "perf_exec_trace record -o perf.data");
	if ((request->command != NULL) + (request->pids.count > 0) + (request->tids.count > 0) > 1)
		return error_set(err, -EINVAL, "-p, -t and a COMMAND exclude each other");
	if (request->follow && !request->command && request->pids.count == 0)
		return error_set(err, -EINVAL, "-f needs -p: whom to follow");
	if (request->run_as && !request->command)
		return refuse(err, "--run-as needs a COMMAND: what to run",
			      "--run-as USER -- COMMAND");
	if (filter_options_want_exits(&request->filter) &&
	    !(request->events & EVENT_BIT(EVENT_EXIT)))
		return error_set(err, -EINVAL, "%s shows exits, which -e leaves out",
				 request->filter.failed ? "--failed" : "--exit");
	return 0;
}

/* ---- sinks ---- */

/* -x and -S select sinks of their own, but -S beside lines adds one. */
static int choose_sink(const struct parse *parse, struct request *request, struct error *err)
{
	if (parse->extended && request->sink != sink_type_find("pipe"))
		return error_set(err, -EINVAL,
				 "-x is for pipe lines: -F json, table, tree, html and perfetto "
				 "do without");
	if (parse->extended) {
		request->sink = sink_type_find("extended");
	} else if (request->summary && !parse->format_given) {
		request->sink = sink_type_find("summary");
		request->summary = false;
	}
	request->cwd = request->cwd || request->sink->needs & NEED_CWD;
	return 0;
}

/* What was recorded of them, replays show wherever the format does. */
static int choose_events(const struct parse *parse, struct request *request, struct error *err)
{
	bool shows = request->sink->shows & SINK_SHOWS_FAILED_EXECS;
	bool is_replay = parse->options.mode == MODE_REPLAY;

	if (parse->failed_execs && filter_options_want_exits(&request->filter))
		return error_set(err, -EINVAL, "%s shows exits alone, and no failed execs",
				 request->filter.failed ? "--failed" : "--exit");
	if (parse->failed_execs || (is_replay && shows && !parse->events_given))
		request->events |= EVENT_BIT(EVENT_EXEC_FAILED);
	if (request->events & EVENT_BIT(EVENT_EXEC_FAILED) && !shows)
		return refuse(err, "this format does not show failed execs",
			      parse->options.mode == MODE_RECORD ? "-x"
								 : "-x, or -F json, table or tree");
	return 0;
}

/* Where a program runs. */
static int check_surroundings(enum mode mode, const struct request *request, struct error *err)
{
	const struct {
		bool wanted;
		const char *what;
	} options[] = {
		{request->cwd && !(request->sink->needs & NEED_CWD),
		 "--cwd: this format does not show directories"},
		{request->exe, "--exe: this format does not show executables"},
		{request->session, "--session: this format does not show sessions"},
		{request->units, "--units: this format does not show cgroups"},
	};
	const unsigned int shows = request->sink->shows;

	if (request->environment && !(shows & SINK_SHOWS_ENVIRONMENT))
		return refuse(err, "--env: this format does not show the environment",
			      mode == MODE_RECORD ? "-x" : "-x, or -F json or perfetto");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].wanted && !(shows & SINK_SHOWS_SURROUNDINGS))
			return refuse(err, options[i].what,
				      mode == MODE_RECORD ? "-x"
							  : "-x, or -F json, html or perfetto");
	}
	return 0;
}

static int check_sink(enum mode mode, const struct request *request, struct error *err)
{
	unsigned int shows = request->sink->shows;

	if (request->raw && !(shows & SINK_SHOWS_RECORDS))
		return error_set(err, -EINVAL, "--raw is for pipe lines, with or without -x");
	if (request->raw && request->redact)
		return error_set(err, -EINVAL,
				 "--raw and --redact exclude each other: records are bytes as the "
				 "kernel wrote them");
	int code = check_surroundings(mode, request, err);
	if (code < 0)
		return code;
	if (request->usage && !(shows & SINK_SHOWS_USAGE) && !request->summary)
		return refuse(err, "--usage: plain pipe lines do not show what processes used",
			      mode == MODE_RECORD ? "-x" : OTHER_FORMATS);
	if (request->max_arg_bytes > 0 && !(request->sink->needs & NEED_ARGUMENTS) &&
	    !request->summary)
		return refuse(err, "--max-arg-bytes: plain pipe lines show no arguments",
			      OTHER_FORMATS);
	if (request->max_arg_bytes > 0 && shows & SINK_FOR_PROGRAMS)
		return error_set(err, -EINVAL,
				 "--max-arg-bytes: cut arguments are of no use in -F %s",
				 request->sink->name);
	if (request->no_copies && !(shows & SINK_SHOWS_COPIES))
		return refuse(err, "--no-copies: only the tree tells copies from other processes",
			      "-F tree");
	if (!request->wall_clock || shows & SINK_SHOWS_TIME)
		return 0;
	if (!(shows & SINK_SHOWS_EVENTS))
		return error_set(err, -EINVAL, "-T: -S alone has no lines to show the time in");
	return refuse(err, "-T: plain pipe lines never change",
		      "-T with -x, or with -F json, table, tree, html or perfetto");
}

/* ---- facts ---- */

/* As many bytes as --arg-bytes asks for, and as a probe can have. */
static uint32_t probe_bytes(uint32_t arg_bytes)
{
	if (arg_bytes < ARGV_PROBE_BYTES_MIN)
		return ARGV_PROBE_BYTES_MIN;
	return arg_bytes < ARGV_PROBE_BYTES_MAX ? arg_bytes : ARGV_PROBE_BYTES_MAX;
}

static int want_probe(enum mode mode, struct request *request, struct error *err)
{
	if (!(request->needs & NEED_ARGUMENTS))
		return refuse(err, "--argv-probe: nothing asks for arguments",
			      mode == MODE_RECORD ? "-x" : OTHER_FORMATS);
	request->probe_bytes = probe_bytes(request->arg_bytes);
	/* The others have no probes: not one of them in its place. */
	if (!request->backend)
		request->backend = &perf_source_type;
	return 0;
}

static int find_needs(const struct parse *parse, struct request *request, struct error *err)
{
	enum mode mode = parse->options.mode;

	request->needs = request->sink->needs | filter_options_needs(&request->filter);
	if (request->summary)
		request->needs |= sink_type_find("summary")->needs;
	request->needs |= (request->usage ? NEED_USAGE : 0) | (request->cwd ? NEED_CWD : 0) |
			  (request->exe ? NEED_EXE : 0) | (request->session ? NEED_SESSION : 0);
	int code = parse->argv_probe ? want_probe(mode, request, err) : 0;
	if (code < 0)
		return code;
	request->arg_bytes_may_shrink = request->arg_bytes == 0;
	if (request->arg_bytes_may_shrink)
		request->arg_bytes = ARG_BYTES_DEFAULT;
	else if (!(request->needs & NEED_ARGUMENTS))
		return refuse(err, "--arg-bytes: nothing asks for arguments",
			      mode == MODE_RECORD ? "-x" : OTHER_FORMATS);
	return 0;
}

static int check_captures(char *const *captures, struct error *err)
{
	const char *const remedy = "perf_exec_trace diff a.data b.data";

	if (!captures[0] || !captures[1] || captures[2])
		return refuse(err, "diff takes two captures", remedy);
	if (strcmp(captures[0], "-") == 0 && strcmp(captures[1], "-") == 0)
		return refuse(err, "diff: only one capture can be standard input", remedy);
	return 0;
}

int options_combine(struct parse *parse, struct error *err)
{
	struct request *request = &parse->options.request;
	enum mode mode = parse->options.mode;

	int code = check_sandbox(request, err);

	if (code == 0 && mode == MODE_DIFF)
		return check_captures(parse->options.arguments, err);
	if (code < 0 || (mode != MODE_TRACE && mode != MODE_RECORD && mode != MODE_REPLAY))
		return code;
	code = choose_sink(parse, request, err);
	if (code == 0)
		code = choose_events(parse, request, err);
	if (code == 0)
		code = check_subject(mode, request, err);
	if (code == 0)
		code = check_sink(mode, request, err);
	if (code == 0)
		code = find_needs(parse, request, err);
	if (code < 0 || parse->stream || request->command || mode != MODE_TRACE)
		return code;
	return limit(request, err);
}
