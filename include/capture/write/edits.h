/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits to bytes on their way from a ring to a capture: numbers replaced, ranges left out.
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

/* All zero is none. */
struct edits {
	struct edit_list values, cuts;
};

/* Have the eight bytes at AT be VALUE. 0 or -ENOMEM. */
int edits_set(struct edits *edits, size_t at, uint64_t value) MUST_CHECK;

/* Leave out SIZE bytes from AT on, behind all that is left out already. 0 or -ENOMEM. */
int edits_cut(struct edits *edits, size_t at, size_t size) MUST_CHECK;

/* Whether there are none. */
bool edits_is_empty(const struct edits *edits);

/* Make them in the SIZE bytes at BYTES, within which all of them must be. Returns the new size. */
size_t edits_apply(const struct edits *edits, unsigned char *bytes, size_t size);

/* Forget them all. */
void edits_clear(struct edits *edits);
void edits_done(struct edits *edits);

#endif
