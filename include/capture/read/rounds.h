/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorts the records of a capture by time. perf writes them in rounds, each ended by
 * PERF_RECORD_FINISHED_ROUND. After a round, records not younger than the newest one of the round
 * before can be returned: every CPU's ring has been read since.
 *
 * In a round, one ring was read after the other, so that it consists of a few runs in time order,
 * which are merged. Each block has a list of its records that are given out. What a round of a file
 * has beyond some megabytes leaves memory and is read again when its turn comes.
 */
#ifndef PXT_CAPTURE_READ_ROUNDS_H
#define PXT_CAPTURE_READ_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/heap.h"
#include "capture/read/block.h"
#include "capture/read/events.h"
#include "capture/read/input.h"

/*
 * Records of one block in time order. Of a file they may have left memory: all of them, `block` is
 * NULL then; or, where `from` is before `to`, those that follow behind the block.
 */
struct run {
	struct heap_node node; /* first; the next record's time, and the order of beginning */
	const struct block_record *at, *end; /* the next record to give out, and behind the last */
	struct block *block;                 /* that they are in */
	uint64_t from, to;                   /* where in the file the others lie */
	struct run *next_free;
};

/*
 * `heap` holds the runs, the one with the oldest record first. The one whose record was given out
 * last stays on top as it is until the caller asks for the next (`borrowed`). Private, except to
 * inline functions.
 */
struct rounds {
	const struct events *events;
	bool swap;
	struct block_pool *pool;
	const struct input *input;
	struct heap heap;
	struct run *borrowed; /* the first run, whose first record was given out; NULL: none */
	uint64_t before_ns;   /* its records may go up to here, and not at it; 0: not known */
	struct run *free;
	struct run *last;     /* the run that the next record may belong to; NULL: none */
	uint64_t last_ns;     /* time of its last record */
	uint64_t started;     /* runs */
	uint64_t newest_ns;   /* of all records taken in */
	uint64_t previous_ns; /* newest_ns at the end of the round before */
	uint64_t limit_ns;    /* what is not younger may go */
	uint64_t given_ns;    /* the newest record given out */
	uint64_t late;
	uint64_t relieved; /* how often */
	bool relieving;    /* records go whatever their time */
};

/*
 * EVENTS, POOL and INPUT are borrowed. SWAP: record headers are in the other byte order. Returns
 * NULL without memory.
 */
struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool,
			  const struct input *input);
void rounds_free(struct rounds *rounds);

/* rounds_add() where the record may not follow the last one. */
int rounds_add_apart(struct rounds *rounds, const unsigned char *bytes, uint32_t size,
		     uint64_t time_ns, struct block *block) MUST_CHECK;

/*
 * Add the record of SIZE bytes at BYTES in BLOCK, with TIME_NS by events_time_of_record(). Returns
 * 0 or -ENOMEM.
 */
static inline MUST_CHECK int rounds_add(struct rounds *rounds, const unsigned char *bytes,
					uint32_t size, uint64_t time_ns, struct block *block)
{
	struct run *last = rounds->last;

	if (!last || last->block != block || time_ns < rounds->last_ns)
		return rounds_add_apart(rounds, bytes, size, time_ns, block);
	block_add_record(block, bytes, time_ns);
	last->end++;
	rounds->last_ns = time_ns;
	if (time_ns > rounds->newest_ns)
		rounds->newest_ns = time_ns;
	return 0;
}

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

/* rounds_next() where another run may be first. */
int rounds_next_of_all(struct rounds *rounds, const unsigned char **record) MUST_CHECK;

/*
 * Return the oldest record that may be returned; of equal times, in the order of the file. It is
 * whole and its header is sound, but where the file was changed meanwhile it may differ from the
 * one that was added. Returns 1 with *RECORD (borrowed until the next call), 0: none, or a negative
 * errno.
 */
static inline MUST_CHECK int rounds_next(struct rounds *rounds, const unsigned char **record)
{
	struct run *run = rounds->borrowed;

	if (!run || run->at + 1 == run->end || run->at[1].time_ns >= rounds->before_ns)
		return rounds_next_of_all(rounds, record);
	run->at++;
	rounds->given_ns = run->at->time_ns;
	*record = run->block->bytes + run->at->offset;
	return 1;
}

/* Returns how many records came after a younger one. */
uint64_t rounds_late(const struct rounds *rounds);

#endif
