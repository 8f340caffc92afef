/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PERF_RECORD_COMPRESSED and _COMPRESSED2: pieces of one zstd stream of records, which may straddle
 * them. The only file that knows libzstd.
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

/* The next SIZE bytes of the stream, borrowed until inflate_next() has returned 0. */
void inflate_feed(struct inflate *inflate, const void *bytes, size_t size);

/*
 * Returns 1 with the next whole record, which stays as long as *BLOCK is referenced; 0 where it
 * takes more to feed; -EBADMSG where the stream or a record is damaged: nothing can be read from
 * there on; -ENOMEM.
 */
int inflate_next(struct inflate *inflate, const unsigned char **record,
		 struct block **block) MUST_CHECK;

/* How many bytes of a record came whose rest is missing. */
size_t inflate_remainder(const struct inflate *inflate);

#endif
