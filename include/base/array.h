/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growth of arrays that malloc(3) made.
 */
#ifndef PXT_BASE_ARRAY_H
#define PXT_BASE_ARRAY_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * Make room for one more than COUNT elements in ARRAY, a pointer variable (NULL: empty), of which
 * CAPACITY, a size_t variable, is the room. Evaluates to 0, or to -ENOMEM with both unchanged.
 */
#define ARRAY_GROW(array, count, capacity) \
	array_grow(&(array), (count), &(capacity), sizeof(*(array)))

/* The function behind ARRAY_GROW(): ARRAY points to the pointer, SIZE is an element's, in bytes. */
int array_grow(void *array, size_t count, size_t *capacity, size_t size) MUST_CHECK;

#endif
