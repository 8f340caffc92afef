/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rings of all online CPUs. Rings of CPUs that go offline are read to their end and closed, and
 * those of CPUs that come online are opened, whenever the caller waits; not those of a COMMAND.
 */
#ifndef PXT_PERF_CPU_RINGS_H
#define PXT_PERF_CPU_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/cpu_ring.h"

#define CPU_RINGS_ONLINE "/sys/devices/system/cpu/online"

struct cpu_rings;

struct cpu_rings_options {
	struct cpu_ring_plan plan; /* strings borrowed for the life of the rings */
	const char *sysfs_online;  /* the CPU list: CPU_RINGS_ONLINE */
	/*
	 * Called when a CPU was found to have come (ONLINE) or gone; of a COMMAND, when one came
	 * that has no ring. May be NULL.
	 */
	void (*notice)(void *context, int cpu, int online);
	void *notice_context;
	/* Called with each ring as soon as it is opened, and before it is closed; may be NULL. */
	int (*opened)(void *context, struct cpu_ring *ring, const struct cpu_ring_plan *plan,
		      struct error *err);
	void (*closing)(void *context, struct cpu_ring *ring);
	void *ring_context;
};

/*
 * Open everything, nothing enabled yet. Returns 0 with *OPENED and OPTIONS->plan after what the
 * kernel refused, or a negative errno with ERR filled.
 */
int cpu_rings_open(struct cpu_rings_options *options, struct cpu_rings **opened,
		   struct error *err) MUST_CHECK;

void cpu_rings_free(struct cpu_rings *rings);

/* Let events in. Returns 0, or a negative errno with ERR filled. */
int cpu_rings_enable(struct cpu_rings *rings, struct error *err) MUST_CHECK;

/*
 * Let records stay in the rings for DELAY_MS, unless these fill up: whoever reads them is in no
 * hurry. 0, as at first: for as long as it pays.
 */
void cpu_rings_set_delay(struct cpu_rings *rings, int delay_ms);

/* Let nothing new in. */
void cpu_rings_disable(struct cpu_rings *rings);

/*
 * The ring at INDEX, in no order; NULL where there are no more. Borrowed until the next
 * cpu_rings_wait() or cpu_rings_close_left().
 */
struct cpu_ring *cpu_rings_at(const struct cpu_rings *rings, size_t index);

/* Close the rings of CPUs that went offline and that are read to their end. */
void cpu_rings_close_left(struct cpu_rings *rings);

/*
 * Sleep until records are worth reading, WAKE_FD is readable, or TIMEOUT_MS (-1: none) has passed;
 * not as long where records are PENDING, read but too young for their turn. May return early.
 * Returns 0, or a negative errno with ERR filled.
 */
int cpu_rings_wait(struct cpu_rings *rings, int wake_fd, int timeout_ms, bool pending,
		   struct error *err) MUST_CHECK;

#endif
