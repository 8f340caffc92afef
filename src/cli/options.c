/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"

/* Above these nothing is meant, and sums of nanoseconds and bytes stay within 64 bits. */
#define DURATION_MAX_S (365U * 24U * 3600U)
#define MMAP_PAGES_MAX (1U << 20)

/* Options without a short name. */
enum { OPTION_STREAM = 256, OPTION_FORMATS, OPTION_RAW };

/* What several modes take. clang-format off: it makes a macro of one row into five lines. */
/* clang-format off */
#define FLAG(name, letter, help) \
	{name, letter, POPT_ARG_NONE, NULL, letter, help, NULL}
#define VALUE(name, letter, help, value) \
	{name, letter, POPT_ARG_STRING, NULL, letter, help, value}
#define LONG_FLAG(name, option, help) \
	{name, '\0', POPT_ARG_NONE, NULL, option, help, NULL}
#define LONG_VALUE(name, option, help, value) \
	{name, '\0', POPT_ARG_STRING, NULL, option, help, value}

#define OPTION_PID VALUE("pid", 'p', "only events in which one of the PIDs takes part", "PID[,PID...]")
#define OPTION_FOLLOW FLAG("follow", 'f', "with -p: descendants and threads too, those to come and those alive")
#define OPTION_EVENTS VALUE("events", 'e', "only these of fork, exec, exit", "LIST")
#define OPTION_OUTPUT VALUE("output", 'o', "write to FILE instead of standard output", "FILE")
#define OPTION_MMAP_PAGES VALUE("mmap-pages", 'm', "pages of ring buffer per CPU, a power of two", "N")
#define OPTION_FORMATS_DIR(instead) \
	LONG_VALUE("formats", OPTION_FORMATS, "take format files from DIR, or those of a shipped kernel, instead of " instead, "DIR")
#define OPTION_RAW_RECORDS LONG_FLAG("raw", OPTION_RAW, "below each line the record itself: every field, and the bytes")
#define OPTION_QUIET FLAG("quiet", 'q', "no summary and no notices, errors only")
#define OPTION_VERSION FLAG("version", 'V', "show the version")
#define OPTION_HELP FLAG("help", 'h', "show this help")

