/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the records of a capture into time order, the way perf wrote them: in rounds, each ending
 * with PERF_RECORD_FINISHED_ROUND. What is older than the newest record of the round before can be
 * given out then: every CPU's ring has been read since.
 *
 * A round is what was read from one ring after the other, so it consists of a few stretches that
 * are in order already. Only those runs are kept, and merged: not a word per record.
 */
#ifndef PXT_CAPTURE_ROUNDS_H
#define PXT_CAPTURE_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/block.h"
#include "capture/events.h"
#include "compiler.h"

struct rounds;

/* EVENTS and POOL are borrowed; SWAP: record headers are in the other byte order. Returns NULL
 * without memory. */
struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool);
void rounds_free(struct rounds *rounds);

/*
 * Take the record at BYTES in, which stays there: in the mapped file (BLOCK is NULL) or in BLOCK.
 * TIME_NS is what events_time_of_record() says. 0 or -ENOMEM.
 */
int rounds_add(struct rounds *rounds, const unsigned char *bytes, uint32_t size, uint64_t time_ns,
	       struct block *block) MUST_CHECK;

/* What comes next does not follow upon the last record, byte for byte. */
void rounds_break(struct rounds *rounds);

/* The round is over: let go what the round before allows. */
void rounds_finish(struct rounds *rounds);

/* Nothing more comes: let everything go. */
void rounds_finish_all(struct rounds *rounds);

/*
 * The oldest record that may go; NULL: none. Equal times come in the order of the file. Borrowed
 * until the next call.
 */
const unsigned char *rounds_next(struct rounds *rounds);

/* How many bytes of records were passed over in giving them out. */
uint64_t rounds_passed(const struct rounds *rounds);

/* How many records came after a younger one had been given out. */
uint64_t rounds_late(const struct rounds *rounds);

#endif
