/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoints of a trace: their formats, and what to open for what the user asked to see.
 */
#ifndef PXT_SOURCE_TRACEPOINTS_H
#define PXT_SOURCE_TRACEPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/decoder.h"
#include "decode/exit_paths.h"
#include "decode/format_dir.h"
#include "decode/tracepoint.h"
#include "perf/cpu_ring.h"
#include "source/request.h"

struct tracepoints {
	struct format_dir dir;
	struct format *formats[TRACEPOINT_COUNT]; /* NULL: not needed for this trace */
	char *filters[TRACEPOINT_COUNT];          /* for the kernel, NULL: none */
	const struct registers *registers;        /* this machine's, NULL: not known */
	unsigned int needs;                       /* NEED_ bits */
	uint32_t arg_bytes;                       /* of the user stack at an exec */
	struct exit_paths exit_paths;             /* known only where a status is wanted */
	bool status_is_told; /* by somebody else (source/exit_authority.h): not from registers */
	int hold_fd;         /* see exit_probe(); -1: none */
};

/*
 * Read the formats of what REQUEST need: what is to be seen, and what it takes to follow descent
 * and the end of the pids asked for. With kernel filters for -p, but not for descendants: those are
 * not known in advance. Returns 0 (free with tracepoints_done()), or a negative errno with ERR
 * filled: -EOPNOTSUPP where this kernel does not tell the failed execs asked for, and no probe is
 * wanted that does. STATUS_IS_TOLD: exits need neither registers nor system calls.
 */
int tracepoints_init(struct tracepoints *tracepoints, const struct request *request,
		     bool status_is_told, struct error *err) MUST_CHECK;

void tracepoints_done(struct tracepoints *tracepoints);

/* Whether failed execs are wanted, and no tracepoint tells their paths. */
bool tracepoints_lack_paths(const struct tracepoints *tracepoints);

/* Returns the extra data that samples of an exec carry for NEEDS. */
struct perf_event_extra tracepoints_extra_at_exec(unsigned int needs,
						  const struct registers *registers,
						  uint32_t arg_bytes);

/* Fill PLAN, which borrows, with the tracepoints to open. */
void tracepoints_plan(const struct tracepoints *tracepoints, struct cpu_ring_plan *plan);

/* The index of TRACEPOINT, which is traced, in that plan. */
size_t tracepoints_opened_at(const struct tracepoints *tracepoints, enum tracepoint tracepoint);

/* Tell DECODER what the samples of PLAN, as it was opened, carry behind their raw data. */
void tracepoints_set_extra(const struct tracepoints *tracepoints, const struct cpu_ring_plan *plan,
			   struct decoder *decoder);

#endif
