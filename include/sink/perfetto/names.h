/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers the names of programs, so that a trace has each of them once. Memory is bounded by
 * NAMES_MAX names of NAME_BYTES; further and longer ones have no number.
 */
#ifndef PXT_SINK_PERFETTO_NAMES_H
#define PXT_SINK_PERFETTO_NAMES_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

#define NAMES_MAX 4096U
#define NAME_BYTES 255U

/* All 0 is empty. */
struct names {
	struct name *by_text;
	uint32_t count;
};

/* Free the memory. */
void names_done(struct names *names);

/* Returns the number of TEXT, from 1 on; 0: it has none. */
uint32_t names_find(const struct names *names, struct text text);

/* Give TEXT, which has none, the next *NUMBER, 0 beyond the bounds. Returns 0 or -ENOMEM. */
int names_add(struct names *names, struct text text, uint32_t *number) MUST_CHECK;

#endif
