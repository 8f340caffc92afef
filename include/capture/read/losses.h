/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds up what a capture says was lost. PERF_RECORD_LOST tells of a loss where it was noticed, if
 * it ever was; PERF_RECORD_LOST_SAMPLES, written at the end, tells the totals. Both may tell of the
 * same loss: the larger sum is the truth.
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

/* No kernel can be built for as many CPUs (CONFIG_NR_CPUS): what a capture says of others is of
 * RECORD_NO_CPU. */
#define LOSSES_CPUS 65536U

/* All zero is an empty one. */
struct losses {
	struct cpu_losses *cpus; /* by their numbers */
	size_t count;
	struct cpu_losses unknown; /* of no CPU that is told, or can be */
	uint64_t told, counted;
	size_t next; /* all CPUs below it are told in full */
};

void losses_done(struct losses *losses);

/* A LOST record, or one of LOST_SAMPLES, told of COUNT on CPU. 0 or -ENOMEM. */
int losses_tell(struct losses *losses, uint32_t cpu, uint64_t count) MUST_CHECK;
int losses_count(struct losses *losses, uint32_t cpu, uint64_t count) MUST_CHECK;

/*
 * Take one CPU's share of what was counted but not told yet, which is told now; false: none.
 * Nothing is to be counted any more.
 */
bool losses_take_rest(struct losses *losses, uint32_t *cpu, uint64_t *count);

#endif
