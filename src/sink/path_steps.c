/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/path_steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* With fewer steps a chain is left as it is. */
#define STEPS_MIN (4 * (size_t)PATH_LONGEST)

/* ---- references ---- */

static struct path_step *hold(struct path_step *step)
{
	if (step)
		step->references++;
	return step;
}

/* Chains are long, and steps within steps few: path_chain_prune() sees to it. */
static void release(struct path_step *step)
{
	while (step && --step->references == 0) {
		struct path_step *previous = step->previous;

		release(step->within.last);
		free(step);
		step = previous;
	}
}

void path_chain_share(struct path_chain *chain, const struct path_chain *other)
{
	*chain = *other;
	hold(chain->last);
}

void path_chain_done(struct path_chain *chain)
{
	release(chain->last);
	*chain = (struct path_chain){0};
}

int path_chain_make(struct path_chain *chain, const struct path_part *part)
{
	struct text argv = program_arguments_kept(part->argv, PATH_ARGV_BYTES);
	struct path_step *step = malloc(sizeof(*step) + argv.length);

	if (!step)
		return -ENOMEM;
	*step = (struct path_step){
		.references = 1,
		.previous = hold(part->before->last),
		.from_ns = part->from_ns,
		.to_ns = part->to_ns > part->from_ns ? part->to_ns : part->from_ns,
		.program = part->program,
		.complete = part->complete && argv.length == part->argv.length,
		.argv_size = argv.length,
	};
	path_chain_share(&step->within, part->within);
	if (argv.length > 0)
		memcpy(step->argv, argv.bytes, argv.length);
	*chain = (struct path_chain){
		.last = step,
		.count = part->before->count + 1 + part->within->count,
		.ns = part->before->ns + path_step_ns(step),
		.kept = part->before->kept + 1 + part->within->kept,
		.limit = part->before->limit,
	};
	return 0;
}

/* ---- leaving steps out ---- */

/* The longest times so far, the longest first. */
struct longest {
	size_t count;
	uint64_t ns[PATH_LONGEST];
};

static void add_time(struct longest *longest, uint64_t ns)
{
	size_t at = longest->count;

	if (at == PATH_LONGEST && ns <= longest->ns[--at])
		return;
	longest->count = at + 1;
	for (; at > 0 && longest->ns[at - 1] < ns; at--)
		longest->ns[at] = longest->ns[at - 1];
	longest->ns[at] = ns;
}

static void add_step(struct longest *longest, const struct path_step *step)
{
	add_time(longest, path_step_ns(step));
	for (const struct path_step *child = step->within.last; child; child = child->previous)
		add_step(longest, child);
}

/* The shortest of the longest: how long, and how many are as long as that. */
struct least {
	uint64_t ns;
	size_t ties;
};

static struct least least_of(const struct longest *longest)
{
	struct least least = {0, PATH_LONGEST};

	if (longest->count < PATH_LONGEST)
		return least;
	least = (struct least){longest->ns[PATH_LONGEST - 1], 0};
	for (size_t i = 0; i < PATH_LONGEST; i++)
		least.ties += longest->ns[i] == least.ns;
	return least;
}

/* Whether STEP is among the longest; of many that are as long, the ones that are asked for first.
 */
static bool is_among(struct least *least, const struct path_step *step)
{
	uint64_t ns = path_step_ns(step);

	if (ns != least->ns)
		return ns > least->ns;
	if (least->ties == 0)
		return false;
	least->ties--;
	return true;
}

/* Take the step out that SLOT refers to; whoever else holds it keeps it. */
static void take_out(struct path_step **slot)
{
	struct path_step *step = *slot;

	*slot = hold(step->previous);
	release(step);
}

/* What is within a step is seen through it alone. Returns how many steps stay. */
static size_t prune_within(struct path_chain *chain, struct least *least)
{
	struct path_step **slot = &chain->last;

	chain->kept = 0;
	while (*slot) {
		if (!is_among(least, *slot)) {
			take_out(slot);
			continue;
		}
		chain->kept += 1 + prune_within(&(*slot)->within, least);
		slot = &(*slot)->previous;
	}
	return chain->kept;
}

static void find_least(struct least *least, const struct path_step **steps, size_t count)
{
	struct longest longest = {0};

	while (count-- > 0) {
		add_step(&longest, steps[count]);
		least[count] = least_of(&longest);
	}
}

/*
 * A step that others hold too is the last one of a chain of theirs, which has fewer steps: what is
 * before it has to be short for that one. LEAST has one for the chain that ends with each step.
 */
static void prune(struct path_chain *chain, const struct least *least)
{
	struct path_step **slot = &chain->last;
	struct least now = least[0];

	chain->kept = 0;
	for (size_t i = 0; *slot; i++) {
		const bool stays = is_among(&now, *slot);

		if ((*slot)->references > 1)
			now = least[i];
		if (stays) {
			chain->kept += 1 + prune_within(&(*slot)->within, &now);
			slot = &(*slot)->previous;
			continue;
		}
		take_out(slot);
	}
}

static size_t list(const struct path_chain *chain, const struct path_step **steps)
{
	size_t count = 0;

	for (const struct path_step *step = chain->last; step; step = step->previous) {
		if (steps)
			steps[count] = step;
		count++;
	}
	return count;
}

int path_chain_prune(struct path_chain *chain)
{
	size_t count = list(chain, NULL);

	if (count == 0)
		return 0;
	const struct path_step **steps = malloc(count * sizeof(const struct path_step *));
	struct least *least = malloc(count * sizeof(*least));
	int code = steps && least ? 0 : -ENOMEM;
	if (code == 0) {
		list(chain, steps);
		find_least(least, steps, count);
		prune(chain, least);
	}
	free(steps);
	free(least);
	return code;
}

/* Twice as many as have to stay, so that looking through them costs little for each new one. */
int path_chain_bound(struct path_chain *chain)
{
	if (chain->kept <= STEPS_MIN || chain->kept <= chain->limit)
		return 0;
	int code = path_chain_prune(chain);
	chain->limit = 2 * chain->kept;
	return code;
}
