/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of edits to the bytes of a ring before they are written: numbers to replace, and ranges to
 * remove. Offsets are those before any edit, in bytes.
 */
#ifndef PXT_CAPTURE_WRITE_EDITS_H
#define PXT_CAPTURE_WRITE_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct edit_list {
	struct edit *list;
	size_t count, capacity;
};

/* All zero: no edits. */
struct edits {
	struct edit_list values, cuts;
};

/* Replace the eight bytes at AT by VALUE. Returns 0 or -ENOMEM. */
int edits_set(struct edits *edits, size_t at, uint64_t value) MUST_CHECK;

/* Remove SIZE bytes at AT, which is behind all earlier cuts. Returns 0 or -ENOMEM. */
int edits_cut(struct edits *edits, size_t at, size_t size) MUST_CHECK;

/* Returns whether there are no edits. */
bool edits_is_empty(const struct edits *edits);

/* Apply EDITS to the SIZE bytes at BYTES, which contain them all. Returns the new size. */
size_t edits_apply(const struct edits *edits, unsigned char *bytes, size_t size);

/* Remove all edits, and keep the memory. */
void edits_clear(struct edits *edits);
void edits_done(struct edits *edits);

#endif
