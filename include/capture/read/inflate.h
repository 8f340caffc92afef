/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompresses PERF_RECORD_COMPRESSED and _COMPRESSED2: pieces of one zstd stream of records, which
 * may cross from piece to piece. inflate.c is the only file that uses libzstd.
 */
#ifndef PXT_CAPTURE_READ_INFLATE_H
#define PXT_CAPTURE_READ_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "capture/read/block.h"

struct inflate;

/* SWAP: the records are in the other byte order. POOL is borrowed. Returns NULL without memory. */
struct inflate *inflate_new(bool swap, struct block_pool *pool);
void inflate_free(struct inflate *inflate);

/* Add the next SIZE bytes of the stream, borrowed until inflate_next() returns 0. */
void inflate_feed(struct inflate *inflate, const void *bytes, size_t size);

/*
 * Return the next whole record. Returns 1 with *RECORD, valid as long as *BLOCK is referenced; 0
 * where more bytes are needed; -EBADMSG where the stream or a record is damaged, and nothing more
 * can be read; -ENOMEM.
 */
int inflate_next(struct inflate *inflate, const unsigned char **record,
		 struct block **block) MUST_CHECK;

/* Returns the bytes of an incomplete record at the end. */
size_t inflate_remainder(const struct inflate *inflate);

#endif
