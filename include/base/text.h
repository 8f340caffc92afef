/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of bytes that something else owns: any bytes, without a NUL at the end. It is valid as
 * long as the record or string that it was taken from.
 */
#ifndef PXT_BASE_TEXT_H
#define PXT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *bytes;
	size_t length; /* bytes */
};

/* Returns whether TEXT, whose bytes are not NULL, is STRING. */
static inline bool text_equals(struct text text, const char *string)
{
	return text.length == strlen(string) && memcmp(text.bytes, string, text.length) == 0;
}

/* Returns whether TEXT begins with START, which is not empty. */
static inline bool text_begins(struct text text, const char *start)
{
	const size_t length = strlen(start);

	return text.length >= length && memcmp(text.bytes, start, length) == 0;
}

/* Returns the part of TEXT behind the last BYTE; all of TEXT where there is none. */
static inline struct text text_behind_last(struct text text, char byte)
{
	const char *last = text.length > 0 ? memrchr(text.bytes, byte, text.length) : NULL;

	return last ? (struct text){last + 1, text.length - (size_t)(last + 1 - text.bytes)} : text;
}

#endif
