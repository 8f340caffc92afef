/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for records that do not lie in a mapped file: read from a stream, or decompressed. It is
 * filled front to back, and used again once none of its records is needed any more.
 */
#ifndef PXT_CAPTURE_BLOCK_H
#define PXT_CAPTURE_BLOCK_H

#include <stddef.h>

#include "compiler.h"

/* Room for a few records of any size (perf_event_header.size has 16 bits). */
#define BLOCK_SIZE (256U * 1024U)

struct block {
	struct block *next; /* in the pool */
	size_t references;
	size_t used; /* bytes */
	unsigned char bytes[BLOCK_SIZE];
};

/* Blocks that wait to be used again. All zero is an empty one. */
struct block_pool {
	struct block *free;
};

/* One more, or one fewer, that needs BLOCK; the last one gives it back to POOL. NULL is nothing. */
void block_reference(struct block *block);
void block_release(struct block_pool *pool, struct block *block);

/* Frees the blocks that wait in POOL; all should. */
void block_pool_done(struct block_pool *pool);

/* Bytes that come in bit by bit, the unread ones always in one piece. All zero is an empty one. */
struct window {
	struct block *block; /* referenced; NULL before the first byte */
	size_t at;           /* the first byte of `block` that has not been read */
};

/*
 * Make room behind the unread bytes (no more than half a block), in a new block where the present
 * one is full. Returns 0 with where to write and how much, -ENOMEM.
 */
int window_room(struct window *window, struct block_pool *pool, unsigned char **room,
		size_t *size) MUST_CHECK;

/* The unread bytes. */
const unsigned char *window_bytes(const struct window *window, size_t *size);

void window_done(struct window *window, struct block_pool *pool);

#endif
