/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer. It keeps its memory from one use to the next: set `size` to 0 and fill it
 * again. All zero is an empty buffer.
 */
#ifndef PXT_BASE_BUFFER_H
#define PXT_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct buffer {
	char *bytes; /* ours; NULL before the first use */
	size_t size; /* filled bytes */
	size_t capacity;
	bool failed; /* a buffer_put() had no memory */
};

/* Make room for MORE bytes behind the filled ones. Returns 0 or -ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t more) MUST_CHECK;

/* Append SIZE bytes. Returns 0 or -ENOMEM. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t size) MUST_CHECK;

/* Append SIZE bytes, or set `failed`; after a failure nothing is appended. */
void buffer_put(struct buffer *buffer, const void *bytes, size_t size);

/* Free the memory. */
void buffer_done(struct buffer *buffer);

#endif