static const struct poptOption trace_options[] = {
	VALUE("duration", 'd', "stop after SECS, 1 to 60 (60)", "SECS"),
	VALUE("max-events", 'n', "stop after N events, 1 to 5000 (5000)", "N"),
	LONG_FLAG("stream", OPTION_STREAM, "lift both limits: run until interrupted"),
	OPTION_PID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_OUTPUT,
	OPTION_RAW_RECORDS,
	OPTION_MMAP_PAGES,
	OPTION_FORMATS_DIR("tracefs"),
	FLAG("verbose", 'v', "say what is opened and how"),
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption record_options[] = {
	VALUE("output", 'o', "the capture; an existing one is kept as FILE.old; - is standard output", "FILE"),
	VALUE("duration", 'd', "stop after SECS", "SECS"),
	VALUE("max-events", 'n', "stop once at least N events are recorded", "N"),
	OPTION_PID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_MMAP_PAGES,
	OPTION_FORMATS_DIR("tracefs"),
	FLAG("verbose", 'v', "say what is opened and how"),
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption replay_options[] = {
	VALUE("duration", 'd', "stop SECS after the first event, by the capture's clock", "SECS"),
	VALUE("max-events", 'n', "stop after N events", "N"),
	OPTION_PID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_OUTPUT,
	OPTION_RAW_RECORDS,
	OPTION_FORMATS_DIR("those of the capture"),
	FLAG("verbose", 'v', "say what the capture holds"),
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption check_options[] = {
	OPTION_FORMATS_DIR("tracefs"),
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption formats_options[] = {
	FLAG("verbose", 'v', "with diff: list the ids that differ"),
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};
/* clang-format on */

/* What each mode takes, and how its usage line ends. */
static const struct mode_syntax {
	const char *name;
	const struct poptOption *table;
	const char *usage;
} modes[] = {
	[MODE_TRACE] = {NULL, trace_options, "[OPTION]... [-- COMMAND [ARG]...]"},
	[MODE_RECORD] = {"record", record_options,
			 "record -o FILE [OPTION]... [-- COMMAND [ARG]...]"},
	[MODE_REPLAY] = {"replay", replay_options, "replay [OPTION]... FILE"},
	[MODE_CHECK] = {"check", check_options, "check [--formats DIR]"},
	[MODE_FORMATS] = {"formats", formats_options,
			  "formats [list [SOURCE] | show [EVENT] [SOURCE] | diff A B [EVENT]]"},
};

/* ---- values ---- */

static int parse_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || value == 0 || value > max)
		return -EINVAL;
	*number = value;
	return 0;
}

static int parse_duration(const char *text, struct options *options, struct error *err)
{
	uint64_t seconds;

	if (parse_number(text, DURATION_MAX_S, &seconds) < 0)
		return error_set(err, -EINVAL, "-d takes whole seconds, 1 to %u, not '%.40s'",
				 options->mode == MODE_TRACE ? DURATION_LIMIT_S : DURATION_MAX_S,
				 text);
	options->duration_s = (uint32_t)seconds;
	return 0;
}

static int parse_max_events(const char *text, struct options *options, struct error *err)
{
	if (parse_number(text, UINT64_MAX, &options->max_events) == 0)
		return 0;
	if (options->mode != MODE_TRACE)
		return error_set(err, -EINVAL, "-n takes a number of events, not '%.40s'", text);
	return error_set(err, -EINVAL, "-n takes a number of events, 1 to %u, not '%.40s'",
			 EVENT_LIMIT, text);
}

static int parse_mmap_pages(const char *text, struct options *options, struct error *err)
{
	uint64_t pages;

	if (parse_number(text, MMAP_PAGES_MAX, &pages) < 0 || (pages & (pages - 1)) != 0)
		return error_set(err, -EINVAL,
				 "-m takes a number of pages that is a power of two, not '%.40s'",
				 text);
	options->mmap_pages = (uint32_t)pages;
	return 0;
}

static int parse_pids(const char *text, struct options *options, struct error *err)
{
	struct pid_list pids;
	int code = pid_list_parse(text, &pids);

	if (code == -ENOMEM)
		return error_set(err, code, "out of memory");
	if (code < 0)
		return error_set(err, code, "-p takes process ids, PID[,PID...], not '%.40s'",
				 text);
	pid_list_done(&options->pids);
	options->pids = pids;
	return 0;
}

static unsigned int event_bit(const char *name, size_t length)
{
	static const char *const names[] = {
		[EVENT_FORK] = "fork", [EVENT_EXEC] = "exec", [EVENT_EXIT] = "exit"};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return EVENT_BIT(i);
	}
	return 0;
}

static int parse_events(const char *text, struct options *options, struct error *err)
{
	const char *name = text;
	unsigned int events = 0;

	for (;;) {
		size_t length = strcspn(name, ",");
		unsigned int bit = event_bit(name, length);

		if (!bit)
			return error_set(err, -EINVAL,
					 "-e takes a list of fork, exec and exit, not '%.40s'",
					 text);
		events |= bit;
		if (name[length] == '\0')
			break;
		name += length + 1;
	}
	options->events = events;
	return 0;
}

static int take_string(char **owner, const char *text, const char *option, struct error *err)
{
	if (text[0] == '\0')
		return error_set(err, -EINVAL, "%s takes a name", option);
	char *copy = strdup(text);
	if (!copy)
		return error_set(err, -ENOMEM, "out of memory");
	free(*owner);
	*owner = copy;
	return 0;
}

/* ---- options ---- */

struct parse {
	struct options *options;
	enum mode mode; /* that the first argument names */
	bool stream;
	struct error *err;
};

/* TEXT is the option's argument; "" where it takes none. */
static int apply_option(struct parse *parse, int option, const char *text)
{
	struct options *options = parse->options;

	switch (option) {
	case 'd':
		return parse_duration(text, options, parse->err);
	case 'n':
		return parse_max_events(text, options, parse->err);
	case 'm':
		return parse_mmap_pages(text, options, parse->err);
	case 'p':
		return parse_pids(text, options, parse->err);
	case 'e':
		return parse_events(text, options, parse->err);
	case 'o':
		return take_string(&options->output, text, "-o", parse->err);
	case OPTION_FORMATS:
		return take_string(&options->formats, text, "--formats", parse->err);
	case OPTION_STREAM:
		parse->stream = true;
		return 0;
	case OPTION_RAW:
		options->raw = true;
		return 0;
	case 'f':
		options->follow = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'V':
		options->mode = MODE_VERSION;
		return 0;
	default:
		options->help_on = parse->mode;
		options->mode = MODE_HELP;
		return 0;
	}
}

static int copy_arguments(poptContext context, struct parse *parse)
{
	const char **arguments = poptGetArgs(context);
	size_t count = 0;

	while (arguments && arguments[count])
		count++;
	char **copies = calloc(count + 1, sizeof(*copies));
	parse->options->arguments = copies;
	for (size_t i = 0; copies && i < count; i++) {
		copies[i] = strdup(arguments[i]);
		if (!copies[i])
			return error_set(parse->err, -ENOMEM, "out of memory");
	}
	return copies ? 0 : error_set(parse->err, -ENOMEM, "out of memory");
}

static int take_arguments(poptContext context, struct parse *parse)
{
	if (parse->mode == MODE_FORMATS)
		return copy_arguments(context, parse);
	if (parse->mode == MODE_REPLAY && poptPeekArg(context)) {
		int code = take_string(&parse->options->capture, poptGetArg(context), "replay",
				       parse->err);
		if (code < 0)
			return code;
	}
	const char *stray = poptPeekArg(context);
	if (!stray)
		return 0;
	error_set(parse->err, -EINVAL, "unexpected argument '%.80s'", stray);
	if (parse->options->mode == MODE_TRACE)
		error_remedy(parse->err, "perf_exec_trace -- %.80s, to trace that command", stray);
	return -EINVAL;
}

static int apply_all(poptContext context, struct parse *parse)
{
	int option;

	while ((option = poptGetNextOpt(context)) >= 0) {
		char *text = poptGetOptArg(context);
		int code = apply_option(parse, option, text ? text : "");

		free(text);
		if (code < 0)
			return code;
	}
	if (option < -1)
		return error_set(parse->err, -EINVAL, "%.80s: %s",
				 poptBadOption(context, POPT_BADOPTION_NOALIAS),
				 poptStrerror(option));
	return take_arguments(context, parse);
}

/* ---- what goes with what ---- */

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

static int check_together(struct options *options, bool stream, struct error *err)
{
	if (options->mode == MODE_REPLAY && !options->capture) {
		error_set(err, -EINVAL, "replay needs a FILE");
		error_remedy(err, "perf_exec_trace replay perf.data, or - for standard input");
		return -EINVAL;
	}
	if (options->mode != MODE_TRACE && options->mode != MODE_RECORD &&
	    options->mode != MODE_REPLAY)
		return 0;
	if (options->mode == MODE_RECORD && !options->output) {
		error_set(err, -EINVAL, "record needs -o FILE: where to");
		error_remedy(err, "perf_exec_trace record -o perf.data");
		return -EINVAL;
	}
	if (options->command && options->pids.count > 0)
		return error_set(err, -EINVAL, "-p and a COMMAND exclude each other");
	if (options->follow && !options->command && options->pids.count == 0)
		return error_set(err, -EINVAL, "-f needs -p: whom to follow");
	if (stream || options->command || options->mode != MODE_TRACE)
		return 0;

	int code = check_limits(options, err);
	if (options->duration_s == 0)
		options->duration_s = DURATION_LIMIT_S;
	if (options->max_events == 0)
		options->max_events = EVENT_LIMIT;
	return code;
}

/* ---- the whole ---- */

static int find_command(int argc, char **argv, struct options *options, struct error *err)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		if (i + 1 == argc)
			return error_set(err, -EINVAL, "no COMMAND after '--'");
		options->command = argv + i + 1;
		return i;
	}
	return argc;
}

