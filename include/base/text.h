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

#endif
