/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 8

int array_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	void *elements;

	if (count < *capacity)
		return 0;
	/* Copied, since a pointer to another type must not be read as a void pointer. */
	memcpy(&elements, array, sizeof(elements));
	size_t wanted = *capacity ? 2 * *capacity : CAPACITY_FIRST, bytes;
	void *grown =
		__builtin_mul_overflow(wanted, size, &bytes) ? NULL : realloc(elements, bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(array, &grown, sizeof(grown));
	*capacity = wanted;
	return 0;
}
