/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the records of a capture into time order, the way perf wrote them: in rounds, each ending
 * with PERF_RECORD_FINISHED_ROUND. What is older than the newest record of the round before can be
 * given out then: every CPU's ring has been read since.
 *
 * A round is what was read from one ring after the other, so it consists of a few stretches that
 * are in order already. Only those runs are kept, and merged: not a word per record. What a round
 * of a file has beyond some megabytes is read again when its turn comes.
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

/* EVENTS, POOL and INPUT are borrowed; SWAP: record headers are in the other byte order. Returns
 * NULL without memory. */
struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool,
			  const struct input *input);
void rounds_free(struct rounds *rounds);

/*
 * Take the record at BYTES of BLOCK in.
 * TIME_NS is what events_time_of_record() says. 0 or -ENOMEM.
 */
int rounds_add(struct rounds *rounds, const unsigned char *bytes, uint32_t size, uint64_t time_ns,
	       struct block *block) MUST_CHECK;

/* What comes next does not follow upon the last record, byte for byte. */
void rounds_break(struct rounds *rounds);

/* The round is over: let go what the round before allows. */
void rounds_finish(struct rounds *rounds);

/*
 * Returns whether the rounds hold as much memory as they may (ROUNDS_BLOCKS, ROUNDS_RUNS),
 * inflated: no round of a sound capture does. rounds_relieve() lets the oldest half go then,
 * whatever follows; rounds_relieved() is how often that was.
 */
#define ROUNDS_BLOCKS 1024U
#define ROUNDS_RUNS (1024U * 1024U)
bool rounds_are_full(const struct rounds *rounds);
void rounds_relieve(struct rounds *rounds);
uint64_t rounds_relieved(const struct rounds *rounds);

/* Nothing more comes: let everything go. */
void rounds_finish_all(struct rounds *rounds);

/*
 * The oldest record that may go, whole and of a sound header, but, where a file is changed while it
 * is read, not surely the one that was taken in. Equal times come in the order of the file. Returns
 * 1 with *RECORD (borrowed until the next call), 0: none, or a negative errno.
 */
int rounds_next(struct rounds *rounds, const unsigned char **record) MUST_CHECK;

/* How many records came after a younger one had been given out. */
uint64_t rounds_late(const struct rounds *rounds);

#endif
