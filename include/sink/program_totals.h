/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Totals of each program of a trace, by name: runs, times, failures. Memory is bounded by
 * PROGRAMS_MAX names; further names share one entry.
 */
#ifndef PXT_SINK_PROGRAM_TOTALS_H
#define PXT_SINK_PROGRAM_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/hash_table.h"
#include "base/text.h"
#include "event/comm.h"
#include "event/facts.h"

#define PROGRAMS_MAX 10000U

/* NAME_MAX of linux/limits.h: no file's name is longer. */
#define PROGRAM_NAME_MAX 255U

/* Bytes of arguments kept of the last failure of a program. */
#define EXAMPLE_BYTES 8192U

/* Different exit statuses counted for one program; further ones are `other_failures`. */
#define PROGRAM_STATUSES 8U

enum program_kind {
	PROGRAM_RUN,    /* started by an exec */
	PROGRAM_COPY,   /* of its parent: a process that never called exec */
	PROGRAM_UNBORN, /* an exec failed after the old program was gone */
	PROGRAM_OTHERS, /* all names after PROGRAMS_MAX; has no name itself */
};

struct failure {
	int32_t code, signal; /* as in struct exit_status */
	uint64_t count;
};

/* A run that failed. */
struct program_failure {
	struct buffer argv; /* words with their NULs, the first EXAMPLE_BYTES at most; owned */
	bool complete;      /* that is all of them, or none is known */
	int32_t ppid;       /* as in struct facts */
	struct comm parent; /* its name */
};

struct program_totals {
	enum program_kind kind;
	struct text name; /* in `key` */
	uint64_t runs;
	uint64_t endless; /* runs whose end was not seen; their times are lower bounds */
	uint64_t total_ns, longest_ns;
	uint64_t measured; /* runs whose usage is known, as that of their whole process */
	uint64_t cpu_ns;   /* of those */
	int64_t memory;    /* their highest peak, bytes; -1: not known */
	uint64_t failures; /* runs that ended with a code that is not 0, or by a signal */
	struct failure statuses[PROGRAM_STATUSES];
	size_t status_count;
	uint64_t other_failures;
	struct program_failure last; /* valid where `failures` is not 0 */

	UT_hash_handle hh;
	char key[]; /* the kind, then the name */
};

enum program_order {
	ORDER_RUNS,
	ORDER_TOTAL,
	ORDER_LONGEST,
	ORDER_CPU,
	ORDER_MEMORY,
	ORDER_FAILURES,
};

/* All 0 is an empty one. Walk it by `hh.next`, in the order of the last programs_sort(). */
struct programs {
	struct program_totals *by_key;
};

/* Free all entries. */
void programs_done(struct programs *programs);

/* The entry for KIND and NAME, new or known; its address stays the same. NULL without memory. */
struct program_totals *programs_get(struct programs *programs, enum program_kind kind,
				    struct text name);

/* Sort by program_totals_value(), highest first, then by name. */
void programs_sort(struct programs *programs, enum program_order order);

/* Returns the words of ARGV that fit whole into SIZE bytes; SIZE bytes of a longer first one. */
struct text program_arguments_kept(struct text argv, size_t size);

/* Count a run of NS; without HAS_ENDED its end was not seen. */
void program_totals_add_run(struct program_totals *program, uint64_t ns, bool has_ended);

/* Add USAGE, that of a process which ended with a run of PROGRAM. */
void program_totals_add_usage(struct program_totals *program, const struct usage *usage);

/* Count a run that failed, by the facts of its EXIT. Returns 0 or -ENOMEM. */
int program_totals_add_failure(struct program_totals *program,
			       const struct facts *facts) MUST_CHECK;

/* Returns the number that ORDER sorts by. */
uint64_t program_totals_value(const struct program_totals *program, enum program_order order);

#endif
