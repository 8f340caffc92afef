/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/matching.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "diff/spread.h"

/* Of each command, so many of its rarest words are looked up, and so many commands by each. */
#define PROBES 4U
#define PROBE_DEPTH 16U

/* In each round every command is offered its best free candidate; few are left for a third. */
#define ROUNDS_MAX 8U

#define NONE SIZE_MAX

/* ---- commands with a surplus ---- */

static int odd_init(struct odd_command *odd, struct vocabulary *vocabulary,
		    struct ran_command *command)
{
	int code = wording_make(vocabulary, &command->line, &odd->wording);

	if (code < 0)
		return code;
	const size_t size = odd->wording.count * sizeof(*odd->sorted);
	odd->command = command;
	odd->sorted = malloc(size);
	if (!odd->sorted)
		return -ENOMEM;
	memcpy(odd->sorted, odd->wording.ids, size);
	vocabulary_sort(odd->sorted, odd->wording.count);
	return 0;
}

static size_t count_odd(const struct commands *commands)
{
	size_t count = 0;

	for (const struct ran_command *command = commands->by_key; command;
	     command = command->hh.next)
		count += command->surplus > 0;
	return count;
}

static int take_odd(struct matching *matching, const struct commands *commands, enum side side)
{
	struct odd_command *odd = calloc(count_odd(commands) + 1, sizeof(*odd));
	int code = 0;

	matching->odd[side] = odd;
	if (!odd)
		return -ENOMEM;
	for (struct ran_command *command = commands->by_key; code == 0 && command;
	     command = command->hh.next) {
		if (command->surplus > 0)
			code = odd_init(&odd[matching->odd_count[side]++], &matching->vocabulary,
					command);
	}
	return code;
}

void matching_done(struct matching *matching)
{
	for (unsigned int side = 0; side < SIDES; side++) {
		for (size_t i = 0; i < matching->odd_count[side]; i++) {
			wording_done(&matching->odd[side][i].wording);
			free(matching->odd[side][i].sorted);
			free(matching->odd[side][i].spread);
		}
		free(matching->odd[side]);
	}
	free(matching->pairs);
	vocabulary_done(&matching->vocabulary);
	*matching = (struct matching){0};
}

/* ---- by word ---- */

/* The commands of B that have a word: `places[first[id]]` to before `places[first[id + 1]]`. */
struct postings {
	size_t *first;
	uint32_t *places;
	size_t *live; /* before this one all commands of the word are paired */
};

static void postings_done(struct postings *postings)
{
	free(postings->first);
	free(postings->places);
	free(postings->live);
}

/* Whether the word at AT of ODD's sorted ones is the first of its kind. */
static bool is_first(const struct odd_command *odd, uint32_t at)
{
	return at == 0 || odd->sorted[at] != odd->sorted[at - 1];
}

/* Leaves in `first` the number of commands by word, moved up by one place. */
static size_t count_postings(const struct matching *matching, size_t *first)
{
	size_t all = 0;

	for (size_t i = 0; i < matching->odd_count[SIDE_B]; i++) {
		const struct odd_command *odd = &matching->odd[SIDE_B][i];

		for (uint32_t at = 0; at < odd->wording.count; at++)
			first[odd->sorted[at] + 1] += is_first(odd, at);
		all += odd->wording.count;
	}
	return all;
}

static void fill_postings(const struct matching *matching, struct postings *postings)
{
	const uint32_t words = matching->vocabulary.count;

	for (uint32_t id = 0; id < words; id++)
		postings->first[id + 1] += postings->first[id];
	memcpy(postings->live, postings->first, words * sizeof(*postings->live));
	for (size_t i = 0; i < matching->odd_count[SIDE_B]; i++) {
		const struct odd_command *odd = &matching->odd[SIDE_B][i];

		for (uint32_t at = 0; at < odd->wording.count; at++) {
			if (is_first(odd, at))
				postings->places[postings->live[odd->sorted[at]]++] = (uint32_t)i;
		}
	}
	memcpy(postings->live, postings->first, words * sizeof(*postings->live));
}

static int postings_make(const struct matching *matching, struct postings *postings)
{
	const size_t words = matching->vocabulary.count;

	postings->first = calloc(words + 1, sizeof(*postings->first));
	postings->live = calloc(words + 1, sizeof(*postings->live));
	if (!postings->first || !postings->live)
		return -ENOMEM;
	size_t all = count_postings(matching, postings->first);
	postings->places = malloc((all + 1) * sizeof(*postings->places));
	if (!postings->places)
		return -ENOMEM;
	fill_postings(matching, postings);
	return 0;
}

/* ---- the nearest ---- */

