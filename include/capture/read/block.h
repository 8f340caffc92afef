/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for records: read from a file or a stream, or decompressed. It is filled front to back,
 * and used again once none of its records is needed any more. Records are never looked at where
 * another process can change them.
 */
#ifndef PXT_CAPTURE_READ_BLOCK_H
#define PXT_CAPTURE_READ_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Room for a few records of any size (perf_event_header.size has 16 bits). */
#define BLOCK_SIZE (128U * 1024U)

/* `position` of what cannot be read again. */
#define BLOCK_NOWHERE UINT64_MAX

struct block {
	struct block *next; /* in the pool */
	size_t references;
	size_t used;       /* bytes */
	uint64_t position; /* of the first one in the file that they are from, or BLOCK_NOWHERE */
	unsigned char bytes[BLOCK_SIZE];
};

/* Blocks that wait to be used again. All zero is an empty one. */
struct block_pool {
	struct block *free;
	size_t in_use; /* blocks that do not wait */
};

/* An empty block with one reference, from nowhere; NULL without memory. */
struct block *block_take(struct block_pool *pool) MUST_CHECK;

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
