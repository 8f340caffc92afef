/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of sinks: one row for each format of output. Command line, help and pipeline read it.
 */
#ifndef PXT_SINK_SINKS_H
#define PXT_SINK_SINKS_H

#include <stddef.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "sink/sink.h"

/* Options that a sink supports, as bits. */
enum sink_shows {
	SINK_SHOWS_RECORDS = 1,        /* --raw: each event's record below its line */
	SINK_SHOWS_TIME = 2,           /* -T: the time of day */
	SINK_SHOWS_ENVIRONMENT = 4,    /* --env: variables of the environment */
	SINK_SHOWS_EVENTS = 8,         /* lines of events, of which there is a limit */
	SINK_SHOWS_COPIES = 16,        /* --no-copies: what processes that never exec leave out */
	SINK_SHOWS_FAILED_EXECS = 32,  /* --failed-execs */
	SINK_SHOWS_USAGE = 64,         /* --usage: what processes used */
	SINK_FOR_FILES = 128,          /* it writes nothing that belongs on a terminal */
	SINK_SHOWS_SURROUNDINGS = 256, /* --cwd, --exe, --session and --units */
	SINK_FOR_PROGRAMS = 512,       /* what it writes is run: cut arguments would be others */
};

struct sink_type {
	const char *name;   /* "json" */
	const char *option; /* the option that selects it, "-x"; NULL: -F with its name */
	unsigned int needs; /* NEED_ bits to enable */
	unsigned int shows; /* enum sink_shows */
	/* Make a sink; CONTEXT is copied. Returns NULL without memory. */
	struct sink *(*make)(const struct sink_context *context);
};

/* All sinks, in the order of the help. */
extern const struct sink_type sink_types[];
extern const size_t sink_type_count;

/* Returns the row called NAME, NULL where there is none. */
const struct sink_type *sink_type_find(const char *name);

/*
 * Write the names that -F takes to TEXT, as "A, B or C". SIZE is in bytes; what does not fit is
 * left out.
 */
void sink_type_names(char *text, size_t size);

#endif
