/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for many objects of one size, taken from large chunks. What is given back is used again;
 * the chunks are freed with the pool.
 */
#ifndef PXT_TASK_POOL_H
#define PXT_TASK_POOL_H

#include <stddef.h>

#include "base/compiler.h"

/* The sanitizer still has to see who uses what was given back. */
#if HAS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address))
#endif

struct pool_spare {
	struct pool_spare *next;
};

struct pool {
	size_t size; /* of an object, a multiple of its alignment, which is 64 at most */
	struct pool_spare *spare;
	char *unused; /* of the newest chunk */
	size_t unused_size;
	struct pool_chunk *chunks;
};

/* Free all that was taken. */
void pool_done(struct pool *pool);

/* Returns an object that was never given out, or NULL without memory. */
void *pool_extend(struct pool *pool);

/* Returns an object, not initialised, or NULL without memory. */
static inline void *pool_take(struct pool *pool)
{
	struct pool_spare *spare = pool->spare;

	if (!spare)
		return pool_extend(pool);
	ASAN_UNPOISON_MEMORY_REGION(spare, pool->size);
	pool->spare = spare->next;
	return spare;
}

/* Give OBJECT back. */
static inline void pool_give(struct pool *pool, void *object)
{
	struct pool_spare *spare = object;

	spare->next = pool->spare;
	pool->spare = spare;
	ASAN_POISON_MEMORY_REGION(object, pool->size);
}

#endif
