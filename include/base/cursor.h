/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cursor over bytes that are being parsed. A read or skip past the end fails and does not move
 * it.
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
	bool swap; /* numbers are in the other byte order */
};

/* Returns how many bytes are left. */
static inline size_t cursor_left(const struct cursor *cursor)
{
	return (size_t)(cursor->end - cursor->at);
}

/* Skip COUNT items of SIZE bytes. */
static inline bool cursor_skip(struct cursor *cursor, uint64_t count, size_t size)
{
	if (count > cursor_left(cursor) / size)
		return false;
	cursor->at += count * size;
	return true;
}

/* Skip SIZE bytes. Returns where they are; NULL where fewer are left. */
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
