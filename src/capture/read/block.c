/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct block *block_take(struct block_pool *pool)
{
	struct block *block = pool->free;

	if (block)
		pool->free = block->next;
	else
		block = malloc(sizeof(*block));
	if (block) {
		block->references = 1;
		block->used = block->record_count = 0;
		block->position = BLOCK_NOWHERE;
		pool->in_use++;
	}
	return block;
}

void block_reference(struct block *block)
{
	if (block)
		block->references++;
}

void block_release(struct block_pool *pool, struct block *block)
{
	if (!block || --block->references > 0)
		return;
	pool->in_use--;
	block->next = pool->free;
	pool->free = block;
}

void block_pool_done(struct block_pool *pool)
{
	while (pool->free) {
		struct block *block = pool->free;

		pool->free = block->next;
		free(block);
	}
}

int window_room(struct window *window, struct block_pool *pool, unsigned char **room, size_t *size)
{
	size_t unread;
	const unsigned char *bytes = window_bytes(window, &unread);

	if (!window->block || window->block->used == BLOCK_SIZE) {
		struct block *block = block_take(pool);

		if (!block)
			return -ENOMEM;
		if (unread > 0)
			memcpy(block->bytes, bytes, unread);
		block->used = unread;
		block_release(pool, window->block);
		*window = (struct window){.block = block};
	}
	*room = window->block->bytes + window->block->used;
	*size = BLOCK_SIZE - window->block->used;
	return 0;
}

const unsigned char *window_bytes(const struct window *window, size_t *size)
{
	if (!window->block) {
		*size = 0;
		return NULL;
	}
	*size = window->block->used - window->at;
	return window->block->bytes + window->at;
}

void window_done(struct window *window, struct block_pool *pool)
{
	block_release(pool, window->block);
	*window = (struct window){0};
}
