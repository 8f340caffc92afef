/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorts the records of a capture by time. perf writes them in rounds, each ended by
 * PERF_RECORD_FINISHED_ROUND. After a round, records not younger than the newest one of the round
 * before can be returned: every CPU's ring has been read since.
 *
 * In a round, one ring was read after the other, so that it consists of a few runs in time order.
 * Only the bounds of runs are stored, nothing per record, and the runs are merged. What a round of
 * a file has beyond some megabytes leaves memory and is read again when its turn comes.
 */
#ifndef PXT_CAPTURE_READ_ROUNDS_H
#define PXT_CAPTURE_READ_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "capture/read/block.h"
#include "capture/read/events.h"
#include "capture/read/input.h"

struct rounds;

/*
 * EVENTS, POOL and INPUT are borrowed. SWAP: record headers are in the other byte order. Returns
 * NULL without memory.
 */
struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool,
			  const struct input *input);
void rounds_free(struct rounds *rounds);

/*
 * Add the record of SIZE bytes at BYTES in BLOCK, with TIME_NS by events_time_of_record(). Returns
 * 0 or -ENOMEM.
 */
int rounds_add(struct rounds *rounds, const unsigned char *bytes, uint32_t size, uint64_t time_ns,
	       struct block *block) MUST_CHECK;

/* End the current run: the next record does not follow the last one byte for byte. */
void rounds_break(struct rounds *rounds);

/* End the round: records not younger than the round before may be returned. */
void rounds_finish(struct rounds *rounds);

/* Limits of memory, in blocks and runs. No round of a sound capture reaches them. */
#define ROUNDS_BLOCKS 1024U
#define ROUNDS_RUNS (1024U * 1024U)

/*
 * Returns whether a limit is reached. rounds_relieve() then allows the oldest half to be returned,
 * even though older records may follow; rounds_relieved() counts its calls.
 */
bool rounds_are_full(const struct rounds *rounds);
void rounds_relieve(struct rounds *rounds);
uint64_t rounds_relieved(const struct rounds *rounds);

/* End the capture: all records may be returned. */
void rounds_finish_all(struct rounds *rounds);

/*
 * Return the oldest record that may be returned; of equal times, in the order of the file. It is
 * whole and its header is sound, but where the file was changed meanwhile it may differ from the
 * one that was added. Returns 1 with *RECORD (borrowed until the next call), 0: none, or a negative
 * errno.
 */
int rounds_next(struct rounds *rounds, const unsigned char **record) MUST_CHECK;

/* Returns how many records came after a younger one. */
uint64_t rounds_late(const struct rounds *rounds);

#endif
