/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Grows arrays on the heap, by doubling.
 */
#ifndef PXT_BASE_ARRAY_H
#define PXT_BASE_ARRAY_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * Make room for one more than COUNT elements in ARRAY. ARRAY is a pointer variable (NULL: empty),
 * CAPACITY a size_t variable with the number of elements that fit. Evaluates to 0, or to -ENOMEM
 * with both unchanged.
 */
#define ARRAY_GROW(array, count, capacity) \
	array_grow(&(array), (count), &(capacity), sizeof(*(array)))

/* Implements ARRAY_GROW(). ARRAY points to the pointer; SIZE is that of an element, in bytes. */
int array_grow(void *array, size_t count, size_t *capacity, size_t size) MUST_CHECK;

#endif
