/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/program_totals.h"

#include <stdlib.h>
#include <string.h>

void programs_done(struct programs *programs)
{
	struct program_totals *program, *next;

	HASH_ITER (hh, programs->by_key, program, next) {
		HASH_DEL(programs->by_key, program);
		buffer_done(&program->last.argv);
		free(program);
	}
}

static struct program_totals *add(struct programs *programs, const char *key, size_t length)
{
	struct program_totals *program = calloc(1, sizeof(*program) + length);

	if (!program)
		return NULL;
	memcpy(program->key, key, length);
	program->kind = (enum program_kind)key[0];
	program->memory = -1;
	program->name = (struct text){program->key + 1, length - 1};
	HASH_ADD_KEYPTR(hh, programs->by_key, program->key, length, program);
	if (!program->hh.tbl) {
		free(program);
		return NULL;
	}
	return program;
}

struct program_totals *programs_get(struct programs *programs, enum program_kind kind,
				    struct text name)
{
	size_t length = name.length < PROGRAM_NAME_MAX ? name.length : PROGRAM_NAME_MAX;
	char key[1 + PROGRAM_NAME_MAX] = {(char)kind};
	struct program_totals *program;

	if (length > 0)
		memcpy(key + 1, name.bytes, length);
	HASH_FIND(hh, programs->by_key, key, length + 1, program);
	if (program)
		return program;
	if (HASH_COUNT(programs->by_key) >= PROGRAMS_MAX && kind != PROGRAM_OTHERS)
		return programs_get(programs, PROGRAM_OTHERS, (struct text){0});
	return add(programs, key, length + 1);
}

void program_totals_add_run(struct program_totals *program, uint64_t ns, bool has_ended)
{
	program->runs++;
	program->endless += !has_ended;
	program->total_ns += ns;
	if (ns > program->longest_ns)
		program->longest_ns = ns;
}

void program_totals_add_usage(struct program_totals *program, const struct usage *usage)
{
	int64_t cpu_ns = usage_cpu_ns(usage);

	if (cpu_ns >= 0) {
		program->measured++;
		program->cpu_ns += (uint64_t)cpu_ns;
	}
	if (usage->max_rss_bytes > program->memory)
		program->memory = usage->max_rss_bytes;
}

static struct failure *find_failure(struct program_totals *program,
				    const struct exit_status *status)
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

struct text program_arguments_kept(struct text argv, size_t size)
{
	if (argv.length <= size)
		return argv;
	const char *nul = memrchr(argv.bytes, '\0', size);
	return (struct text){argv.bytes, nul ? (size_t)(nul - argv.bytes) + 1 : size};
}

static int keep_last(struct program_failure *last, const struct facts *facts)
{
	const struct arguments *arguments = &facts->arguments;
	const struct text argv = program_arguments_kept(arguments->known.bytes, EXAMPLE_BYTES);

	last->argv.size = 0;
	last->complete = arguments->source == ARGV_NONE ||
			 (arguments->complete && argv.length == arguments->known.bytes.length);
	last->ppid = facts->ppid;
	comm_set(&last->parent,
		 facts->ancestor_count > 0 ? facts->ancestry[0].comm : (struct text){0});
	return argv.length > 0 ? buffer_append(&last->argv, argv.bytes, argv.length) : 0;
}

int program_totals_add_failure(struct program_totals *program, const struct facts *facts)
{
	struct failure *failure = find_failure(program, &facts->status);

	program->failures++;
	if (failure)
		failure->count++;
	else
		program->other_failures++;
	return keep_last(&program->last, facts);
}

/* ---- order ---- */

uint64_t program_totals_value(const struct program_totals *program, enum program_order order)
{
	switch (order) {
	case ORDER_RUNS:
		return program->runs;
	case ORDER_TOTAL:
		return program->total_ns;
	case ORDER_LONGEST:
		return program->longest_ns;
	case ORDER_CPU:
		return program->cpu_ns;
	case ORDER_MEMORY:
		return program->memory > 0 ? (uint64_t)program->memory : 0;
	default:
		return program->failures;
	}
}

static int compare_keys(const struct program_totals *a, const struct program_totals *b)
{
	size_t shorter = a->hh.keylen < b->hh.keylen ? a->hh.keylen : b->hh.keylen;
	int order = memcmp(a->key, b->key, shorter);

	return order != 0 ? order : (a->hh.keylen > b->hh.keylen) - (a->hh.keylen < b->hh.keylen);
}

static int compare(const struct program_totals *a, const struct program_totals *b,
		   enum program_order order)
{
	uint64_t first = program_totals_value(a, order);
	uint64_t second = program_totals_value(b, order);

	return first != second ? (first < second) - (first > second) : compare_keys(a, b);
}

void programs_sort(struct programs *programs, enum program_order order)
{
/* HASH_SORT() passes two elements only, but by name: a macro can add the order. */
#define COMPARE(a, b) compare((a), (b), order)
	HASH_SORT(programs->by_key, COMPARE);
#undef COMPARE
}
