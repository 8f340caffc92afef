/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/rounds.h"

#include <errno.h>
#include <stdlib.h>

/* A stretch of records in time order, with other ones among them that are not given out. */
struct run {
	const unsigned char *at;  /* the next record to give out */
	const unsigned char *end; /* behind the last one */
	uint64_t time_ns;         /* of the record at `at` */
	uint64_t order;           /* in which the runs began */
	struct block *block;
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
	struct run **heap;
	size_t count, capacity;
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
	uint64_t passed; /* bytes */
	bool borrowed;
};

struct rounds *rounds_new(const struct events *events, bool swap, struct block_pool *pool)
{
	struct rounds *rounds = malloc(sizeof(*rounds));

	if (rounds)
		*rounds = (struct rounds){.events = events, .swap = swap, .pool = pool};
	return rounds;
}

void rounds_free(struct rounds *rounds)
{
	if (!rounds)
		return;
	for (size_t i = 0; i < rounds->count; i++) {
		block_release(rounds->pool, rounds->heap[i]->block);
		free(rounds->heap[i]);
	}
	while (rounds->free) {
		struct run *run = rounds->free;

		rounds->free = run->next_free;
		free(run);
	}
	free(rounds->heap);
	free(rounds);
}

/* ---- the heap ---- */

static bool is_before(const struct run *a, const struct run *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->order < b->order;
}

static void sift_up(struct rounds *rounds, size_t at)
{
	struct run *moving = rounds->heap[at];

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!is_before(moving, rounds->heap[parent]))
			break;
		rounds->heap[at] = rounds->heap[parent];
		at = parent;
	}
	rounds->heap[at] = moving;
}

static void sift_down_top(struct rounds *rounds)
{
	struct run *moving = rounds->heap[0];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= rounds->count)
			break;
		if (child + 1 < rounds->count &&
		    is_before(rounds->heap[child + 1], rounds->heap[child]))
			child++;
		if (!is_before(rounds->heap[child], moving))
			break;
		rounds->heap[at] = rounds->heap[child];
		at = child;
	}
	rounds->heap[at] = moving;
}

static void remove_top(struct rounds *rounds)
{
	struct run *run = rounds->heap[0];

	rounds->rival_ns = 0;
	rounds->heap[0] = rounds->heap[--rounds->count];
	if (rounds->count > 0)
		sift_down_top(rounds);
	if (rounds->last == run)
		rounds->last = NULL;
	block_release(rounds->pool, run->block);
	run->next_free = rounds->free;
	rounds->free = run;
}

/* ---- taking in ---- */

static int reserve(struct rounds *rounds)
{
	if (rounds->count < rounds->capacity)
		return 0;

	size_t capacity = rounds->capacity ? 2 * rounds->capacity : 64;
	struct run **heap = realloc(rounds->heap, capacity * sizeof(struct run *));
	if (!heap)
		return -ENOMEM;
	rounds->heap = heap;
	rounds->capacity = capacity;
	return 0;
}

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
	if (reserve(rounds) < 0)
		return -ENOMEM;
	struct run *run = take_run(rounds);
	if (!run)
		return -ENOMEM;
	*run = *first;
	run->order = rounds->started++;
	block_reference(run->block);
	rounds->heap[rounds->count++] = run;
	sift_up(rounds, rounds->count - 1);
	rounds->rival_ns = 0;
	rounds->last = run;
	return 0;
}

int rounds_add(struct rounds *rounds, const unsigned char *bytes, uint32_t size, uint64_t time_ns,
	       struct block *block)
{
	int code = 0;

	if (rounds->last && rounds->last->block == block &&
	    (time_ns >= rounds->last_ns || time_ns == 0)) {
		rounds->last->end = bytes + size;
	} else {
		code = start_run(rounds, &(struct run){
						 .at = bytes,
						 .end = bytes + size,
						 .time_ns = time_ns,
						 .block = block,
					 });
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

void rounds_finish_all(struct rounds *rounds)
{
	rounds_break(rounds);
	rounds->limit_ns = UINT64_MAX;
}

/* ---- giving out ---- */

/* Move RUN to its next record; false: it has none. */
static bool advance(struct rounds *rounds, struct run *run)
{
	struct perf_event_header header = record_header(run->at, rounds->swap);

	while (header.size >= sizeof(header) && header.size < run->end - run->at) {
		uint64_t time_ns;

		run->at += header.size;
		rounds->passed += header.size;
		header = record_header(run->at, rounds->swap);
		if (!events_is_event(rounds->events, header.type) ||
		    !events_time_of_record(rounds->events, run->at, &header, &time_ns))
			continue;
		/* Those without a time stay with the one before. */
		if (time_ns > run->time_ns)
			run->time_ns = time_ns;
		return true;
	}
	return false;
}

/* The time of the oldest record but for those of the first run. */
static uint64_t find_rival(const struct rounds *rounds)
{
	uint64_t rival_ns = UINT64_MAX;

	for (size_t i = 1; i < rounds->count && i <= 2; i++) {
		if (rounds->heap[i]->time_ns < rival_ns)
			rival_ns = rounds->heap[i]->time_ns;
	}
	return rival_ns;
}

static void settle(struct rounds *rounds)
{
	if (!rounds->borrowed)
		return;
	rounds->borrowed = false;
	if (!advance(rounds, rounds->heap[0])) {
		remove_top(rounds);
	} else if (rounds->heap[0]->time_ns >= rounds->rival_ns) {
		sift_down_top(rounds);
		rounds->rival_ns = find_rival(rounds);
	}
}

const unsigned char *rounds_next(struct rounds *rounds)
{
	settle(rounds);
	if (rounds->count == 0 || rounds->heap[0]->time_ns > rounds->limit_ns)
		return NULL;

	const struct run *oldest = rounds->heap[0];
	if (oldest->time_ns < rounds->given_ns)
		rounds->late++;
	else
		rounds->given_ns = oldest->time_ns;
	rounds->borrowed = true;
	return oldest->at;
}

uint64_t rounds_passed(const struct rounds *rounds)
{
	return rounds->passed;
}

uint64_t rounds_late(const struct rounds *rounds)
{
	return rounds->late;
}
