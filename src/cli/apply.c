/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/number.h"
#include "base/terminal.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "cli/syntax.h"
#include "diff/matching.h"
#include "event/event.h"
#include "event/event_names.h"
#include "filter/exit_list.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"
#include "filter/regex_option.h"
#include "perf/ring_room.h"
#include "run/caller.h"
#include "sandbox/user.h"
#include "sink/sinks.h"
#include "source/sources.h"

/* Above these nothing is meant, and sums of nanoseconds and bytes stay within 64 bits. */
#define DURATION_MAX_S (365U * 24U * 3600U)
#define MMAP_PAGES_MAX (1U << 20)

#define ARG_BYTES_MIN RING_ROOM_STACK_MIN

/* ---- values ---- */

static int parse_duration(const char *text, struct parse *parse, struct error *err)
{
	if (number_parse_seconds(text, DURATION_MAX_S, &parse->options.request.duration_ns) == 0)
		return 0;
	return error_set(err, -EINVAL, "-d takes seconds, such as 5 or 0.5, up to %u, not '%.40s'",
			 parse->mode == MODE_TRACE ? DURATION_LIMIT_S : DURATION_MAX_S, text);
}

static int parse_max_events(const char *text, struct parse *parse, struct error *err)
{
	if (number_parse(text, 1, UINT64_MAX, &parse->options.request.max_events) == 0)
		return 0;
	if (parse->mode != MODE_TRACE)
		return error_set(err, -EINVAL, "-n takes a number of events, not '%.40s'", text);
	return error_set(err, -EINVAL, "-n takes a number of events, 1 to %u, not '%.40s'",
			 EVENT_LIMIT, text);
}

static int parse_mmap_pages(const char *text, struct parse *parse, struct error *err)
{
	uint64_t pages;

	if (number_parse(text, 1, MMAP_PAGES_MAX, &pages) < 0 || (pages & (pages - 1)) != 0)
		return error_set(err, -EINVAL,
				 "-m takes a number of pages that is a power of two, not '%.40s'",
				 text);
	parse->options.request.mmap_pages = (uint32_t)pages;
	return 0;
}

static int parse_ids(const char *text, const char *what, struct pid_list *list, struct error *err)
{
	struct pid_list parsed;
	int code = pid_list_parse(text, &parsed);

	if (code == -ENOMEM)
		return error_no_memory(err);
	if (code < 0)
		return error_set(err, code, "%s, not '%.40s'", what, text);
	pid_list_done(list);
	*list = parsed;
	return 0;
}

static int parse_events(const char *text, struct parse *parse, struct error *err)
{
	const char *name = text;
	unsigned int events = 0;

	for (;;) {
		size_t length = strcspn(name, ",");
		unsigned int bit = event_bit_of_name(name, length);

		if (!bit)
			return error_set(err, -EINVAL,
					 "-e takes a list of fork, exec, exit and exec_failed, not "
					 "'%.40s'",
					 text);
		events |= bit;
		if (name[length] == '\0')
			break;
		name += length + 1;
	}
	parse->options.request.events = events;
	parse->events_given = true;
	return 0;
}

int option_take_text(char **owner, const char *text, const char *option, struct error *err)
{
	if (text[0] == '\0')
		return error_set(err, -EINVAL, "%s takes a name", option);
	char *copy = strdup(text);
	if (!copy)
		return error_no_memory(err);
	free(*owner);
	*owner = copy;
	return 0;
}

/* Returns whether TEXT is meant as a number, even a wrong one. */
static bool is_like_number(const char *text)
{
	return isdigit((unsigned char)text[strspn(text, "+-")]);
}

/* -n: a number of events, or a name; what is recorded is not selected by names. */
static int parse_limit_or_name(const char *text, struct parse *parse, struct error *err)
{
	if (parse->mode != MODE_RECORD && !is_like_number(text))
		return filter_options_parse_name(&parse->options.request.filter, text, err);
	int code = parse_max_events(text, parse, err);
	if (code < 0 && text[strspn(text, "+-.0123456789")] != '\0')
		error_remedy(err, "%s--name %.40s, if that is a name",
			     parse->mode == MODE_RECORD ? "replay " : "", text);
	return code;
}

static int parse_backend(const char *text, struct parse *parse, struct error *err)
{
	char names[96];

	parse->options.request.backend = source_type_find(text);
	if (parse->options.request.backend || strcmp(text, "auto") == 0)
		return 0;
	source_type_names(names, sizeof(names));
	return error_set(err, -EINVAL, "-b takes %s, not '%.40s'", names, text);
}

