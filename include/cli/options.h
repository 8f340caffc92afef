/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the command line and checks that its options go together.
 */
#ifndef PXT_CLI_OPTIONS_H
#define PXT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "diff/diff.h"
#include "source/request.h"

/* Defaults and maxima of -d and -n, unless --stream or a COMMAND bounds the trace. */
#define DURATION_LIMIT_S 60U
#define EVENT_LIMIT 5000U

/*
 * Bytes of the user stack to dump at an exec. The default holds argv of most programs and the gap
 * that the kernel leaves below it (under 8 KiB on x86); a perf record has less than 64 KiB.
 */
#define ARG_BYTES_DEFAULT 9216U
#define ARG_BYTES_MAX 61440U

enum mode {
	MODE_TRACE,
	MODE_RECORD,
	MODE_REPLAY,
	MODE_CHECK,
	MODE_DIFF,
	MODE_FORMATS,
	MODE_HELP,
	MODE_COMPLETE,
	MODE_VERSION,
};

struct options {
	enum mode mode;
	enum mode help_on; /* with MODE_HELP: the mode to explain */
	struct request request;
	char **arguments; /* of MODE_DIFF, MODE_FORMATS and MODE_COMPLETE, ended by NULL */
	bool json;        /* of MODE_CHECK, MODE_DIFF and MODE_FORMATS: -F json */
	struct diff_options diff;
};

/*
 * Parse ARGV. Returns 0 with OPTIONS (free with options_done()), or -EINVAL or -ENOMEM with ERR
 * filled.
 */
int options_parse(int argc, char **argv, struct options *options, struct error *err) MUST_CHECK;

void options_done(struct options *options);

/* Parse the command line stored in a capture: request.parse_recording (source/request.h). */
int options_parse_recording(char **argv, struct request *request, struct error *err) MUST_CHECK;

/* Print the help of MODE, from the tables that options_parse() reads. */
void options_print_help(enum mode mode, FILE *out);

#endif
