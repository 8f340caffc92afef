/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_table.h"

static int add_twins(struct twins_list *list, const struct ran_command *a,
		     const struct ran_command *b)
{
	if (ARRAY_GROW(list->list, list->count, list->capacity) < 0)
		return -ENOMEM;
	list->list[list->count++] = (struct twins){{a, b}};
	return 0;
}

void findings_done(struct findings *findings)
{
	struct program_sum *program, *next;

	HASH_ITER (hh, findings->programs, program, next) {
		HASH_DEL(findings->programs, program);
		free(program);
	}
	for (unsigned int side = 0; side < SIDES; side++)
		free(findings->only[side].list);
	free(findings->ended.list);
	free(findings->slower.list);
	changes_done(&findings->changes);
	matching_done(&findings->matching);
	*findings = (struct findings){0};
}

bool findings_differ(const struct findings *findings)
{
	return findings->changes.by_words || findings->only[SIDE_A].count > 0 ||
	       findings->only[SIDE_B].count > 0 || findings->ended.count > 0;
}

/* ---- twins ---- */

/* Those that are not known whole need not be the same. */
static void find_twins(struct commands *const sets[SIDES])
{
	for (struct ran_command *b = sets[SIDE_B]->by_key; b; b = b->hh.next)
		b->surplus = b->runs;
	for (struct ran_command *a = sets[SIDE_A]->by_key; a; a = a->hh.next) {
		struct ran_command *b = a->line.complete ? commands_find(sets[SIDE_B], a) : NULL;

		a->twin = b;
		a->surplus = !b ? a->runs : a->runs > b->runs ? a->runs - b->runs : 0;
		if (!b)
			continue;
		b->twin = a;
		b->surplus = b->runs > a->runs ? b->runs - a->runs : 0;
	}
}

/* How what ended is compared too where the command lines differ. */
static void twin_pairs(const struct matching *matching)
{
	for (size_t i = 0; i < matching->pair_count; i++) {
		struct ran_command *a = matching->pairs[i].sides[SIDE_A]->command;
		struct ran_command *b = matching->pairs[i].sides[SIDE_B]->command;

		if (a->twin || b->twin)
			continue;
		a->twin = b;
		b->twin = a;
	}
}

static int find_only(struct findings *findings)
{
	int code = 0;

	for (const struct ran_command *a = findings->sets[SIDE_A]->by_key; code == 0 && a;
	     a = a->hh.next) {
		if (a->surplus > 0)
			code = add_twins(&findings->only[SIDE_A], a, a->twin);
	}
	for (const struct ran_command *b = findings->sets[SIDE_B]->by_key; code == 0 && b;
	     b = b->hh.next) {
		if (b->surplus > 0)
			code = add_twins(&findings->only[SIDE_B], b->twin, b);
	}
	return code;
}

/* ---- endings ---- */

static uint64_t runs_like(const struct ran_command *command, const struct ending *ending)
{
	for (size_t i = 0; i < command->ending_count; i++) {
		const struct ending *known = &command->endings[i];

		if (known->code == ending->code && known->signal == ending->signal)
			return known->runs;
	}
	return 0;
}

bool findings_next_ending(const struct ran_command *x, const struct ran_command *y, size_t *at,
			  struct ending *ending)
{
	for (; *at < x->ending_count; ++*at) {
		const uint64_t alike = runs_like(y, &x->endings[*at]);

		if (x->endings[*at].runs <= alike)
			continue;
		*ending = x->endings[(*at)++];
		ending->runs -= alike;
		return true;
	}
	return false;
}

/* Runs of X that ended in a way that no run of Y did, nor may have done. */
static bool has_odd_ending(const struct ran_command *x, const struct ran_command *y)
{
	uint64_t odd = 0, unknown = y->runs;
	struct ending ending;

	for (size_t at = 0; findings_next_ending(x, y, &at, &ending);)
		odd += ending.runs;
	for (size_t i = 0; i < y->ending_count; i++)
		unknown -= unknown < y->endings[i].runs ? unknown : y->endings[i].runs;
	return odd > unknown;
}

/* ---- times ---- */

bool findings_compare_cpu(const struct spent cpu[SIDES])
{
	return cpu[SIDE_A].runs > 0 && cpu[SIDE_B].runs > 0;
}

