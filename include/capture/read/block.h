/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reference-counted blocks of memory with records, read from a file or stream or decompressed. A
 * block is filled front to back, and reused once nothing references it. Records are copied to
 * blocks before they are parsed, so that no other process can change them meanwhile.
 */
#ifndef PXT_CAPTURE_READ_BLOCK_H
#define PXT_CAPTURE_READ_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Room for a few records of any size (perf_event_header.size has 16 bits). */
#define BLOCK_SIZE (128U * 1024U)

/* The `position` of bytes that cannot be read again. */
#define BLOCK_NOWHERE UINT64_MAX

struct block {
	struct block *next; /* in the pool's list */
	size_t references;
	size_t used;       /* bytes */
	uint64_t position; /* of the first byte in its file, or BLOCK_NOWHERE */
	unsigned char bytes[BLOCK_SIZE];
};

/* A pool of free blocks. All zero is an empty pool. */
struct block_pool {
	struct block *free;
	size_t in_use; /* blocks that are not free */
};

/* Returns an empty block with one reference and no position; NULL without memory. */
struct block *block_take(struct block_pool *pool) MUST_CHECK;

/* Add or drop a reference of BLOCK; the last one returns it to POOL. NULL is fine. */
void block_reference(struct block *block);
void block_release(struct block_pool *pool, struct block *block);

/* Free the blocks of POOL, which all have to be free. */
void block_pool_done(struct block_pool *pool);

/* A window on a stream, with the unread bytes in one piece. All zero is an empty window. */
struct window {
	struct block *block; /* referenced; NULL before the first byte */
	size_t at;           /* the first unread byte of `block` */
};

/*
 * Make room behind the unread bytes (half a block at most), in a new block where the current one is
 * full. Returns 0 with *ROOM and its *SIZE, or -ENOMEM.
 */
int window_room(struct window *window, struct block_pool *pool, unsigned char **room,
		size_t *size) MUST_CHECK;

/* Returns the unread bytes, *SIZE of them. */
const unsigned char *window_bytes(const struct window *window, size_t *size);

void window_done(struct window *window, struct block_pool *pool);

#endif
