/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds up the lost records of a capture. PERF_RECORD_LOST reports a loss when the kernel noticed
 * it, if it ever did; PERF_RECORD_LOST_SAMPLES, written at the end, has the totals. Both may count
 * the same loss: the larger sum is right.
 */
#ifndef PXT_CAPTURE_READ_LOSSES_H
#define PXT_CAPTURE_READ_LOSSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct cpu_losses {
	uint64_t told, counted; /* by LOST, by LOST_SAMPLES */
};

/* More CPUs than any kernel has (CONFIG_NR_CPUS). Losses of higher ones count for no CPU. */
#define LOSSES_CPUS 65536U

/* All zero is no loss. */
struct losses {
	struct cpu_losses *cpus; /* by CPU */
	size_t count;
	struct cpu_losses unknown; /* of no known CPU */
	uint64_t told, counted;
	size_t next; /* nothing is untold of lower CPUs */
};

void losses_done(struct losses *losses);

/* Add what a LOST record TOLD of CPU, and what LOST_SAMPLES COUNTED. Returns 0 or -ENOMEM. */
int losses_add(struct losses *losses, uint32_t cpu, uint64_t told, uint64_t counted) MUST_CHECK;

/*
 * Move one CPU's counted but untold losses to the told ones, and return them. False: there are
 * none. Nothing must be counted afterwards.
 */
bool losses_take_rest(struct losses *losses, uint32_t *cpu, uint64_t *count);

#endif
