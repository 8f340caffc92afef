/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of modes and of each mode's options. The parser and the help read them.
 */
#ifndef PXT_CLI_SYNTAX_H
#define PXT_CLI_SYNTAX_H

#include <popt.h>
#include <stdbool.h>

#include "cli/commands.h"
#include "cli/options.h"

/* Options without a short name. */
enum long_option {
	OPTION_STREAM = 256,
	OPTION_REPORT, /* -F of the modes that print a report, not events */
	OPTION_FORMATS,
	OPTION_RAW,
	OPTION_NO_SANDBOX,
	OPTION_SANDBOX_USER,
	OPTION_ALL,
	OPTION_AS_IS,
	OPTION_DIR_A,
	OPTION_DIR_B,
	OPTION_MAX_EVENTS,
	OPTION_NAME,
	OPTION_ARGS,
	OPTION_NO_THREADS,
	OPTION_FAILED,
	OPTION_FAILED_EXECS,
	OPTION_EXIT,
	OPTION_ENV,
	OPTION_ARG_BYTES,
	OPTION_ARGV_PROBE,
	OPTION_MAX_ARG_BYTES,
	OPTION_REDACT,
	OPTION_REDACT_REGEX,
	OPTION_WIDE,
	OPTION_NO_COPIES,
	OPTION_USAGE,
	OPTION_CWD,
	OPTION_EXE,
	OPTION_SESSION,
	OPTION_UNITS,
	OPTION_COLOR,
	OPTION_RUN_AS,
	OPTION_SUDO,
	OPTION_CALLER,
};

struct mode_syntax {
	const char *name; /* the first argument; NULL: MODE_TRACE, which has none */
	const struct poptOption *table;
	const char *usage; /* how its usage line ends */
	command_run *run;
};

/* The row of MODE. That of MODE_VERSION has only `run`. */
const struct mode_syntax *syntax_of(enum mode mode);

/* The mode that WORD, the first argument, names; MODE_TRACE where it names none. */
enum mode syntax_named_mode(const char *word);

/* Whether MODE has the option in WORD, an argument like "-x" or "--name=VALUE". */
bool syntax_takes(enum mode mode, const char *word);

#endif