static int parse_format(const char *text, struct parse *parse, struct error *err)
{
	const struct sink_type *type = sink_type_find(text);
	char names[80];

	if (!type || type->option) {
		sink_type_names(names, sizeof(names));
		return error_set(err, -EINVAL, "-F takes %s, not '%.40s'", names, text);
	}
	parse->options.request.sink = type;
	parse->format_given = true;
	return 0;
}

static int parse_report_format(const char *text, struct parse *parse, struct error *err)
{
	parse->options.json = strcmp(text, "json") == 0;
	if (parse->options.json || strcmp(text, "text") == 0)
		return 0;
	return error_set(err, -EINVAL, "-F takes text or json, not '%.40s'", text);
}

static int parse_color(const char *text, struct parse *parse, struct error *err)
{
	static const char *const names[] = {
		[TERMINAL_COLOR_AUTO] = "auto",
		[TERMINAL_COLOR_ALWAYS] = "always",
		[TERMINAL_COLOR_NEVER] = "never",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			parse->options.request.color = (enum terminal_color)i;
			return 0;
		}
	}
	return error_set(err, -EINVAL, "--color takes auto, always or never, not '%.40s'", text);
}

static int parse_arg_bytes(const char *text, struct parse *parse, struct error *err)
{
	uint64_t bytes;

	if (number_parse(text, ARG_BYTES_MIN, ARG_BYTES_MAX, &bytes) < 0)
		return error_set(err, -EINVAL,
				 "--arg-bytes takes a number of bytes, %u to %u, not '%.40s'",
				 ARG_BYTES_MIN, ARG_BYTES_MAX, text);
	/* perf_event_open(2): sample_stack_user is a multiple of 8. */
	parse->options.request.arg_bytes = ((uint32_t)bytes + 7U) & ~7U;
	return 0;
}

static int parse_max_arg_bytes(const char *text, struct parse *parse, struct error *err)
{
	uint64_t bytes;

	if (number_parse(text, 1, UINT32_MAX, &bytes) < 0)
		return error_set(err, -EINVAL,
				 "--max-arg-bytes takes a number of bytes, 1 to %u, not '%.40s'",
				 UINT32_MAX, text);
	parse->options.request.max_arg_bytes = (size_t)bytes;
	return 0;
}

static int parse_environment(const char *text, struct parse *parse, struct error *err)
{
	const char *name = text;

	for (;;) {
		size_t length = strcspn(name, ",=");

		if (length == 0 || name[length] == '=')
			return error_set(err, -EINVAL,
					 "--env takes names, NAME[,NAME...], or all, not '%.40s'",
					 text);
		if (name[length] == '\0')
			break;
		name += length + 1;
	}
	return option_take_text(&parse->options.request.environment, text, "--env", err);
}

static int parse_caller(const char *text, struct parse *parse, struct error *err)
{
	struct caller caller;

	if (caller_parse(text, &caller) < 0)
		return error_set(err, -EINVAL, CALLER_OPTION "PID,FD is for --sudo alone");
	parse->options.request.caller_pid = caller.pid;
	parse->options.request.caller_fd = caller.fd;
	return 0;
}

static int parse_sandbox_user(const char *text, struct parse *parse, struct error *err)
{
	if (geteuid() != 0)
		return error_set(err, -EPERM, "--sandbox-user: only root can become another user");
	return sandbox_user_find(text, &parse->options.request.sandbox_user, err);
}

/* ---- options ---- */

static int parse_filter(int option, const char *text, struct parse *parse, struct error *err)
{
	struct filter_options *filter = &parse->options.request.filter;

	switch (option) {
	case 'u':
		return filter_options_parse_user(filter, text, err);
	case 'P':
		return filter_options_parse_ppid(filter, text, err);
	case 'c':
		/* A capture's cgroups need not be those of this host. */
		return filter_options_parse_cgroup(filter, text, parse->mode != MODE_REPLAY, err);
	case OPTION_ARGS:
		return filter_options_parse_args(filter, text, err);
	case OPTION_EXIT:
		return exit_list_parse(&filter->exits, text, err);
	default:
		return filter_options_parse_name(filter, text, err);
	}
}

/* A text that is taken as it is, or a value of the filter. */
static int take_text(int option, const char *text, struct parse *parse, struct error *err)
{
	static const struct {
		int option;
		const char *name;
		size_t at;
	} texts[] = {
		{OPTION_RUN_AS, "--run-as", offsetof(struct parse, options.request.run_as)},
		{'o', "-o", offsetof(struct parse, options.request.output)},
		{OPTION_DIR_A, "--dir-a", offsetof(struct parse, options.diff.directories[SIDE_A])},
		{OPTION_DIR_B, "--dir-b", offsetof(struct parse, options.diff.directories[SIDE_B])},
		{OPTION_FORMATS, "--formats", offsetof(struct parse, options.request.formats)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].option == option)
			return option_take_text((char **)(void *)((char *)parse + texts[i].at),
						text, texts[i].name, err);
	}
	return parse_filter(option, text, parse, err);
}