/* How many words A and B have in common. */
static uint32_t count_common(const struct odd_command *a, const struct odd_command *b)
{
	uint32_t common = 0;

	for (uint32_t i = 0, j = 0; i < a->wording.count && j < b->wording.count;) {
		const uint32_t first = a->sorted[i], second = b->sorted[j];

		common += first == second;
		i += first <= second;
		j += second <= first;
	}
	return common;
}

static size_t posting_count(const struct postings *postings, uint32_t id)
{
	return postings->first[id + 1] - postings->live[id];
}

/* Put ID among the COUNT rarest words so far. Returns how many there are now. */
static unsigned int keep_rare(const struct postings *postings, uint32_t id, uint32_t rare[PROBES],
			      unsigned int count)
{
	const size_t size = posting_count(postings, id);
	unsigned int at = count < PROBES ? count : PROBES - 1;

	if (size == 0 || (count == PROBES && posting_count(postings, rare[at]) <= size))
		return count;
	while (at > 0 && posting_count(postings, rare[at - 1]) > size) {
		rare[at] = rare[at - 1];
		at--;
	}
	rare[at] = id;
	return count < PROBES ? count + 1 : count;
}

struct candidate {
	size_t a, b;
	uint32_t distance; /* words that one of them has alone */
};

/* The rarest words, by their commands: in common, and of one side alone. */
struct rarest {
	uint32_t common, alone;
};

static void note_rarest(uint32_t *rarest, uint32_t spread)
{
	if (spread < *rarest)
		*rarest = spread;
}

/*
 * Whether A and B are sure to be about the same thing: on neither side a word that the other lacks
 * is rarer than all that they have in common.
 */
static bool is_sure(const struct odd_command *a, const struct odd_command *b)
{
	struct rarest of_a = {UINT32_MAX, UINT32_MAX}, of_b = {UINT32_MAX, UINT32_MAX};
	uint32_t i = 0, j = 0;

	while (i < a->wording.count || j < b->wording.count) {
		const uint64_t first = i < a->wording.count ? a->sorted[i] : UINT64_MAX;
		const uint64_t second = j < b->wording.count ? b->sorted[j] : UINT64_MAX;

		if (first <= second)
			note_rarest(first == second ? &of_a.common : &of_a.alone, a->spread[i++]);
		if (second <= first)
			note_rarest(first == second ? &of_b.common : &of_b.alone, b->spread[j++]);
	}
	return of_a.common <= of_a.alone && of_b.common <= of_b.alone;
}

/* The distance of A and B, UINT32_MAX: they are no pair. SURE: other pairs than sure ones are none.
 */
static uint32_t distance_of(const struct odd_command *a, const struct odd_command *b, bool sure)
{
	if (b->command->surplus == 0 || !b->command->line.complete)
		return UINT32_MAX;
	const uint32_t common = count_common(a, b);

	if (2 * common < a->wording.count || 2 * common < b->wording.count ||
	    (sure && !is_sure(a, b)))
		return UINT32_MAX;
	return a->wording.count + b->wording.count - 2 * common;
}

/* Look at the commands of B that have the word ID, for a nearer one than BEST. */
static void probe(const struct matching *matching, struct postings *postings, uint32_t id,
		  bool sure, struct candidate *best)
{
	const struct odd_command *odd = matching->odd[SIDE_B];
	const size_t end = postings->first[id + 1];
	size_t *live = &postings->live[id];

	while (*live < end && odd[postings->places[*live]].command->surplus == 0)
		++*live;
	for (size_t at = *live; at < end && at < *live + PROBE_DEPTH; at++) {
		const size_t b = postings->places[at];
		const uint32_t distance =
			distance_of(&matching->odd[SIDE_A][best->a], &odd[b], sure);

		if (distance >= best->distance)
			continue;
		best->distance = distance;
		best->b = b;
	}
}

static struct candidate find_nearest(const struct matching *matching, struct postings *postings,
				     size_t a, bool sure)
{
	const struct odd_command *odd = &matching->odd[SIDE_A][a];
	struct candidate best = {.a = a, .b = NONE, .distance = UINT32_MAX};
	uint32_t rare[PROBES];
	unsigned int count = 0;

	for (uint32_t at = 0; at < odd->wording.count; at++) {
		if (is_first(odd, at))
			count = keep_rare(postings, odd->sorted[at], rare, count);
	}
	for (unsigned int i = 0; i < count; i++)
		probe(matching, postings, rare[i], sure, &best);
	return best;
}

/* ---- pairs ---- */

/* Whether B begins with the words of A, but for pids. */
static bool is_beginning(const struct wording *a, const struct wording *b)
{
	if (a->count > b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (a->ids[i] != b->ids[i] && a->numbered[i] != b->numbered[i])
			return false;
	}
	return true;
}

