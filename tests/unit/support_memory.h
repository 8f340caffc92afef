/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that runs out, for a test whose WRAP_ line in the Makefile says `calloc malloc`. All in a
 * header: only such a program has the real ones under these names.
 */
#ifndef PXT_TESTS_SUPPORT_MEMORY_H
#define PXT_TESTS_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);

/* So many allocations succeed; negative: all. */
static int allocations_left = -1;

static bool may_allocate(void)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left != 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

#endif
