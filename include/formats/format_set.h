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

/* What it means that an event is not in a set. */
enum format_set_scope {
	FORMAT_SET_ALL,       /* the kernel does not have it */
	FORMAT_SET_LIFECYCLE, /* the same, if it is a lifecycle event; only those are shipped */
	FORMAT_SET_RECORDED,  /* nothing: a capture holds only the formats of what it recorded */
};

/* One event of a kernel. */
struct format_entry {
	char *system, *name;
	struct format *format; /* NULL: malformed */
	char *why;             /* what is malformed; NULL with a format */
};

struct format_set {
	char name[1024];        /* "live", "amd64-6.1.0-50" or the path given, printable */
	char kernel[128];       /* release and machine, printable; "": unknown */
	struct machine machine; /* of a directory, only the word size is known */
	enum format_set_scope scope;
	struct format_entry *entries; /* sorted by system and name */
	size_t count, capacity;
};

/*
 * Load the formats of SOURCE: "live", the name of a shipped kernel, or the path of a directory or
 * capture ("-": standard input).
 *
 * Returns 0 with SET (free with format_set_done()), even where formats are malformed; -ENOENT where
 * there is no such source, or another negative errno where it cannot be read, with ERR filled.
 */
int format_set_load(const char *source, struct format_set *set, struct error *err) MUST_CHECK;

void format_set_done(struct format_set *set);

/* The event of SET with the system and name of ENTRY, borrowed from SET; NULL: not in SET. */
const struct format_entry *format_set_find(const struct format_set *set,
					   const struct format_entry *entry);

/* Whether SET would hold the event of ENTRY if the kernel had it. */
bool format_set_covers(const struct format_set *set, const struct format_entry *entry);

/* Whether PATTERN (NAME, SYSTEM:NAME or a glob of either; NULL: every event) matches ENTRY. */
bool format_entry_matches(const struct format_entry *entry, const char *pattern);

#endif
