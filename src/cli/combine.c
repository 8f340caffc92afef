/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/parse.h"
#include "event.h"

static int check_limits(const struct options *options, struct error *err)
{
	if (options->duration_s > DURATION_LIMIT_S) {
		error_set(err, -EINVAL, "-d %u is over the limit of %u seconds",
			  options->duration_s, DURATION_LIMIT_S);
		error_remedy(err, "--stream, which lifts the limits");
		return -EINVAL;
	}
	if (options->max_events > EVENT_LIMIT) {
		error_set(err, -EINVAL, "-n %llu is over the limit of %u events",
			  (unsigned long long)options->max_events, EVENT_LIMIT);
		error_remedy(err, "--stream, which lifts the limits");
		return -EINVAL;
	}
	return 0;
}

/* Where nothing else bounds the trace. */
static int limit(struct options *options, struct error *err)
{
	int code = check_limits(options, err);

	if (options->duration_s == 0)
		options->duration_s = DURATION_LIMIT_S;
	if (options->max_events == 0)
		options->max_events = EVENT_LIMIT;
	return code;
}

static int check_subject(const struct options *options, struct error *err)
{
	if (options->mode == MODE_REPLAY && !options->capture) {
		error_set(err, -EINVAL, "replay needs a FILE");
		error_remedy(err, "perf_exec_trace replay perf.data, or - for standard input");
		return -EINVAL;
	}
	if (options->mode == MODE_RECORD && !options->output) {
		error_set(err, -EINVAL, "record needs -o FILE: where to");
		error_remedy(err, "perf_exec_trace record -o perf.data");
		return -EINVAL;
	}
	if (options->command && options->pids.count > 0)
		return error_set(err, -EINVAL, "-p and a COMMAND exclude each other");
	if (options->follow && !options->command && options->pids.count == 0)
		return error_set(err, -EINVAL, "-f needs -p: whom to follow");
	if (options->filter.failed && !(options->events & EVENT_BIT(EVENT_EXIT)))
		return error_set(err, -EINVAL, "--failed shows exits, which -e leaves out");
	return 0;
}

/* ---- formats ---- */

static int check_time(const struct options *options, struct error *err)
{
	if (!options->wall_clock || options->extended ||
	    (options->format != OUTPUT_PIPE && options->format != OUTPUT_SUMMARY))
		return 0;
	if (options->format == OUTPUT_SUMMARY)
		return error_set(err, -EINVAL, "-T: -S alone has no lines to show the time in");
	error_set(err, -EINVAL, "-T: plain pipe lines never change");
	error_remedy(err, "-T with -x, or with -F json, table or tree");
	return -EINVAL;
}

static int check_format(const struct options *options, struct error *err)
{
	if (options->extended && options->format != OUTPUT_PIPE)
		return error_set(err, -EINVAL,
				 "-x is for pipe lines: -F json, table and tree do without");
	if (options->raw && options->format != OUTPUT_PIPE)
		return error_set(err, -EINVAL, "--raw is for pipe lines, with or without -x");
	if (options->environment && !options->extended && options->format != OUTPUT_JSON) {
		error_set(err, -EINVAL, "--env: this format does not show the environment");
		error_remedy(err, options->mode == MODE_RECORD ? "-x" : "-x or -F json");
		return -EINVAL;
	}
	return check_time(options, err);
}

/* ---- facts ---- */

static unsigned int format_facts(const struct options *options)
{
	/* argv[0] also names what runs through /proc/self/exe. */
	const unsigned int processes =
		FACT_BIT(FACT_TASKS) | FACT_BIT(FACT_STATUS) | FACT_BIT(FACT_ARGUMENTS);

	switch (options->format) {
	case OUTPUT_JSON:
		return FACTS_ALL;
	case OUTPUT_TABLE:
	case OUTPUT_TREE:
	case OUTPUT_SUMMARY:
		return processes;
	default:
		return (options->extended ? FACTS_ALL : 0) | (options->summary ? processes : 0);
	}
}

static int find_facts(struct options *options, struct error *err)
{
	options->facts = format_facts(options) | filter_options_facts(&options->filter);
	if (options->arg_bytes == 0) {
		options->arg_bytes = ARG_BYTES_DEFAULT;
	} else if (!(options->facts & FACT_BIT(FACT_ARGUMENTS))) {
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
	if (options->summary && !parse->format_given && !options->extended) {
		options->format = OUTPUT_SUMMARY;
		options->summary = false;
	}
	int code = check_subject(options, err);
	if (code == 0)
		code = check_format(options, err);
	if (code == 0)
		code = find_facts(options, err);
	if (code < 0 || parse->stream || options->command || options->mode != MODE_TRACE)
		return code;
	return limit(options, err);
}