static bool is_same(const struct odd_command *a, const struct odd_command *b)
{
	if (!a->command->line.complete && is_beginning(&a->wording, &b->wording))
		return true;
	if (!b->command->line.complete && is_beginning(&b->wording, &a->wording))
		return true;
	return a->wording.count == b->wording.count &&
	       a->wording.arguments == b->wording.arguments &&
	       is_beginning(&a->wording, &b->wording);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int add_pair(struct matching *matching, const struct odd_command *a,
		    const struct odd_command *b)
{
	int code = ARRAY_GROW(matching->pairs, matching->pair_count, matching->pair_capacity);

	if (code < 0)
		return code;
	const uint64_t runs = least(a->command->surplus, b->command->surplus);
	a->command->surplus -= runs;
	b->command->surplus -= runs;
	matching->pairs[matching->pair_count++] =
		(struct odd_pair){.sides = {a, b}, .runs = runs, .is_same = is_same(a, b)};
	return 0;
}

/* The nearest first; of equally near ones those that ran first. */
static int compare_candidates(const void *first, const void *second)
{
	const struct candidate *x = first, *y = second;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static size_t find_candidates(const struct matching *matching, struct postings *postings, bool sure,
			      struct candidate *candidates)
{
	size_t count = 0;

	for (size_t a = 0; a < matching->odd_count[SIDE_A]; a++) {
		const struct ran_command *command = matching->odd[SIDE_A][a].command;

		if (command->surplus == 0 || !command->line.complete)
			continue;
		candidates[count] = find_nearest(matching, postings, a, sure);
		count += candidates[count].b != NONE;
	}
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	return count;
}

/* Returns how many pairs a round made, or -ENOMEM. */
static int pair_round(struct matching *matching, struct postings *postings, bool sure,
		      struct candidate *candidates)
{
	const size_t before = matching->pair_count;
	const size_t count = find_candidates(matching, postings, sure, candidates);

	for (size_t i = 0; i < count; i++) {
		const struct odd_command *a = &matching->odd[SIDE_A][candidates[i].a];
		const struct odd_command *b = &matching->odd[SIDE_B][candidates[i].b];

		if (a->command->surplus > 0 && b->command->surplus > 0 &&
		    add_pair(matching, a, b) < 0)
			return -ENOMEM;
	}
	return matching->pair_count > before;
}

static int pair_similar(struct matching *matching, bool sure)
{
	struct postings postings = {0};
	struct candidate *candidates =
		malloc((matching->odd_count[SIDE_A] + 1) * sizeof(*candidates));
	int code = candidates ? postings_make(matching, &postings) : -ENOMEM;

	if (code == 0)
		code = 1;
	for (unsigned int round = 0; code > 0 && round < ROUNDS_MAX; round++)
		code = pair_round(matching, &postings, sure, candidates);
	postings_done(&postings);
	free(candidates);
	return code < 0 ? code : 0;
}

/* ---- what is not known whole ---- */

static enum side other_side(enum side side)
{
	return side == SIDE_A ? SIDE_B : SIDE_A;
}

/* By program, those of a side that are left: `first` by the id of the program, `next` by place. */
struct chains {
	size_t *first, *next;
};

static void fill_chains(const struct matching *matching, enum side side, bool complete,
			struct chains *chains)
{
	for (uint32_t id = 0; id < matching->vocabulary.count; id++)
		chains->first[id] = NONE;
	for (size_t i = matching->odd_count[side]; i-- > 0;) {
		const struct odd_command *odd = &matching->odd[side][i];
		size_t *first = &chains->first[odd->wording.ids[0]];

		if (odd->command->surplus == 0 || odd->command->line.complete != complete)
			continue;
		chains->next[i] = *first;
		*first = i;
	}
}

/* Pair ODD of SIDE with commands of the other side of which it may be the beginning. */
static int pair_incomplete(struct matching *matching, enum side side, const struct odd_command *odd,
			   struct chains *chains)
{
	const struct odd_command *others = matching->odd[other_side(side)];
	size_t *first = &chains->first[odd->wording.ids[0]];
	unsigned int unlike = 0;

	while (*first != NONE && others[*first].command->surplus == 0)
		*first = chains->next[*first];
	for (size_t at = *first; at != NONE && odd->command->surplus > 0; at = chains->next[at]) {
		const struct odd_command *other = &others[at];
		const bool is_like = other->command->surplus > 0 && is_same(odd, other);

		if (!is_like && ++unlike == PROBES * PROBE_DEPTH)
			break;
		if (is_like && (side == SIDE_A ? add_pair(matching, odd, other)
					       : add_pair(matching, other, odd)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Pair what is not known whole of SIDE with what is, or is not, of the other side. */
static int pair_all_incomplete(struct matching *matching, enum side side, bool with_complete)
{
	const enum side other = other_side(side);
	struct chains chains = {
		.first = malloc((matching->vocabulary.count + 1) * sizeof(size_t)),
		.next = malloc((matching->odd_count[other] + 1) * sizeof(size_t)),
	};
	int code = chains.first && chains.next ? 0 : -ENOMEM;

	if (code == 0)
		fill_chains(matching, other, with_complete, &chains);
	for (size_t i = 0; code == 0 && i < matching->odd_count[side]; i++) {
		const struct odd_command *odd = &matching->odd[side][i];

		if (odd->command->surplus > 0 && !odd->command->line.complete)
			code = pair_incomplete(matching, side, odd, &chains);
	}
	free(chains.first);
	free(chains.next);
	return code;
}

/* ---- all ---- */

static bool has_incomplete(const struct commands *commands)
{
	const struct ran_command *command = commands->by_key;

	while (command && command->line.complete)
		command = command->hh.next;
	return command != NULL;
}

static int look_up_spread(struct matching *matching, const struct spread *spread, enum side side)
{
	for (size_t i = 0; i < matching->odd_count[side]; i++) {
		struct odd_command *odd = &matching->odd[side][i];

		odd->spread = malloc(odd->wording.count * sizeof(*odd->spread));
		if (!odd->spread)
			return -ENOMEM;
		for (uint32_t at = 0; at < odd->wording.count; at++)
			odd->spread[at] = spread_of(spread, odd->wording.ids[0], odd->sorted[at]);
	}
	return 0;
}

static int find_spread(struct matching *matching, const struct commands *const sets[SIDES])
{
	int code = 0;

	for (enum side side = SIDE_A; code == 0 && side < SIDES; side++) {
		struct spread spread = {0};

		code = spread_make(&matching->vocabulary, sets[side], &spread);
		if (code == 0)
			code = look_up_spread(matching, &spread, side);
		spread_done(&spread);
	}
	return code;
}

/* Pair what is sure, and then what is not known whole. */
static int pair_around_unknown(struct matching *matching, const struct commands *const sets[SIDES])
{
	int code = find_spread(matching, sets);

	if (code == 0)
		code = pair_similar(matching, true);
	if (code == 0)
		code = pair_all_incomplete(matching, SIDE_A, true);
	if (code == 0)
		code = pair_all_incomplete(matching, SIDE_B, true);
	return code == 0 ? pair_all_incomplete(matching, SIDE_A, false) : code;
}

int matching_make(struct matching *matching, const struct commands *const sets[SIDES])
{
	int code = take_odd(matching, sets[SIDE_A], SIDE_A);

	if (code == 0)
		code = take_odd(matching, sets[SIDE_B], SIDE_B);
	if (code == 0 && (has_incomplete(sets[SIDE_A]) || has_incomplete(sets[SIDE_B])))
		code = pair_around_unknown(matching, sets);
	return code == 0 ? pair_similar(matching, false) : code;
}

/* ---- differences ---- */

/* How many of ODD's sorted words are below ID. */
static uint32_t count_below(const struct odd_command *odd, uint64_t id)
{
	uint32_t from = 0, to = odd->wording.count;

	while (from < to) {
		const uint32_t middle = from + (to - from) / 2;

		if (odd->sorted[middle] < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static uint32_t count_of(const struct odd_command *odd, uint32_t id)
{
	return count_below(odd, (uint64_t)id + 1) - count_below(odd, id);
}

/* Whether OTHER has the word at AT of ODD by its number, where one of them takes that for a pid. */
static bool has_number(const struct odd_command *odd, uint32_t at, const struct odd_command *other)
{
	const struct wording *mine = &odd->wording, *theirs = &other->wording;

	if (mine->numbered == mine->ids && theirs->numbered == theirs->ids)
		return false;
	for (uint32_t i = 0; i < theirs->count; i++) {
		if (theirs->numbered[i] == mine->numbered[at])
			return true;
	}
	return false;
}

static bool has_id(const struct odd_words *words, uint32_t id)
{
	for (size_t i = 0; i < words->count; i++) {
		if (words->ids[i] == id)
			return true;
	}
	return false;
}

void matching_odd_words(const struct odd_pair *pair, enum side side, struct odd_words *out)
{
	const struct odd_command *odd = pair->sides[side];
	const struct odd_command *other = pair->sides[side == SIDE_A ? SIDE_B : SIDE_A];

	out->count = 0;
	for (uint32_t at = 0; at < odd->wording.count; at++) {
		const uint32_t id = odd->wording.ids[at];

		if (count_of(odd, id) > count_of(other, id) && !has_number(odd, at, other) &&
		    !has_id(out, id))
			out->ids[out->count++] = id;
	}
}
