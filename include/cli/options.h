/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, checked: what comes out of here makes sense.
 */
#ifndef PXT_CLI_OPTIONS_H
#define PXT_CLI_OPTIONS_H

#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"

/* Where neither --stream nor a COMMAND bounds the trace: the defaults, and the most one may ask
 * for. */
#define DURATION_LIMIT_S 60U
#define EVENT_LIMIT 5000U

/*
 * Of the user stack at an exec, in bytes: argv of most programs with room for the gap that the
 * kernel leaves below it (under 8 KiB on x86); a record of perf's ends below 64 KiB.
 */
#define ARG_BYTES_DEFAULT 16384U
#define ARG_BYTES_MAX 61440U

enum mode {
	MODE_TRACE,
	MODE_RECORD,
	MODE_REPLAY,
	MODE_CHECK,
	MODE_FORMATS,
	MODE_HELP,
	MODE_VERSION,
};

struct options {
	enum mode mode;
	enum mode help_on; /* with MODE_HELP: which mode's options */
	struct request request;
	char **arguments; /* of MODE_FORMATS, ended by NULL */
};

/*
 * Parse ARGV. Returns 0 with OPTIONS (free with options_done()), -EINVAL where the user is to be
 * told about ERR and how to ask for help, -ENOMEM.
 */
int options_parse(int argc, char **argv, struct options *options, struct error *err) MUST_CHECK;

void options_done(struct options *options);

/* The parse_recording of requests (source/request.h). */
int options_parse_recording(char **argv, struct request *request, struct error *err) MUST_CHECK;

/* Print the help of MODE, made from the tables that options_parse() reads. */
void options_print_help(enum mode mode, FILE *out);

#endif
