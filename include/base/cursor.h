/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a record that are not taken apart yet. What would go past the end is refused, and
 * the cursor stays where it was.
 */
#ifndef PXT_BASE_CURSOR_H
#define PXT_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/load.h"

struct cursor {
	const unsigned char *at;
	const unsigned char *end;
	bool swap; /* numbers are in the byte order that is not ours */
};

/* Bytes. */
static inline size_t cursor_left(const struct cursor *cursor)
{
	return (size_t)(cursor->end - cursor->at);
}

/* COUNT items of SIZE bytes. */
static inline bool cursor_skip(struct cursor *cursor, uint64_t count, size_t size)
{
	if (count > cursor_left(cursor) / size)
		return false;
	cursor->at += count * size;
	return true;
}

/* SIZE bytes, which stay where they are; NULL where there are fewer. */
static inline const unsigned char *cursor_take(struct cursor *cursor, uint64_t size)
{
	const unsigned char *taken = cursor->at;

	return cursor_skip(cursor, size, 1) ? taken : NULL;
}

static inline bool cursor_take32(struct cursor *cursor, uint32_t *value)
{
	const unsigned char *from = cursor_take(cursor, sizeof(*value));

	if (from)
		*value = load32(from, cursor->swap);
	return from != NULL;
}

static inline bool cursor_take64(struct cursor *cursor, uint64_t *value)
{
	if (cursor_left(cursor) < sizeof(*value))
		return false;
	*value = load64(cursor->at, cursor->swap);
	cursor->at += sizeof(*value);
	return true;
}

#endif
