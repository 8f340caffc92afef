/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that are kept from one use to the next, so that most uses allocate nothing. All zero is an
 * empty one.
 */
#ifndef PXT_BASE_BUFFER_H
#define PXT_BASE_BUFFER_H

#include <stddef.h>

#include "base/compiler.h"

struct buffer {
	char *bytes; /* ours; NULL before the first use */
	size_t size; /* bytes that are filled */
	size_t capacity;
};

/* Make room for MORE bytes behind those that are filled. Returns 0 or -ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t more) MUST_CHECK;

/* Returns 0 or -ENOMEM. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t size) MUST_CHECK;

void buffer_done(struct buffer *buffer);

#endif
