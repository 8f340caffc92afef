/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of bytes that something else owns: any bytes, without a NUL at the end. It is valid as
 * long as the record or string that it was taken from.
 */
#ifndef PXT_BASE_TEXT_H
#define PXT_BASE_TEXT_H

#include <stddef.h>

struct text {
	const char *bytes;
	size_t length; /* bytes */
};

#endif
