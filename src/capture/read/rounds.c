/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/rounds.h"

#include <errno.h>
#include <stdlib.h>

#include "base/heap.h"
#include "perf/record.h"

/* With more blocks than these in use, further runs of a file are not kept in memory until their
 * turn comes; with more than those, nor between their turns. */
#define KEPT_BLOCKS 64U
#define LOADED_BLOCKS 128U

/*
 * A stretch of records in time order, with other ones among them that are not given out. One of a
 * file may have left memory: in whole, `block` is NULL then; or, where `to` is set, what is behind
 * `end`.
 */
struct run {
	struct heap_node node;    /* first; the next record's time, and the order of beginning */
	const unsigned char *at;  /* the next record to give out */
	const unsigned char *end; /* behind the last byte */
	struct block *block;      /* that both are in */
	uint64_t from, to;        /* where in the file the run lies that has left memory */
	struct run *next_free;
};

/*
 * `heap` holds the runs, the one with the oldest record first. The one whose record was given out
 * last stays on top as it is until the caller asks for the next (`borrowed`).
 */
struct rounds {
	const struct events *events;
	bool swap;
	struct block_pool *pool;
	const struct input *input;
	struct heap heap;
	uint64_t rival_ns; /* the first run stays first up to here; 0: not known */
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
	bool borrowed;
};

struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool,
			  const struct input *input)
{
	struct rounds *rounds = malloc(sizeof(*rounds));

	if (rounds)
		*rounds = (struct rounds){
			.events = events, .swap = swap, .pool = pool, .input = input};
	return rounds;
}

static struct run *run_at(const struct rounds *rounds, size_t index)
{
	return (struct run *)rounds->heap.nodes[index];
}

void rounds_free(struct rounds *rounds)
{
	if (!rounds)
		return;
	for (size_t i = 0; i < rounds->heap.count; i++) {
		struct run *run = run_at(rounds, i);

		block_release(rounds->pool, run->block);
		free(run);
	}
	while (rounds->free) {
		struct run *run = rounds->free;

		rounds->free = run->next_free;
		free(run);
	}
	heap_done(&rounds->heap);
	free(rounds);
}

static void remove_top(struct rounds *rounds)
{
	struct run *run = run_at(rounds, 0);

	rounds->rival_ns = 0;
	heap_remove(&rounds->heap, 0);
	if (rounds->last == run)
		rounds->last = NULL;
	block_release(rounds->pool, run->block);
	run->next_free = rounds->free;
	rounds->free = run;
}

/* ---- taking in ---- */

static struct run *take_run(struct rounds *rounds)
{
	struct run *run = rounds->free;

	if (!run)
		return malloc(sizeof(*run));
	rounds->free = run->next_free;
	return run;
}

static int start_run(struct rounds *rounds, const struct run *first)
{
	if (heap_reserve(&rounds->heap, rounds->heap.count + 1) < 0)
		return -ENOMEM;
	struct run *run = take_run(rounds);
	if (!run)
		return -ENOMEM;
	*run = *first;
	run->node.order = rounds->started++;
	block_reference(run->block);
	heap_push(&rounds->heap, &run->node);
	rounds->rival_ns = 0;
	rounds->last = run;
	return 0;
}

/* Returns the offset in its file of the record at BYTES in BLOCK. */
static uint64_t position_of(const struct block *block, const unsigned char *bytes)
{
	return block->position + (uint64_t)(bytes - block->bytes);
}

static bool is_kept(const struct rounds *rounds, const struct block *block)
{
	return block->position == BLOCK_NOWHERE || rounds->pool->in_use <= KEPT_BLOCKS;
}

static bool follows_last(const struct rounds *rounds, uint64_t time_ns, const struct block *block)
{
	const struct run *last = rounds->last;

	if (!last || (time_ns < rounds->last_ns && time_ns != 0))
		return false;
	return last->block ? last->block == block : block->position != BLOCK_NOWHERE;
}

int rounds_add(struct rounds *rounds, const unsigned char *bytes, uint32_t size, uint64_t time_ns,
	       struct block *block)
{
	int code = 0;

	if (follows_last(rounds, time_ns, block)) {
		if (rounds->last->block)
			rounds->last->end = bytes + size;
		else
			rounds->last->to = position_of(block, bytes) + size;
	} else {
		struct run first = {.node.time_ns = time_ns};

		if (is_kept(rounds, block)) {
			first.block = block;
			first.at = bytes;
			first.end = bytes + size;
		} else {
			first.from = position_of(block, bytes);
			first.to = first.from + size;
		}
		code = start_run(rounds, &first);
		rounds->last_ns = time_ns;
	}
	if (time_ns > rounds->last_ns)
		rounds->last_ns = time_ns;
	if (time_ns > rounds->newest_ns)
		rounds->newest_ns = time_ns;
	return code;
}

void rounds_break(struct rounds *rounds)
{
	rounds->last = NULL;
}

