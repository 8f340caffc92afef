/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/syntax.h"

#include <string.h>

#include "base/compiler.h"
#include "cli/commands.h"

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

#define OPTION_PID VALUE("pid", 'p', "only these processes, with all their threads", "PID[,PID...]")
#define OPTION_TID VALUE("tid", 't', "only these single tasks, filtered in the kernel", "TID[,TID...]")
#define OPTION_FOLLOW FLAG("follow", 'f', "with -p: descendants too, those to come and those alive")
#define OPTION_EVENTS VALUE("events", 'e', "only these of fork, exec, exit, exec_failed", "LIST")
#define OPTION_EXEC_FAILURES LONG_FLAG("failed-execs", OPTION_FAILED_EXECS, "execs that fail too, with path and error; not in plain pipe lines; Linux 6.19, or --argv-probe")
#define OPTION_OUTPUT VALUE("output", 'o', "write to FILE instead of standard output", "FILE")
#define OPTION_MMAP_PAGES VALUE("mmap-pages", 'm', "pages of ring buffer per CPU, a power of two", "N")
#define OPTION_FORMATS_DIR(instead) \
	LONG_VALUE("formats", OPTION_FORMATS, "take format files from DIR, or those of a shipped kernel, instead of " instead, "DIR")
#define OPTION_BACKEND VALUE("backend", 'b', "where events come from", "NAME")
#define OPTION_RAW_RECORDS LONG_FLAG("raw", OPTION_RAW, "below each line the record itself: every field, and the bytes")
#define OPTION_QUIET FLAG("quiet", 'q', "no closing line and no notices, errors only")
#define OPTION_UNCONFINED LONG_FLAG("no-sandbox", OPTION_NO_SANDBOX, "keep privileges, files and system calls that the rest of the run does not need")
#define OPTION_CONFINED_USER LONG_VALUE("sandbox-user", OPTION_SANDBOX_USER, "of root: run as USER once all is open, not as nobody", "USER")
#define OPTION_USER VALUE("user", 'u', "only what runs as USER, a name or a number, by the real uid", "USER")
#define OPTION_PPID VALUE("ppid", 'P', "only processes that PPID forked", "PPID")
#define OPTION_NAMES LONG_VALUE("name", OPTION_NAME, "only where comm or argv[0] matches an extended regular expression", "REGEX")
#define OPTION_ARGUMENTS LONG_VALUE("args", OPTION_ARGS, "only where the arguments, joined by blanks, match an extended regular expression", "REGEX")
#define OPTION_CGROUP VALUE("cgroup", 'c', "only what runs in this cgroup or below", "CGROUP")
#define OPTION_PROCESSES LONG_FLAG("no-threads", OPTION_NO_THREADS, "processes as a whole: no threads' FORK, one EXIT each")
#define OPTION_FAILURES LONG_FLAG("failed", OPTION_FAILED, "only failures: exits of processes by a signal or with a code other than 0")
#define OPTION_EXITS LONG_VALUE("exit", OPTION_EXIT, "only exits of processes with one of these codes or signals: 1,SEGV,SIG9", "STATUS[,STATUS...]")
#define OPTION_FORMAT VALUE("format", 'F', "format of the output", "FMT")
#define OPTION_REPORT_FORMAT(help) \
	{"format", 'F', POPT_ARG_STRING, NULL, OPTION_REPORT, help, "FMT"}
#define OPTION_SUMMARY FLAG("summary", 'S', "totals at the end, and no lines; with -F or -x both, totals on standard error")
#define OPTION_EXTENDED FLAG("extended", 'x', "pipe lines with all that is known behind them, as |key=value")
#define OPTION_TIME FLAG("time", 'T', "show the time of day too; not in plain pipe lines")
#define OPTION_NO_COPIES_SHOWN LONG_FLAG("no-copies", OPTION_NO_COPIES, "with -F tree: hide processes that call no exec and exit 0")
#define OPTION_WIDE_LINES LONG_FLAG("wide", OPTION_WIDE, "cut no line at the width of the terminal")
#define OPTION_COLOR_WHEN LONG_VALUE("color", OPTION_COLOR, "colours: auto (default), always or never", "WHEN")
#define OPTION_ENVIRONMENT LONG_VALUE("env", OPTION_ENV, "with -x, -F json or perfetto: show these variables of the environment", "NAME[,NAME...]|all")
#define OPTION_CWD_SHOWN LONG_FLAG("cwd", OPTION_CWD, "with -x, -F json, html or perfetto: show the directory that a program is started in")
#define OPTION_EXE_SHOWN LONG_FLAG("exe", OPTION_EXE, "with -x, -F json, html or perfetto: show the file that is executed, of a script the interpreter")
#define OPTION_SESSION_SHOWN LONG_FLAG("session", OPTION_SESSION, "with -x, -F json, html or perfetto: show session, terminal and login user that a program is started with")
#define OPTION_UNITS_SHOWN LONG_FLAG("units", OPTION_UNITS, "with -x, -F json, html or perfetto: show the systemd unit and the container, by the cgroup")
#define OPTION_USAGE_SHOWN LONG_FLAG("usage", OPTION_USAGE, "show the CPU time, peak memory and I/O of processes that end; not in plain pipe lines")
#define OPTION_STACK LONG_VALUE("arg-bytes", OPTION_ARG_BYTES, "take N bytes of arguments and environment at an exec, 1024 to 61440 (9216)", "N")
#define OPTION_PROBE LONG_FLAG("argv-probe", OPTION_ARGV_PROBE, "whole arguments of short-lived programs too, by a probe in the kernel; needs root")
#define OPTION_LONGEST LONG_VALUE("max-arg-bytes", OPTION_MAX_ARG_BYTES, "show N bytes of an argument at most, and of a longer one its length", "N")
#define OPTION_MASKED LONG_FLAG("redact", OPTION_REDACT, "mask what looks like a secret in arguments, and all values of the environment")
#define OPTION_MASKED_TOO LONG_VALUE("redact-regex", OPTION_REDACT_REGEX, "the same, and what an extended regular expression matches, or its first group", "REGEX")
/*
 * -n takes both, the long options one each. popt takes the first row with a name, so that the
 * hidden one has the long option, and the other one is for -n and for the help.
 */