/* The mode that the first argument names. */
static enum mode named_mode(int argc, char **argv)
{
	for (unsigned int i = 0; argc > 1 && i < ARRAY_SIZE(modes); i++) {
		if (modes[i].name && strcmp(argv[1], modes[i].name) == 0)
			return (enum mode)i;
	}
	return MODE_TRACE;
}

static int parse_mode(int argc, char **argv, struct parse *parse)
{
	const struct mode_syntax *mode = &modes[parse->mode];
	int skipped = mode->name ? 1 : 0;

	parse->options->mode = parse->mode;
	poptContext context = poptGetContext(
		NULL, argc - skipped, (const char **)(void *)(argv + skipped), mode->table, 0);
	if (!context)
		return error_set(parse->err, -ENOMEM, "out of memory");
	int code = apply_all(context, parse);
	poptFreeContext(context);
	bool takes_command = parse->mode == MODE_TRACE || parse->mode == MODE_RECORD;
	if (code == 0 && !takes_command && parse->options->command)
		return error_set(parse->err, -EINVAL, "%s takes no COMMAND", mode->name);
	return code;
}

int options_parse(int argc, char **argv, struct options *options, struct error *err)
{
	struct options parsed = {.events = EVENT_SHOWABLE, .argv = argv};
	int before_command = find_command(argc, argv, &parsed, err);
	struct parse parse = {
		.options = &parsed,
		.mode = named_mode(before_command, argv),
		.err = err,
	};
	int code = before_command < 0 ? before_command : parse_mode(before_command, argv, &parse);

	if (code == 0)
		code = check_together(&parsed, parse.stream, err);
	if (code < 0) {
		options_done(&parsed);
		return code;
	}
	*options = parsed;
	return 0;
}

