/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking through a string_list (facts.h).
 */
#ifndef PXT_BASE_STRING_LIST_H
#define PXT_BASE_STRING_LIST_H

#include <stdbool.h>
#include <string.h>

#include "event/facts.h"

/*
 * Take the first string off LIST, without its NUL, to *STRING; false, and *STRING untouched, where
 * there is none. `count` and `bytes` need not agree: the shorter one ends the list.
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
