/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "diff/vocabulary.h"

static void change_free(struct change *change)
{
	for (unsigned int side = 0; side < SIDES; side++)
		free(change->words[side].ids);
	free(change->programs);
	free(change);
}

void changes_done(struct changes *changes)
{
	struct change *change, *next;

	HASH_ITER (hh, changes->by_words, change, next) {
		HASH_DEL(changes->by_words, change);
		change_free(change);
	}
}

/* ---- one change ---- */

static void put_sorted(uint32_t *out, const struct odd_words *words)
{
	memcpy(out, words->ids, words->count * sizeof(*out));
	vocabulary_sort(out, words->count);
}

/* The words become the change's. NULL without memory. */
static struct change *change_new(const struct odd_words words[SIDES])
{
	const size_t count = words[SIDE_A].count + 1 + words[SIDE_B].count;
	struct change *change = malloc(sizeof(*change) + count * sizeof(change->key[0]));

	if (!change)
		return NULL;
	*change = (struct change){
		.words = {words[SIDE_A], words[SIDE_B]},
		.key_size = count * sizeof(change->key[0]),
	};
	put_sorted(change->key, &words[SIDE_A]);
	change->key[words[SIDE_A].count] = UINT32_MAX;
	put_sorted(change->key + words[SIDE_A].count + 1, &words[SIDE_B]);
	return change;
}

/* Returns CHANGE, or the known one with its words, in place of it; NULL without memory. */
static struct change *keep_change(struct changes *changes, struct change *change)
{
	struct change *known;

	HASH_FIND(hh, changes->by_words, change->key, change->key_size, known);
	if (!known) {
		HASH_ADD_KEYPTR(hh, changes->by_words, change->key, change->key_size, change);
		if (change->hh.tbl)
			return change;
	}
	change_free(change);
	return known;
}

/* Returns the change of PAIR; NULL without memory. */
static struct change *change_of(struct changes *changes, const struct odd_pair *pair)
{
	struct odd_words words[SIDES] = {0};
	struct change *change = NULL;

	for (unsigned int side = 0; side < SIDES; side++)
		words[side].ids = malloc(pair->sides[side]->wording.count * sizeof(uint32_t));
	if (words[SIDE_A].ids && words[SIDE_B].ids) {
		matching_odd_words(pair, SIDE_A, &words[SIDE_A]);
		matching_odd_words(pair, SIDE_B, &words[SIDE_B]);
		change = change_new(words);
	}
	if (change)
		return keep_change(changes, change);
	free(words[SIDE_A].ids);
	free(words[SIDE_B].ids);
	return NULL;
}

/* ---- what it is a change of ---- */

static int count_program(struct change *change, const char *name, uint64_t runs)
{
	for (size_t i = 0; i < change->program_count; i++) {
		if (strcmp(change->programs[i].name, name) == 0) {
			change->programs[i].runs += runs;
			return 0;
		}
	}
	if (ARRAY_GROW(change->programs, change->program_count, change->program_capacity) < 0)
		return -ENOMEM;
	change->programs[change->program_count++] = (struct program_count){name, runs};
	return 0;
}

static int count_pair(struct change *change, const struct odd_pair *pair)
{
	change->runs += pair->runs;
	for (unsigned int side = 0; side < SIDES; side++) {
		const struct ran_command *command = pair->sides[side]->command;

		if (!change->example[side])
			change->example[side] = command;
	}
	return count_program(change, pair->sides[SIDE_B]->command->name, pair->runs);
}

/* ---- the order ---- */

static int compare_programs(const void *first, const void *second)
{
	const struct program_count *a = first, *b = second;

	if (a->runs != b->runs)
		return a->runs > b->runs ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Of equally frequent ones that which came first stays first: HASH_SORT() is stable. */
static int compare_changes(const struct change *a, const struct change *b)
{
	return (a->runs < b->runs) - (a->runs > b->runs);
}

int changes_make(const struct matching *matching, struct changes *changes)
{
	for (size_t i = 0; i < matching->pair_count; i++) {
		const struct odd_pair *pair = &matching->pairs[i];

		if (pair->is_same)
			continue;
		struct change *change = change_of(changes, pair);
		if (!change || count_pair(change, pair) < 0)
			return -ENOMEM;
	}
	for (struct change *change = changes->by_words; change; change = change->hh.next)
		qsort(change->programs, change->program_count, sizeof(*change->programs),
		      compare_programs);
	HASH_SORT(changes->by_words, compare_changes);
	return 0;
}
