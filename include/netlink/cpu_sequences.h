/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what is missing in messages that the kernel numbers on each CPU. All zero is a new one.
 */
#ifndef PXT_NETLINK_CPU_SEQUENCES_H
#define PXT_NETLINK_CPU_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Above any NR_CPUS that a kernel is built with (8192). */
#define CPU_SEQUENCES_MAX 65536

struct cpu_sequences {
	struct cpu_sequence {
		uint32_t next; /* the number that should come now */
		bool is_known; /* one has come */
	} * cpus;              /* by CPU; ours */
	size_t count;
};

/*
 * Message SEQ of CPU came. *MISSING becomes the number of those between it and the one before,
 * 0 for the first of a CPU. Numbers go round at 2^32; one that was there before is none missing.
 * Returns 0, -EBADMSG where there is no such CPU, or -ENOMEM.
 */
int cpu_sequences_take(struct cpu_sequences *sequences, uint32_t cpu, uint32_t seq,
		       uint32_t *missing) MUST_CHECK;

void cpu_sequences_done(struct cpu_sequences *sequences);

#endif
