/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, checked: what comes out of here makes sense.
 */
#ifndef PXT_CLI_OPTIONS_H
#define PXT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "compiler.h"
#include "error.h"
#include "filter/pid_list.h"

/* Where neither --stream nor a COMMAND bounds the trace: the defaults, and the most one may ask
 * for. */
#define DURATION_LIMIT_S 60U
#define EVENT_LIMIT 5000U

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
	enum mode help_on;    /* with MODE_HELP: which mode's options */
	uint32_t duration_s;  /* 0: no limit */
	uint64_t max_events;  /* 0: no limit */
	struct pid_list pids; /* none: all */
	bool follow;          /* the pids' descendants too */
	unsigned int events;  /* EVENT_BIT()s */
	char *output;         /* NULL: standard output; never NULL with MODE_RECORD */
	char *formats;        /* NULL: tracefs */
	uint32_t mmap_pages;  /* per CPU; 0: as many as are good */
	char *capture;        /* with MODE_REPLAY: the file, "-" for standard input */
	bool raw;             /* every event's record below its line */
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
