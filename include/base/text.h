/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of bytes that somebody else owns. The bytes are not trusted: no NUL at the end, any value
 * in between. The view lives as long as the record or string that it was taken from.
 */
#ifndef PXT_BASE_TEXT_H
#define PXT_BASE_TEXT_H

#include <stddef.h>

struct text {
	const char *bytes;
	size_t length; /* bytes */
};

#endif
