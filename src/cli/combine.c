/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "event/event.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "sink/sinks.h"

static int check_limits(const struct options *options, struct error *err)
{
	if (options->request.duration_s > DURATION_LIMIT_S) {
		error_set(err, -EINVAL, "-d %u is over the limit of %u seconds",
			  options->request.duration_s, DURATION_LIMIT_S);
		error_remedy(err, "--stream, which lifts the limits");
		return -EINVAL;
	}
	if (options->request.max_events > EVENT_LIMIT) {
		error_set(err, -EINVAL, "-n %llu is over the limit of %u events",
			  (unsigned long long)options->request.max_events, EVENT_LIMIT);
		error_remedy(err, "--stream, which lifts the limits");
		return -EINVAL;
	}
	return 0;
}

/* Where nothing else bounds the trace. */
static int limit(struct options *options, struct error *err)
{
	int code = check_limits(options, err);

	if (options->request.duration_s == 0)
		options->request.duration_s = DURATION_LIMIT_S;
	if (options->request.max_events == 0)
		options->request.max_events = EVENT_LIMIT;
	return code;
}

static int check_subject(const struct options *options, struct error *err)
{
	if (options->mode == MODE_REPLAY && !options->request.capture) {
		error_set(err, -EINVAL, "replay needs a FILE");
		error_remedy(err, "perf_exec_trace replay perf.data, or - for standard input");
		return -EINVAL;
	}
	if (options->mode == MODE_RECORD && !options->request.output) {
		error_set(err, -EINVAL, "record needs -o FILE: where to");
		error_remedy(err, "perf_exec_trace record -o perf.data");
		return -EINVAL;
	}
	if (options->request.command && options->request.pids.count > 0)
		return error_set(err, -EINVAL, "-p and a COMMAND exclude each other");
	if (options->request.follow && !options->request.command &&
	    options->request.pids.count == 0)
		return error_set(err, -EINVAL, "-f needs -p: whom to follow");
	if (options->request.filter.failed && !(options->request.events & EVENT_BIT(EVENT_EXIT)))
		return error_set(err, -EINVAL, "--failed shows exits, which -e leaves out");
	return 0;
}

/* ---- sinks ---- */

/* -x and -S select sinks of their own, but -S beside lines adds one. */
static int choose_sink(struct parse *parse, struct error *err)
{
	struct options *options = &parse->options;
	const struct sink_type *pipe = sink_type_find("pipe");

	if (parse->extended && options->request.sink != pipe)
		return error_set(err, -EINVAL,
				 "-x is for pipe lines: -F json, table and tree do without");
	if (parse->extended) {
		options->request.sink = sink_type_find("extended");
	} else if (options->request.summary && !parse->format_given) {
		options->request.sink = sink_type_find("summary");
		options->request.summary = false;
	}
	return 0;
}

static int check_time(const struct options *options, struct error *err)
{
	if (!options->request.wall_clock || options->request.sink->shows & SINK_SHOWS_TIME)
		return 0;
	if (!(options->request.sink->shows & SINK_SHOWS_EVENTS))
		return error_set(err, -EINVAL, "-T: -S alone has no lines to show the time in");
	error_set(err, -EINVAL, "-T: plain pipe lines never change");
	error_remedy(err, "-T with -x, or with -F json, table or tree");
	return -EINVAL;
}

static int check_sink(const struct options *options, struct error *err)
{
	if (options->request.raw && !(options->request.sink->shows & SINK_SHOWS_RECORDS))
		return error_set(err, -EINVAL, "--raw is for pipe lines, with or without -x");
	if (options->request.environment &&
	    !(options->request.sink->shows & SINK_SHOWS_ENVIRONMENT)) {
		error_set(err, -EINVAL, "--env: this format does not show the environment");
		error_remedy(err, options->mode == MODE_RECORD ? "-x" : "-x or -F json");
		return -EINVAL;
	}
	return check_time(options, err);
}

/* ---- facts ---- */

static unsigned int sink_facts(const struct options *options)
{
	return options->request.sink->facts |
	       (options->request.summary ? sink_type_find("summary")->facts : 0U);
}

static int find_facts(struct options *options, struct error *err)
{
	options->request.facts =
		sink_facts(options) | filter_options_facts(&options->request.filter);
	if (options->request.arg_bytes == 0) {
		options->request.arg_bytes = ARG_BYTES_DEFAULT;
	} else if (!(options->request.facts & FACT_BIT(FACT_ARGUMENTS))) {
		error_set(err, -EINVAL, "--arg-bytes: nothing asks for arguments");
		error_remedy(err, options->mode == MODE_RECORD
					  ? "-x"
					  : "-x, -S, or -F json, table or tree");
		return -EINVAL;
	}
	return 0;
}

int options_combine(struct parse *parse, struct error *err)
{
	struct options *options = &parse->options;

	if (options->mode != MODE_TRACE && options->mode != MODE_RECORD &&
	    options->mode != MODE_REPLAY)
		return 0;
	int code = choose_sink(parse, err);
	if (code == 0)
		code = check_subject(options, err);
	if (code == 0)
		code = check_sink(options, err);
	if (code == 0)
		code = find_facts(options, err);
	if (code < 0 || parse->stream || options->request.command || options->mode != MODE_TRACE)
		return code;
	return limit(options, err);
}