void options_done(struct options *options)
{
	pid_list_done(&options->pids);
	free(options->output);
	free(options->formats);
	free(options->capture);
	options->capture = NULL;
	for (size_t i = 0; options->arguments && options->arguments[i]; i++)
		free(options->arguments[i]);
	free(options->arguments);
	options->arguments = NULL;
	options->output = NULL;
	options->formats = NULL;
}

void options_print_help(enum mode mode, FILE *out)
{
	const char *argv[] = {"perf_exec_trace", NULL};
	poptContext context = poptGetContext(NULL, 1, argv, modes[mode].table, 0);

	if (!context)
		return;
	poptSetOtherOptionHelp(context, modes[mode].usage);
	poptPrintHelp(context, out, 0);
	poptFreeContext(context);
	if (mode == MODE_FORMATS)
		fputs("\n"
		      "A, B and SOURCE: live, a kernel of 'formats list' or the beginning of its "
		      "name, a directory\n"
		      "that holds events/, or a capture. EVENT: a name, SYSTEM:NAME, or a glob.\n"
		      "\n"
		      "Exit status: 0; 1 where diff finds differences (ids do not count); 2 on "
		      "failure.\n",
		      out);
	if (mode == MODE_TRACE)
		fputs("\n"
		      "Traces every fork, exec and exit on this host, or of COMMAND and its "
		      "descendants.\n"
		      "\n"
		      "Also: perf_exec_trace record -o FILE   the same into a capture, for replay "
		      "or perf\n"
		      "      perf_exec_trace replay FILE      the same from a capture of record or "
		      "perf\n"
		      "      perf_exec_trace check            what this host allows, and the "
		      "remedies\n"
		      "      perf_exec_trace formats          tracepoint formats: list, show, "
		      "diff\n",
		      out);
}
