/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/programs.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"

/* NAME_MAX of linux/limits.h: no file's name is longer. */
#define NAME_SIZE_MAX 255U

struct entry {
	struct program program; /* first, so that either leads to the other */
	UT_hash_handle hh;
	char key[]; /* the kind, then the name */
};

struct programs {
	struct entry *by_key;
};

struct programs *programs_new(void)
{
	return calloc(1, sizeof(struct programs));
}

void programs_free(struct programs *programs)
{
	struct entry *entry, *next;

	if (!programs)
		return;
	HASH_ITER (hh, programs->by_key, entry, next) {
		HASH_DEL(programs->by_key, entry);
		free(entry);
	}
	free(programs);
}

static struct entry *add(struct programs *programs, const char *key, size_t length)
{
	struct entry *entry = calloc(1, sizeof(*entry) + length);

	if (!entry)
		return NULL;
	memcpy(entry->key, key, length);
	entry->program.kind = (enum program_kind)key[0];
	entry->program.name = (struct text){entry->key + 1, length - 1};
	HASH_ADD_KEYPTR(hh, programs->by_key, entry->key, length, entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return entry;
}

struct program *programs_get(struct programs *programs, enum program_kind kind, struct text name)
{
	size_t length = name.length < NAME_SIZE_MAX ? name.length : NAME_SIZE_MAX;
	char key[1 + NAME_SIZE_MAX] = {(char)kind};
	struct entry *entry;

	if (length > 0)
		memcpy(key + 1, name.bytes, length);
	HASH_FIND(hh, programs->by_key, key, length + 1, entry);
	if (entry)
		return &entry->program;
	if (HASH_COUNT(programs->by_key) >= PROGRAMS_MAX && kind != PROGRAM_OTHERS)
		return programs_get(programs, PROGRAM_OTHERS, (struct text){0});
	entry = add(programs, key, length + 1);
	return entry ? &entry->program : NULL;
}

void program_add_run(struct program *program, uint64_t ns, bool has_ended)
{
	program->runs++;
	program->endless += !has_ended;
	program->total_ns += ns;
	if (ns > program->longest_ns)
		program->longest_ns = ns;
}

static struct failure *find_failure(struct program *program, const struct exit_status *status)
{
	for (size_t i = 0; i < program->status_count; i++) {
		struct failure *failure = &program->statuses[i];

		if (failure->code == status->code && failure->signal == status->signal)
			return failure;
	}
	if (program->status_count == PROGRAM_STATUSES)
		return NULL;
	struct failure *failure = &program->statuses[program->status_count++];
	*failure = (struct failure){.code = status->code, .signal = status->signal};
	return failure;
}

void program_add_failure(struct program *program, const struct exit_status *status)
{
	struct failure *failure = find_failure(program, status);

	program->failures++;
	if (failure)
		failure->count++;
	else
		program->other_failures++;
}

/* ---- order ---- */

uint64_t program_value(const struct program *program, enum program_order order)
{
	switch (order) {
	case ORDER_RUNS:
		return program->runs;
	case ORDER_TOTAL:
		return program->total_ns;
	case ORDER_LONGEST:
		return program->longest_ns;
	default:
		return program->failures;
	}
}

static int compare_keys(const struct entry *a, const struct entry *b)
{
	size_t shorter = a->hh.keylen < b->hh.keylen ? a->hh.keylen : b->hh.keylen;
	int order = memcmp(a->key, b->key, shorter);

	return order != 0 ? order : (a->hh.keylen > b->hh.keylen) - (a->hh.keylen < b->hh.keylen);
}

static int compare(const struct entry *a, const struct entry *b, enum program_order order)
{
	uint64_t first = program_value(&a->program, order);
	uint64_t second = program_value(&b->program, order);

	return first != second ? (first < second) - (first > second) : compare_keys(a, b);
}

static int by_runs(const struct entry *a, const struct entry *b)
{
	return compare(a, b, ORDER_RUNS);
}

static int by_total(const struct entry *a, const struct entry *b)
{
	return compare(a, b, ORDER_TOTAL);
}

static int by_longest(const struct entry *a, const struct entry *b)
{
	return compare(a, b, ORDER_LONGEST);
}

static int by_failures(const struct entry *a, const struct entry *b)
{
	return compare(a, b, ORDER_FAILURES);
}

void programs_sort(struct programs *programs, enum program_order order)
{
	static int (*const comparisons[])(const struct entry *a, const struct entry *b) = {
		[ORDER_RUNS] = by_runs,
		[ORDER_TOTAL] = by_total,
		[ORDER_LONGEST] = by_longest,
		[ORDER_FAILURES] = by_failures,
	};

	HASH_SORT(programs->by_key, comparisons[order]);
}

struct program *programs_next(const struct programs *programs, const struct program *program)
{
	const struct entry *entry = (const struct entry *)program;
	struct entry *next = entry ? entry->hh.next : programs->by_key;

	return next ? &next->program : NULL;
}
