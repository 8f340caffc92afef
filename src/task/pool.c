/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/pool.h"

#include <stdlib.h>

#define ALIGNMENT 64U
#define CHUNK_SIZE (32U << 10)

struct pool_chunk {
	struct pool_chunk *next;
};

void pool_done(struct pool *pool)
{
	while (pool->chunks) {
		struct pool_chunk *chunk = pool->chunks;

		pool->chunks = chunk->next;
		ASAN_UNPOISON_MEMORY_REGION(chunk, CHUNK_SIZE);
		free(chunk);
	}
}

void *pool_extend(struct pool *pool)
{
	if (pool->unused_size < pool->size) {
		struct pool_chunk *chunk = aligned_alloc(ALIGNMENT, CHUNK_SIZE);

		if (!chunk)
			return NULL;
		chunk->next = pool->chunks;
		pool->chunks = chunk;
		pool->unused = (char *)chunk + ALIGNMENT;
		pool->unused_size = CHUNK_SIZE - ALIGNMENT;
	}
	void *object = pool->unused;
	pool->unused += pool->size;
	pool->unused_size -= pool->size;
	return object;
}
