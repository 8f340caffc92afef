/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tracepoint formats of one kernel: from tracefs, a directory or a capture.
 */
#ifndef PXT_FORMATS_FORMAT_SET_H
#define PXT_FORMATS_FORMAT_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"

/* The meaning of an event's absence from a set. */
enum format_set_scope {
	FORMAT_SET_ALL,       /* the kernel does not have it */
	FORMAT_SET_LIFECYCLE, /* the same, if it is a lifecycle event; only those are shipped */
	FORMAT_SET_RECORDED,  /* nothing: a capture holds only the formats of what it recorded */
};

/* One event of a kernel. */
struct format_entry {
	char *system, *name;
	struct format *format; /* NULL: malformed, or not asked for */
	char *why;             /* what is malformed, or NULL */
};

struct format_set {
	char name[1024];        /* "live", "amd64-6.1.0-50" or the path given, printable */
	char kernel[128];       /* release and machine, printable; "": unknown */
	struct machine machine; /* of a directory, only the word size is known */
	enum format_set_scope scope;
	const char *pattern; /* of the events whose formats were read, borrowed; NULL: all */
	struct format_entry *entries; /* sorted by system and name */
	size_t count, capacity;
};

/*
 * Load the events of SOURCE: "live", the name of a shipped kernel, or the path of a directory or
 * capture ("-": standard input). Formats are read of those that match PATTERN, as in
 * format_entry_matches(); "" is none.
 *
 * Returns 0 with SET (free with format_set_done()), even where formats are malformed; -ENOENT where
 * there is no such source, or another negative errno where it cannot be read, with ERR filled.
 */
int format_set_load(const char *source, const char *pattern, struct format_set *set,
		    struct error *err) MUST_CHECK;

void format_set_done(struct format_set *set);

/* The event of SET with the system and name of ENTRY, borrowed from SET; NULL: not in SET. */
const struct format_entry *format_set_find(const struct format_set *set,
					   const struct format_entry *entry);

/* Whether SET would hold the event of ENTRY if the kernel had it. */
bool format_set_covers(const struct format_set *set, const struct format_entry *entry);

/* Whether PATTERN (NAME, SYSTEM:NAME or a glob of either; NULL: every event) matches ENTRY. */
bool format_entry_matches(const struct format_entry *entry, const char *pattern);

#endif