#define OPTION_LIMIT_OR_NAME(help) \
	{"max-events", '\0', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPTION_MAX_EVENTS, NULL, NULL}, \
	VALUE("max-events", 'n', help "; -n REGEX is --name REGEX", "N")
/* The second one is for the tool itself: it says who used the first one. */
#define OPTION_USERS \
	LONG_VALUE("run-as", OPTION_RUN_AS, "run COMMAND as USER, a name or a number; needs root", "USER"), \
	LONG_FLAG("sudo", OPTION_SUDO, "trace as root, through sudo; COMMAND and the output stay yours"), \
	{"caller", '\0', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPTION_CALLER, NULL, NULL}
#define OPTION_VERSION FLAG("version", 'V', "show the version")
#define OPTION_HELP FLAG("help", 'h', "show this help"), \
	{NULL, '?', POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN, NULL, 'h', NULL, NULL}

static const struct poptOption trace_options[] = {
	VALUE("duration", 'd', "stop after SECS, at most 60 (60); 0.5 is half a second", "SECS"),
	OPTION_LIMIT_OR_NAME("stop after N events, or lines of -F tree, 1 to 5000 (5000)"),
	LONG_FLAG("stream", OPTION_STREAM, "lift both limits: run until interrupted"),
	OPTION_PID,
	OPTION_TID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_EXEC_FAILURES,
	OPTION_USER,
	OPTION_PPID,
	OPTION_NAMES,
	OPTION_ARGUMENTS,
	OPTION_CGROUP,
	OPTION_PROCESSES,
	OPTION_FAILURES,
	OPTION_EXITS,
	OPTION_FORMAT,
	OPTION_EXTENDED,
	OPTION_SUMMARY,
	OPTION_TIME,
	OPTION_NO_COPIES_SHOWN,
	OPTION_WIDE_LINES,
	OPTION_COLOR_WHEN,
	OPTION_ENVIRONMENT,
	OPTION_CWD_SHOWN,
	OPTION_EXE_SHOWN,
	OPTION_SESSION_SHOWN,
	OPTION_UNITS_SHOWN,
	OPTION_USAGE_SHOWN,
	OPTION_LONGEST,
	OPTION_MASKED,
	OPTION_MASKED_TOO,
	OPTION_STACK,
	OPTION_PROBE,
	OPTION_OUTPUT,
	OPTION_BACKEND,
	OPTION_RAW_RECORDS,
	OPTION_MMAP_PAGES,
	OPTION_USERS,
	OPTION_FORMATS_DIR("tracefs"),
	FLAG("verbose", 'v', "say what is opened and how"),
	OPTION_UNCONFINED,
	OPTION_CONFINED_USER,
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
	OPTION_TID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_EXEC_FAILURES,
	FLAG("extended", 'x', "record what all formats and filters of replay need"),
	LONG_VALUE("env", OPTION_ENV, "with -x: these variables of the environment too", "NAME[,NAME...]|all"),
	LONG_FLAG("cwd", OPTION_CWD, "with -x: the directory that a program is started in too"),
	LONG_FLAG("exe", OPTION_EXE, "with -x: the file that is executed too, of a script the interpreter"),
	LONG_FLAG("session", OPTION_SESSION, "with -x: session, terminal and login user too"),
	LONG_FLAG("usage", OPTION_USAGE, "with -x: the CPU time, peak memory and I/O of processes that end too"),
	OPTION_STACK,
	OPTION_PROBE,
	OPTION_MMAP_PAGES,
	OPTION_USERS,
	OPTION_FORMATS_DIR("tracefs"),
	FLAG("verbose", 'v', "say what is opened and how"),
	OPTION_UNCONFINED,
	OPTION_CONFINED_USER,
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption replay_options[] = {
	VALUE("duration", 'd', "stop SECS after the first event, by the capture's clock", "SECS"),
	OPTION_LIMIT_OR_NAME("stop after N events, or lines of -F tree"),
	LONG_FLAG("all", OPTION_ALL, "all that was recorded, not only what record was asked for"),
	OPTION_PID,
	OPTION_TID,
	OPTION_FOLLOW,
	OPTION_EVENTS,
	OPTION_USER,
	OPTION_PPID,
	OPTION_NAMES,
	OPTION_ARGUMENTS,
	OPTION_CGROUP,
	OPTION_PROCESSES,
	OPTION_FAILURES,
	OPTION_EXITS,
	OPTION_FORMAT,
	OPTION_EXTENDED,
	OPTION_SUMMARY,
	OPTION_TIME,
	OPTION_NO_COPIES_SHOWN,
	OPTION_WIDE_LINES,
	OPTION_COLOR_WHEN,
	OPTION_ENVIRONMENT,
	OPTION_CWD_SHOWN,
	OPTION_EXE_SHOWN,
	OPTION_SESSION_SHOWN,
	OPTION_UNITS_SHOWN,
	OPTION_USAGE_SHOWN,
	OPTION_LONGEST,
	OPTION_MASKED,
	OPTION_MASKED_TOO,
	OPTION_OUTPUT,
	OPTION_RAW_RECORDS,
	OPTION_FORMATS_DIR("those of the capture"),
	FLAG("verbose", 'v', "say what the capture holds"),
	OPTION_UNCONFINED,
	OPTION_CONFINED_USER,
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption check_options[] = {
	OPTION_REPORT_FORMAT("text or json (text)"),
	OPTION_FORMATS_DIR("tracefs"),
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption diff_options[] = {
	OPTION_REPORT_FORMAT("text or json (text)"),
	LONG_FLAG("raw", OPTION_AS_IS, "compare command lines as they are, with pids, temporary names and directories"),
	LONG_VALUE("dir-a", OPTION_DIR_A, "the build directory of A, instead of the one that its COMMAND was started in", "DIR"),
	LONG_VALUE("dir-b", OPTION_DIR_B, "the same of B", "DIR"),
	LONG_FLAG("usage", OPTION_USAGE, "compare CPU time instead of elapsed time, where both captures have it"),
	OPTION_MASKED,
	OPTION_MASKED_TOO,
	OPTION_WIDE_LINES,
	OPTION_COLOR_WHEN,
	FLAG("verbose", 'v', "list all, not only the first of each kind"),
	OPTION_UNCONFINED,
	OPTION_CONFINED_USER,
	OPTION_QUIET,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption formats_options[] = {
	OPTION_REPORT_FORMAT("with diff: text or json (text)"),
	FLAG("verbose", 'v', "with diff: list the ids that differ"),
	OPTION_UNCONFINED,
	OPTION_CONFINED_USER,
	OPTION_VERSION,
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption help_options[] = {
	OPTION_HELP,
	POPT_TABLEEND,
};

static const struct poptOption no_options[] = {POPT_TABLEEND};
/* clang-format on */

static const struct mode_syntax modes[] = {
	[MODE_TRACE] = {NULL, trace_options, "[OPTION]... [COMMAND [ARG]...]", command_trace},
	[MODE_RECORD] = {"record", record_options, "record -o FILE [OPTION]... [COMMAND [ARG]...]",
			 command_record},
	[MODE_REPLAY] = {"replay", replay_options, "replay [OPTION]... FILE", command_replay},
	[MODE_CHECK] = {"check", check_options, "check [-F FMT] [--formats DIR]", command_check},
	[MODE_DIFF] = {"diff", diff_options, "diff [OPTION]... A B", command_diff},
	[MODE_FORMATS] = {"formats", formats_options,
			  "formats [list [SOURCE] | show [EVENT] [SOURCE] | diff A B [EVENT]]",
			  command_formats},
	[MODE_HELP] = {"help", help_options, "help [record | replay | check | diff | formats]",
		       command_help},
	/* For the shells, not for users: complete.h. */
	[MODE_COMPLETE] = {"--complete", no_options, "--complete -- WORD...", command_complete},
	[MODE_VERSION] = {.run = command_version},
};

const struct mode_syntax *syntax_of(enum mode mode)
{
	return &modes[mode];
}

enum mode syntax_named_mode(const char *word)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].name && strcmp(word, modes[i].name) == 0)
			return (enum mode)i;
	}
	return MODE_TRACE;
}

static bool is_option(const struct poptOption *option, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return word[0] == '-' && option->shortName != '\0' && word[1] == option->shortName;
	size_t length = strcspn(word + 2, "=");
	return option->longName && strlen(option->longName) == length &&
	       memcmp(option->longName, word + 2, length) == 0;
}

bool syntax_takes(enum mode mode, const char *word)
{
	const struct poptOption *option = modes[mode].table;

	for (; option->longName || option->shortName; option++) {
		if (is_option(option, word))
			return true;
	}
	return false;
}
