/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of a trace by name: how often they ran, how long, how they failed. Memory is bounded
 * by PROGRAMS_MAX names; what runs under further ones is summed up as one.
 */
#ifndef PXT_SINK_PROGRAMS_H
#define PXT_SINK_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

#define PROGRAMS_MAX 10000U

/* Of one program: after so many different ones the rest is `other_failures`. */
#define PROGRAM_STATUSES 8U

enum program_kind {
	PROGRAM_RUN,    /* by an exec */
	PROGRAM_COPY,   /* of its parent: a process that has never called exec */
	PROGRAM_UNBORN, /* by an exec that did not come to be */
	PROGRAM_OTHERS, /* all beyond PROGRAMS_MAX; it has no name */
};

struct failure {
	int32_t code, signal; /* as in struct exit_status */
	uint64_t count;
};

struct program {
	enum program_kind kind;
	struct text name;
	uint64_t runs;
	uint64_t endless; /* of those, the ones whose end was not seen: they took longer, maybe */
	uint64_t total_ns, longest_ns;
	uint64_t failures; /* runs that ended with a code that is not 0, or by a signal */
	struct failure statuses[PROGRAM_STATUSES];
	size_t status_count;
	uint64_t other_failures;
};

enum program_order {
	ORDER_RUNS,
	ORDER_TOTAL,
	ORDER_LONGEST,
	ORDER_FAILURES,
};

struct programs;

/* Returns NULL without memory. */
struct programs *programs_new(void);
void programs_free(struct programs *programs);

/* The program of this name, new or known. Stays where it is. Returns NULL without memory. */
struct program *programs_get(struct programs *programs, enum program_kind kind, struct text name);

/* A run of PROGRAM took NS so far; with HAS_ENDED it is over, else nobody saw its end. */
void program_add_run(struct program *program, uint64_t ns, bool has_ended);

/* One ended with STATUS, which is known to be a failure. */
void program_add_failure(struct program *program, const struct exit_status *status);

/* What ORDER compares, the most first; of equal ones the names decide. */
uint64_t program_value(const struct program *program, enum program_order order);
void programs_sort(struct programs *programs, enum program_order order);

/* The one after PROGRAM as they are sorted, the first one for NULL. NULL at the end. */
struct program *programs_next(const struct programs *programs, const struct program *program);

#endif
