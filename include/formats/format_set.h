/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoint formats of one kernel, wherever they come from.
 */
#ifndef PXT_FORMATS_FORMAT_SET_H
#define PXT_FORMATS_FORMAT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"

/* What it means that an event is not in a set. */
enum format_set_scope {
	FORMAT_SET_ALL,       /* the kernel does not have it: all of its events are there */
	FORMAT_SET_LIFECYCLE, /* nothing, unless it is one of processes' lives: those are shipped */
	FORMAT_SET_RECORDED,  /* nothing: a capture has the formats of what was recorded */
};

struct format_entry {
	char *system, *name;
	struct format *format; /* NULL: `why` tells what is wrong with it */
	char *why;
};

struct format_set {
	char *name;             /* "live", "amd64-6.1.0-50", or the path that was given */
	char kernel[128];       /* its release and machine, "" where that is not known */
	struct machine machine; /* of a directory's, only the word size is known */
	enum format_set_scope scope;
	struct format_entry *entries; /* sorted by system and name */
	size_t count, capacity;
};

/* Whether PATTERN (NAME, SYSTEM:NAME, or a glob of either) means SYSTEM's event NAME. */
bool format_pattern_matches(const char *pattern, const char *system, const char *name);

/* Whether SYSTEM's event NAME is one of those that are shipped of every kernel that has it. */
bool format_is_lifecycle(const char *system, const char *name);

/*
 * Load those formats of SOURCE that match PATTERN (NULL: all). SOURCE is "live", a shipped kernel's
 * name, or the path of a directory or of a capture ("-": on standard input).
 *
 * Returns 0 with SET (free with format_set_done()), also where some or all formats are malformed
 * or none matches; -ENOENT where there is no such source, another negative errno where it cannot be
 * read, with ERR filled.
 */
int format_set_load(const char *source, const char *pattern, struct format_set *set,
		    struct error *err) MUST_CHECK;

void format_set_done(struct format_set *set);

/* NULL: not in SET. Borrowed from SET. */
const struct format_entry *format_set_find(const struct format_set *set, const char *system,
					   const char *name);

/* Whether SET would hold SYSTEM's event NAME if the kernel had it. */
bool format_set_covers(const struct format_set *set, const char *system, const char *name);

#endif