static int parse_value(int option, const char *text, struct parse *parse, struct error *err)
{
	switch (option) {
	case 'd':
		return parse_duration(text, parse, err);
	case 'n':
		return parse_limit_or_name(text, parse, err);
	case OPTION_MAX_EVENTS:
		return parse_max_events(text, parse, err);
	case 'm':
		return parse_mmap_pages(text, parse, err);
	case 'p':
		return parse_ids(text, "-p takes process ids, PID[,PID...]",
				 &parse->options.request.pids, err);
	case 't':
		return parse_ids(text, "-t takes thread ids, TID[,TID...]",
				 &parse->options.request.tids, err);
	case 'e':
		return parse_events(text, parse, err);
	case 'F':
		return parse_format(text, parse, err);
	case OPTION_REPORT:
		return parse_report_format(text, parse, err);
	case 'b':
		return parse_backend(text, parse, err);
	case OPTION_ENV:
		return parse_environment(text, parse, err);
	case OPTION_COLOR:
		return parse_color(text, parse, err);
	case OPTION_ARG_BYTES:
		return parse_arg_bytes(text, parse, err);
	case OPTION_MAX_ARG_BYTES:
		return parse_max_arg_bytes(text, parse, err);
	case OPTION_REDACT_REGEX:
		parse->options.request.redact = true;
		return regex_option_parse(&parse->options.request.redact_regex, text, 0,
					  "--redact-regex", "secrets", err);
	case OPTION_CALLER:
		return parse_caller(text, parse, err);
	case OPTION_SANDBOX_USER:
		return parse_sandbox_user(text, parse, err);
	default:
		return take_text(option, text, parse, err);
	}
}

/* Returns the flag that OPTION switches on; NULL: it is no such option. */
static bool *flag_of(int option, struct parse *parse)
{
	static const struct {
		int option;
		size_t at;
	} flags[] = {
		{'f', offsetof(struct parse, options.request.follow)},
		{'x', offsetof(struct parse, extended)},
		{'S', offsetof(struct parse, options.request.summary)},
		{'T', offsetof(struct parse, options.request.wall_clock)},
		{'v', offsetof(struct parse, options.request.verbose)},
		{'q', offsetof(struct parse, options.request.quiet)},
		{OPTION_WIDE, offsetof(struct parse, options.request.wide)},
		{OPTION_CWD, offsetof(struct parse, options.request.cwd)},
		{OPTION_EXE, offsetof(struct parse, options.request.exe)},
		{OPTION_SESSION, offsetof(struct parse, options.request.session)},
		{OPTION_UNITS, offsetof(struct parse, options.request.units)},
		{OPTION_USAGE, offsetof(struct parse, options.request.usage)},
		{OPTION_REDACT, offsetof(struct parse, options.request.redact)},
		{OPTION_NO_COPIES, offsetof(struct parse, options.request.no_copies)},
		{OPTION_NO_SANDBOX, offsetof(struct parse, options.request.no_sandbox)},
		{OPTION_STREAM, offsetof(struct parse, stream)},
		{OPTION_ARGV_PROBE, offsetof(struct parse, argv_probe)},
		{OPTION_ALL, offsetof(struct parse, options.request.all)},
		{OPTION_AS_IS, offsetof(struct parse, options.diff.raw)},
		{OPTION_SUDO, offsetof(struct parse, options.request.sudo)},
		{OPTION_RAW, offsetof(struct parse, options.request.raw)},
		{OPTION_NO_THREADS, offsetof(struct parse, options.request.filter.no_threads)},
		{OPTION_FAILED_EXECS, offsetof(struct parse, failed_execs)},
		{OPTION_FAILED, offsetof(struct parse, options.request.filter.failed)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].option == option)
			return (bool *)((char *)parse + flags[i].at);
	}
	return NULL;
}

int option_apply(struct parse *parse, int option, const char *text, struct error *err)
{
	bool *flag = flag_of(option, parse);

	if (flag) {
		*flag = true;
	} else if (option == 'V') {
		parse->options.mode = MODE_VERSION;
	} else if (option == 'h') {
		parse->options.help_on = parse->mode;
		parse->options.mode = MODE_HELP;
	} else {
		return parse_value(option, text, parse, err);
	}
	return 0;
}
