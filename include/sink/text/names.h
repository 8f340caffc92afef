/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of numbers, as manual pages and kernel headers have them: printable ASCII, static.
 */
#ifndef PXT_SINK_TEXT_NAMES_H
#define PXT_SINK_TEXT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "event/facts.h"

/* Bytes that clone_flags_put() writes at most: 64 flags of 24 characters, separators included. */
#define CLONE_FLAGS_ROOM (64U * 24U)

/*
 * Write the names of FLAGS of clone(2) to OUT, lowest first, with SEPARATOR, three bytes at most,
 * between them; those without a name become one hexadecimal number at the end. Of the low byte,
 * which is the exit signal (CSIGNAL), only clone3(2)'s CLONE_NEWTIME has a name. Returns the end.
 */
char *clone_flags_put(char *out, uint64_t flags, const char *separator);

/* The flags that were written last, since most forks are of a few kinds. All 0 at first. */
struct clone_flags_text {
	uint64_t flags; /* of `text` */
	size_t length;  /* 0: nothing written yet */
	char text[CLONE_FLAGS_ROOM];
};

/* clone_flags_put() that keeps in LAST what it wrote; SEPARATOR is always the same. */
char *clone_flags_put_again(char *out, struct clone_flags_text *last, uint64_t flags,
			    const char *separator);

/* "process", "vfork", "thread"; NULL: unknown. */
const char *fork_kind_name(enum fork_kind kind);

/* "process", "kernel"; NULL: unknown. */
const char *signal_origin_name(enum signal_origin origin);

/* "stack", "proc", "probe", "proc_start", "none". */
const char *argv_source_name(enum argv_source source);

#endif
