/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, checked: what comes out of here makes sense.
 */
#ifndef PXT_CLI_OPTIONS_H
#define PXT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "filter/pid_list.h"
#include "sink/sinks.h"

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
	enum mode help_on;            /* with MODE_HELP: which mode's options */
	uint32_t duration_s;          /* 0: no limit */
	uint64_t max_events;          /* 0: no limit */
	struct pid_list pids;         /* none: all */
	bool follow;                  /* the pids' descendants too */
	unsigned int events;          /* EVENT_BIT()s */
	char *output;                 /* NULL: standard output; never NULL with MODE_RECORD */
	char *formats;                /* NULL: tracefs */
	uint32_t mmap_pages;          /* per CPU; 0: as many as are good */
	char *capture;                /* with MODE_REPLAY: the file, "-" for standard input */
	bool all;                     /* with MODE_REPLAY: whatever the recorder was asked for */
	bool raw;                     /* every event's record below its line */
	const struct sink_type *sink; /* with MODE_RECORD: the one that replays need */
	bool summary;                 /* -S beside lines: on standard error */
	bool wall_clock;              /* -T */
	uint32_t arg_bytes;           /* of the user stack to take at an exec; a multiple of 8 */
	char *environment;            /* --env: "NAME,NAME" or "all"; NULL: none */
	struct filter_options filter;
	unsigned int facts; /* FACT_BIT()s that formats and filters need; 0: the tracepoints do */
	bool verbose, quiet;
	char **arguments; /* of MODE_FORMATS, ended by NULL */
	char **command;   /* NULL: none; borrowed from argv */
	char **argv;      /* the whole command line, borrowed; NULL at its end */
};

/*
 * Parse ARGV. Returns 0 with OPTIONS (free with options_done()), -EINVAL where the user is to be
 * told about ERR and how to ask for help, -ENOMEM.
 */
int options_parse(int argc, char **argv, struct options *options, struct error *err) MUST_CHECK;

void options_done(struct options *options);

/* Print the help of MODE, made from the tables that options_parse() reads. */
void options_print_help(enum mode mode, FILE *out);

#endif
