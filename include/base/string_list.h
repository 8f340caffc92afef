/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of NUL-terminated strings one after the other, as argv lies in memory.
 */
#ifndef PXT_BASE_STRING_LIST_H
#define PXT_BASE_STRING_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct string_list {
	struct text bytes; /* all strings, the last NUL included */
	uint32_t count;
};

/*
 * Move the first string of LIST, without its NUL, to *STRING. False, with *STRING untouched, where
 * the list is empty. `count` and `bytes` need not agree: the shorter one ends the list.
 */
static inline bool string_list_next(struct string_list *list, struct text *string)
{
	const char *start = list->bytes.bytes;
	size_t left = list->bytes.length;

	if (list->count == 0 || left == 0)
		return false;
	const char *nul = memchr(start, '\0', left);
	size_t length = nul ? (size_t)(nul - start) : left;
	size_t used = nul ? length + 1 : length;
	*string = (struct text){start, length};
	list->bytes = (struct text){start + used, left - used};
	list->count--;
	return true;
}

#endif
