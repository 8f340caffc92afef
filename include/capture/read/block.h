/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reference-counted blocks of memory with records, read from a file or stream or decompressed. A
 * block is filled front to back, and reused once nothing references it. Records are copied to
 * blocks before they are parsed, so that no other process can change them meanwhile.
 */
#ifndef PXT_CAPTURE_READ_BLOCK_H
#define PXT_CAPTURE_READ_BLOCK_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Room for a few records of any size (perf_event_header.size has 16 bits). */
#define BLOCK_SIZE (128U * 1024U)

/* The `position` of bytes that cannot be read again. */
#define BLOCK_NOWHERE UINT64_MAX

/* A record of a block that waits for its turn (rounds.h). */
struct block_record {
	uint64_t time_ns;
	uint32_t offset; /* of its first byte in the block */
};

/* No block has more records than headers fit in. */
#define BLOCK_RECORDS (BLOCK_SIZE / sizeof(struct perf_event_header))

struct block {
	struct block *next; /* in the pool's list */
	size_t references;
	size_t used;       /* bytes */
	uint64_t position; /* of the first byte in its file, or BLOCK_NOWHERE */
	unsigned char bytes[BLOCK_SIZE];
	size_t record_count;
	struct block_record records[BLOCK_RECORDS]; /* memory only as far as it is used */
};

/* A pool of free blocks. All zero is an empty pool. */
struct block_pool {
	struct block *free;
	size_t in_use; /* blocks that are not free */
};

/* Returns an empty block with one reference and no position; NULL without memory. */
struct block *block_take(struct block_pool *pool) MUST_CHECK;

/* List the record at BYTES in BLOCK, which was not listed before, with its time. */
static inline void block_add_record(struct block *block, const unsigned char *bytes,
				    uint64_t time_ns)
{
	block->records[block->record_count++] = (struct block_record){
		.time_ns = time_ns,
		.offset = (uint32_t)(bytes - block->bytes),
	};
}

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
