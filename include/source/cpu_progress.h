/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks up to which time the output of each CPU has been read. Each CPU's is in order by itself,
 * and all come in one stream. Times are ns.
 */
#ifndef PXT_SOURCE_CPU_PROGRESS_H
#define PXT_SOURCE_CPU_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "host/cpu_list.h"

/* A CPU that is behind the newest time by more has gone offline. */
#define CPU_PROGRESS_BEHIND_NS 1000000000ULL

/* All zero: nothing was read. */
struct cpu_progress {
	uint64_t *seen_ns; /* by CPU: the time of its last line; 0: none yet */
	size_t count;
	uint64_t newest_ns; /* of all */
};

/* A line of CPU at TIME_NS was read. Returns 0, -EBADMSG where no CPU has that number, -ENOMEM. */
int cpu_progress_see(struct cpu_progress *progress, uint32_t cpu, uint64_t time_ns) MUST_CHECK;

/* Returns the time up to which all CPUs that are still there have been read. */
uint64_t cpu_progress_horizon(const struct cpu_progress *progress);

/* Whether something of each CPU in ONLINE was read. */
bool cpu_progress_has_all(const struct cpu_progress *progress, const struct cpu_list *online);

/* Free, and all zero again. */
void cpu_progress_done(struct cpu_progress *progress);

#endif