void findings_times(const struct twins *twins, struct spent times[SIDES], bool *is_cpu)
{
	const struct spent cpu[SIDES] = {twins->sides[SIDE_A]->cpu, twins->sides[SIDE_B]->cpu};

	*is_cpu = findings_compare_cpu(cpu);
	for (unsigned int side = 0; side < SIDES; side++)
		times[side] = *is_cpu ? cpu[side] : twins->sides[side]->wall;
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool findings_notable(uint64_t a_ns, uint64_t b_ns)
{
	const uint64_t less = a_ns < b_ns ? a_ns : b_ns, more = a_ns < b_ns ? b_ns : a_ns;

	return more - less >= NOTABLE_NS && more / NOTABLE_TENTHS >= less / 10;
}

static uint64_t mean_difference(const struct twins *twins)
{
	struct spent times[SIDES];
	bool is_cpu;

	findings_times(twins, times, &is_cpu);
	return difference((uint64_t)spent_mean(&times[SIDE_A]),
			  (uint64_t)spent_mean(&times[SIDE_B]));
}

static bool is_slower(const struct twins *twins)
{
	struct spent times[SIDES];
	bool is_cpu;

	findings_times(twins, times, &is_cpu);
	return times[SIDE_A].runs > 0 && times[SIDE_B].runs > 0 &&
	       findings_notable((uint64_t)spent_mean(&times[SIDE_A]),
				(uint64_t)spent_mean(&times[SIDE_B]));
}

static int compare_slower(const void *first, const void *second)
{
	const uint64_t a = mean_difference(first), b = mean_difference(second);

	return (a < b) - (a > b);
}

/* Changed commands are compared by their change, not one by one. */
static bool is_changed(const struct ran_command *a, const struct ran_command *b,
		       const struct findings *of)
{
	return commands_find(of->sets[SIDE_B], a) != b;
}

static int compare_twins(struct findings *findings)
{
	int code = 0;

	for (const struct ran_command *a = findings->sets[SIDE_A]->by_key; code == 0 && a;
	     a = a->hh.next) {
		const struct twins twins = {{a, a->twin}};

		if (!a->twin)
			continue;
		if (has_odd_ending(a, a->twin) && has_odd_ending(a->twin, a))
			code = add_twins(&findings->ended, a, a->twin);
		if (code == 0 && !is_changed(a, a->twin, findings) && is_slower(&twins))
			code = add_twins(&findings->slower, a, a->twin);
	}
	if (findings->slower.count > 0)
		qsort(findings->slower.list, findings->slower.count, sizeof(struct twins),
		      compare_slower);
	return code;
}

/* ---- programs ---- */

static struct program_sum *program_get(struct findings *findings, const char *name)
{
	struct program_sum *program;

	HASH_FIND_STR(findings->programs, name, program);
	if (program)
		return program;
	program = calloc(1, sizeof(*program));
	if (!program)
		return NULL;
	program->name = name;
	HASH_ADD_KEYPTR(hh, findings->programs, program->name, strlen(name), program);
	if (!program->hh.tbl) {
		free(program);
		return NULL;
	}
	return program;
}

static int add_programs(struct findings *findings, enum side side)
{
	for (const struct ran_command *command = findings->sets[side]->by_key; command;
	     command = command->hh.next) {
		struct program_sum *program = program_get(findings, command->name);

		if (!program)
			return -ENOMEM;
		program->runs[side] += command->runs;
		spent_merge(&program->wall[side], &command->wall);
		spent_merge(&program->cpu[side], &command->cpu);
	}
	return 0;
}

static uint64_t program_difference(const struct program_sum *program)
{
	const struct spent *times =
		findings_compare_cpu(program->cpu) ? program->cpu : program->wall;

	return difference(times[SIDE_A].ns, times[SIDE_B].ns);
}

static int compare_programs(const struct program_sum *a, const struct program_sum *b)
{
	const uint64_t first = program_difference(a), second = program_difference(b);

	return first != second ? (first < second ? 1 : -1) : strcmp(a->name, b->name);
}

static int sum_programs(struct findings *findings)
{
	int code = add_programs(findings, SIDE_A);

	if (code == 0)
		code = add_programs(findings, SIDE_B);
	HASH_SORT(findings->programs, compare_programs);
	return code;
}

/* ---- all ---- */

/* Where one side knows no arguments at all, programs are all there is to compare. */
static int find_common_ground(struct findings *findings, struct commands *const sets[SIDES])
{
	const bool known[SIDES] = {sets[SIDE_A]->with_arguments > 0 || sets[SIDE_A]->runs == 0,
				   sets[SIDE_B]->with_arguments > 0 || sets[SIDE_B]->runs == 0};
	int code = 0;

	findings->programs_only = !known[SIDE_A] || !known[SIDE_B];
	for (unsigned int side = 0; code == 0 && findings->programs_only && side < SIDES; side++)
		code = commands_forget_arguments(sets[side]);
	return code;
}

int findings_make(struct findings *findings, struct commands *const sets[SIDES])
{
	int code = find_common_ground(findings, sets);

	if (code < 0)
		return code;
	findings->sets[SIDE_A] = sets[SIDE_A];
	findings->sets[SIDE_B] = sets[SIDE_B];
	find_twins(sets);
	code = matching_make(&findings->matching, findings->sets);
	if (code == 0)
		code = changes_make(&findings->matching, &findings->changes);
	if (code < 0)
		return code;
	twin_pairs(&findings->matching);
	code = find_only(findings);
	if (code == 0)
		code = compare_twins(findings);
	return code < 0 ? code : sum_programs(findings);
}
