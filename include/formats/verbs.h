/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs of `formats`, and what they share.
 */
#ifndef PXT_FORMATS_VERBS_H
#define PXT_FORMATS_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"
#include "formats/format_set.h"
#include "formats/page.h"

/* Exit statuses, as those of diff(1). */
#define STATUS_DIFFERENT 1
#define STATUS_TROUBLE 2

struct verb_call {
	const char *const *arguments; /* behind the verb, ended by NULL */
	size_t count;
	bool verbose;
	const struct page *page;
};

/* Run a verb, whose arguments have been counted. Returns the exit status, 2 with ERR filled. */
typedef int verb_run(const struct verb_call *call, struct error *err);

verb_run formats_list MUST_CHECK;
verb_run formats_show MUST_CHECK;
verb_run formats_diff MUST_CHECK;

/* Print "NAME  KERNEL, 64-bit". */
void print_source(const struct format_set *set, FILE *out);

/* The bytes that all records of FORMAT have. */
uint32_t format_fixed_size(const struct format *format);

/* The malformed formats met so far; all zero is none. */
struct malformed {
	size_t count;
	const char *first; /* what is wrong with it, borrowed from its set */
};

/* Count ENTRY if it is malformed. */
void malformed_note(struct malformed *malformed, const struct format_entry *entry);

/* Returns 0 where none is malformed, else STATUS_TROUBLE with ERR filled. */
int malformed_status(const struct malformed *malformed, struct error *err) MUST_CHECK;

/* Say that neither A nor B (NULL: only A was searched) has EVENT. Returns STATUS_TROUBLE. */
int unknown_event(const struct format_set *a, const struct format_set *b, const char *event,
		  struct error *err);

#endif