void rounds_finish(struct rounds *rounds)
{
	rounds_break(rounds);
	rounds->limit_ns = rounds->previous_ns;
	rounds->previous_ns = rounds->newest_ns;
}

/* Returns whether 1/NTH of a limit of memory is reached. */
static bool is_full_to(const struct rounds *rounds, size_t nth)
{
	return rounds->pool->in_use >= ROUNDS_BLOCKS / nth ||
	       rounds->heap.count >= ROUNDS_RUNS / nth;
}

bool rounds_are_full(const struct rounds *rounds)
{
	return is_full_to(rounds, 1);
}

void rounds_relieve(struct rounds *rounds)
{
	rounds_break(rounds);
	rounds->relieving = true;
	rounds->relieved++;
}

uint64_t rounds_relieved(const struct rounds *rounds)
{
	return rounds->relieved;
}

void rounds_finish_all(struct rounds *rounds)
{
	rounds_break(rounds);
	rounds->limit_ns = UINT64_MAX;
}

/* ---- giving out ---- */

/* Returns whether the next record of RUN is in memory as a whole. */
static bool has_whole(const struct rounds *rounds, const struct run *run)
{
	size_t size = (size_t)(run->end - run->at);

	if (size < sizeof(struct perf_event_header))
		return false;
	struct perf_event_header header = record_header(run->at, rounds->swap);
	return header.size >= sizeof(header) && header.size <= size;
}

/* Forget what is in memory of RUN. */
static void unload(struct rounds *rounds, struct run *run)
{
	if (run->to == 0 || !run->block)
		return;
	run->from = position_of(run->block, run->at);
	block_release(rounds->pool, run->block);
	run->block = NULL;
	run->at = run->end = NULL;
}

/*
 * Have a whole record in memory where RUN is. 1; 0 where there is none, or none any more; a
 * negative errno.
 */
static int load(struct rounds *rounds, struct run *run)
{
	if (has_whole(rounds, run))
		return 1;
	unload(rounds, run);
	if (run->from >= run->to)
		return 0;
	int code = input_read_block(rounds->input, run->from, run->to, &run->block);
	if (code < 0)
		return code;
	run->at = run->block->bytes;
	run->end = run->at + run->block->used;
	return has_whole(rounds, run);
}

/* Move RUN to its next record that is given out. 1, 0: it has none, or a negative errno. */
static int advance(struct rounds *rounds, struct run *run)
{
	for (;;) {
		uint64_t time_ns;

		run->at += record_header(run->at, rounds->swap).size;
		int code = load(rounds, run);
		if (code <= 0)
			return code;
		struct perf_event_header header = record_header(run->at, rounds->swap);
		if (!events_is_event(rounds->events, header.type) ||
		    !events_time_of_record(rounds->events, run->at, &header, &time_ns))
			continue;
		/* Those without a time stay with the one before. */
		if (time_ns > run->node.time_ns)
			run->node.time_ns = time_ns;
		return 1;
	}
}

/* The time of the oldest record but for those of the first run. */
static uint64_t find_rival(const struct rounds *rounds)
{
	uint64_t rival_ns = UINT64_MAX;

	for (size_t i = 1; i < rounds->heap.count && i <= 2; i++) {
		if (rounds->heap.nodes[i]->time_ns < rival_ns)
			rival_ns = rounds->heap.nodes[i]->time_ns;
	}
	return rival_ns;
}

/* Move on from the record that was given out last. 0 or a negative errno. */
static int settle(struct rounds *rounds)
{
	struct run *run = rounds->borrowed ? run_at(rounds, 0) : NULL;

	if (!run)
		return 0;
	rounds->borrowed = false;
	int code = advance(rounds, run);
	if (code < 0)
		return code;
	if (code == 0) {
		remove_top(rounds);
	} else if (run->node.time_ns >= rounds->rival_ns) {
		heap_sink_first(&rounds->heap);
		rounds->rival_ns = find_rival(rounds);
		if (run_at(rounds, 0) != run && rounds->pool->in_use > LOADED_BLOCKS)
			unload(rounds, run);
	}
	return 0;
}

static bool may_go(struct rounds *rounds)
{
	rounds->relieving &= is_full_to(rounds, 2);
	return rounds->heap.count > 0 &&
	       (rounds->relieving || rounds->heap.nodes[0]->time_ns <= rounds->limit_ns);
}

int rounds_next(struct rounds *rounds, const unsigned char **record)
{
	int code = settle(rounds);

	/* A run of a file that has been cut meanwhile has nothing left. */
	while (code == 0 && may_go(rounds)) {
		code = load(rounds, run_at(rounds, 0));
		if (code == 0)
			remove_top(rounds);
	}
	if (code <= 0)
		return code;
	const struct run *oldest = run_at(rounds, 0);
	if (oldest->node.time_ns < rounds->given_ns)
		rounds->late++;
	else
		rounds->given_ns = oldest->node.time_ns;
	rounds->borrowed = true;
	*record = oldest->at;
	return 1;
}

uint64_t rounds_late(const struct rounds *rounds)
{
	return rounds->late;
}
