/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/rounds.h"

#include <errno.h>
#include <stdlib.h>

#include "perf/record.h"

/* With more blocks than these in use, further runs of a file are not kept in memory until their
 * turn comes; with more than those, nor between their turns. */
#define KEPT_BLOCKS 64U
#define LOADED_BLOCKS 128U

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

static void remove_first(struct rounds *rounds)
{
	struct run *run = run_at(rounds, 0);

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
	rounds->before_ns = 0;
	rounds->last = run;
	rounds->last_ns = run->node.time_ns;
	return 0;
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

/* Returns the offset in its file of the record at BYTES in BLOCK. */
static uint64_t position_of(const struct block *block, const unsigned char *bytes)
{
	return block->position + (uint64_t)(bytes - block->bytes);
}

static void extend_last(struct rounds *rounds, const unsigned char *bytes, uint32_t size,
			uint64_t time_ns, struct block *block)
{
	struct run *last = rounds->last;

	/* Those without a time stay with the one before. */
	if (time_ns > rounds->last_ns)
		rounds->last_ns = time_ns;
	if (!last->block) {
		last->to = position_of(block, bytes) + size;
		return;
	}
	block_add_record(block, bytes, rounds->last_ns);
	last->end++;
}

/* Start a run with the record of SIZE bytes at BYTES. */
static int start_run_at(struct rounds *rounds, const unsigned char *bytes, uint32_t size,
			uint64_t time_ns, struct block *block)
{
	struct run run = {.node.time_ns = time_ns};

	if (is_kept(rounds, block)) {
		run.block = block;
		run.at = &block->records[block->record_count];
		run.end = run.at + 1;
		block_add_record(block, bytes, time_ns);
	} else {
		run.from = position_of(block, bytes);
		run.to = run.from + size;
	}
	return start_run(rounds, &run);
}

int rounds_add_apart(struct rounds *rounds, const unsigned char *bytes, uint32_t size,
		     uint64_t time_ns, struct block *block)
{
	if (time_ns > rounds->newest_ns)
		rounds->newest_ns = time_ns;
	if (!follows_last(rounds, time_ns, block))
		return start_run_at(rounds, bytes, size, time_ns, block);
	extend_last(rounds, bytes, size, time_ns, block);
	return 0;
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

/* Drop what is in memory of RUN, if it lies in a file. */
static void unload(struct rounds *rounds, struct run *run)
{
	if (run->to == 0 || !run->block)
		return;
	if (run->at < run->end)
		run->from = run->block->position + run->at->offset;
	block_release(rounds->pool, run->block);
	run->block = NULL;
	run->at = run->end = NULL;
}

/* Read the time of a record; 0 of a note, which is a run by itself. False: it is not given out. */
static bool reads_time(const struct rounds *rounds, const unsigned char *bytes,
		       const struct perf_event_header *header, uint64_t *time_ns)
{
	*time_ns = 0;
	return header->type == RECORD_NOTE ||
	       (events_is_event(rounds->events, header->type) &&
		events_time_of_record(rounds->events, bytes, header, time_ns));
}

/* List the whole records of BLOCK that are given out, none before TIME_NS. Returns their bytes. */
static size_t list_records(const struct rounds *rounds, struct block *block, uint64_t time_ns)
{
	struct perf_event_header header;
	size_t at = 0;

	for (; block->used - at >= sizeof(header); at += header.size) {
		const unsigned char *bytes = block->bytes + at;
		uint64_t own_ns;

		header = record_header(bytes, rounds->swap);
		if (header.size < sizeof(header) || header.size > block->used - at)
			break;
		if (!reads_time(rounds, bytes, &header, &own_ns))
			continue;
		if (own_ns > time_ns)
			time_ns = own_ns;
		block_add_record(block, bytes, time_ns);
	}
	return at;
}

/*
 * Have a record of RUN in memory, of which none is. 1; 0 where there is none, or none any more; a
 * negative errno.
 */
static int load_more(struct rounds *rounds, struct run *run)
{
	unload(rounds, run);
	while (run->from < run->to) {
		int code = input_read_block(rounds->input, run->from, run->to, &run->block);
		if (code < 0)
			return code;
		size_t size = list_records(rounds, run->block, run->node.time_ns);
		run->at = run->block->records;
		run->end = run->at + run->block->record_count;
		run->from = size > 0 ? run->from + size : run->to;
		if (run->at < run->end)
			return 1;
		unload(rounds, run);
	}
	return 0;
}

static int load(struct rounds *rounds, struct run *run)
{
	return run->at < run->end ? 1 : load_more(rounds, run);
}

/* Move on from the record of RUN, the first one, that was given out last. 0 or a negative errno. */
static int settle(struct rounds *rounds, struct run *run)
{
	run->node.time_ns = run->at->time_ns;
	run->at++;
	int code = load(rounds, run);
	if (code < 0)
		return code;
	if (code == 0) {
		remove_first(rounds);
		return 0;
	}
	run->node.time_ns = run->at->time_ns;
	heap_sink_first(&rounds->heap);
	if (run_at(rounds, 0) != run && rounds->pool->in_use > LOADED_BLOCKS)
		unload(rounds, run);
	return 0;
}

static bool may_go(struct rounds *rounds)
{
	rounds->relieving &= is_full_to(rounds, 2);
	return rounds->heap.count > 0 &&
	       (rounds->relieving || rounds->heap.nodes[0]->time_ns <= rounds->limit_ns);
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

/* Up to when records of the first run may go, unless this one is late, or room is needed. */
static uint64_t find_before(const struct rounds *rounds, bool is_late)
{
	uint64_t rival_ns = find_rival(rounds);

	if (is_late || rounds->relieving)
		return 0;
	return rival_ns <= rounds->limit_ns ? rival_ns : rounds->limit_ns;
}

static const unsigned char *give_first(struct rounds *rounds)
{
	struct run *run = run_at(rounds, 0);
	bool is_late = run->at->time_ns < rounds->given_ns;

	rounds->late += is_late;
	if (!is_late)
		rounds->given_ns = run->at->time_ns;
	rounds->before_ns = find_before(rounds, is_late);
	rounds->borrowed = run;
	return run->block->bytes + run->at->offset;
}

int rounds_next_of_all(struct rounds *rounds, const unsigned char **record)
{
	struct run *borrowed = rounds->borrowed;

	rounds->borrowed = NULL;
	int code = borrowed ? settle(rounds, borrowed) : 0;
	/* A run of a file that has been cut meanwhile has nothing left. */
	while (code == 0 && may_go(rounds)) {
		code = load(rounds, run_at(rounds, 0));
		if (code == 0)
			remove_first(rounds);
	}
	if (code <= 0)
		return code;
	*record = give_first(rounds);
	return 1;
}

uint64_t rounds_late(const struct rounds *rounds)
{
	return rounds->late;
}
