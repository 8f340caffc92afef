/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens the perf events of one CPU: a ring owner, the tracepoints redirected into its ring
 * (PERF_EVENT_IOC_SET_OUTPUT), and the mapped ring.
 */
#ifndef PXT_PERF_CPU_RING_H
#define PXT_PERF_CPU_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/alarm.h"
#include "perf/perf_event.h"
#include "perf/ring.h"

#define CPU_RING_TRACEPOINTS 14
#define CPU_RING_EVENTS (CPU_RING_TRACEPOINTS + 1)

/* The events to open on every CPU. */
struct cpu_ring_plan {
	struct {
		const char *system, *name;
		const char *filter; /* PERF_EVENT_IOC_SET_FILTER, NULL: none */
		uint16_t id;
		bool wakes; /* the alarm rings at it */
		struct perf_event_extra extra;
	} tracepoints[CPU_RING_TRACEPOINTS];
	size_t tracepoint_count;
	/*
	 * An event beside them, whose samples complete those of tracepoints: it is not an event of
	 * the trace, and losses of it do not count.
	 */
	struct {
		uint16_t id;        /* 0: none */
		const char *filter; /* as above */
	} probe;
	/*
	 * A process, by pid: its FORK, COMM, MMAP2 and EXIT records and those of all tasks that
	 * descend from it later, for whoever may trace it. 0: the tracepoints of all tasks.
	 */
	int32_t command;
	bool comm;             /* PERF_RECORD_COMM too */
	bool cgroup;           /* PERF_RECORD_CGROUP too */
	uint32_t pages;        /* of data per ring, a power of two */
	bool may_shrink;       /* by ring_room_shrink(), while the kernel refuses the memory */
	uint32_t small_stack;  /* bytes of a user stack in rings of RING_ROOM_SMALL; 0: all that fit
				*/
	uint32_t watermark;    /* bytes that wake the reader; 0: half of a ring */
	bool at_once;          /* any record wakes the reader, who never pauses */
	bool alarm;            /* open alarms too; false once the kernel refused one */
	unsigned int features; /* 1 << enum perf_feature; bits unknown to the kernel are cleared */
};

struct cpu_ring {
	int cpu;
	int owner_fd;
	int tracepoint_fds[CPU_RING_TRACEPOINTS];
	size_t tracepoint_count;
	int probe_fd; /* -1: none */
	void *map;
	size_t map_size; /* bytes */
	bool can_read_lost;
	bool hung;                     /* poll() reports nothing but a hang-up: its CPU is gone */
	bool leaving;                  /* its CPU went offline: read what is left, then close */
	uint64_t lost_records;         /* summed up from PERF_RECORD_LOST */
	uint64_t lost_told;            /* part of the exact total that was reported */
	uint64_t ids[CPU_RING_EVENTS]; /* see cpu_ring_read_ids() */
	uint64_t probe_id;             /* the probe's; 0: none */
	struct alarm alarm;            /* where the plan has one */
	struct ring ring;
	struct ring
		scout; /* reads ahead of `ring`, for the live source's preview; no data: unused */
};

/*
 * Open and map all events of PLAN on CPU, disabled. PLAN is adapted to what the kernel grants
 * (features, pages, user stacks).
 *
 * Returns 0 with *OPENED (free with cpu_ring_close()); -ENODEV where CPU is offline; another
 * negative errno with ERR filled, which names the attempt but does not explain EPERM, EACCES and
 * ENOSYS.
 */
int cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
		  struct error *err) MUST_CHECK;

void cpu_ring_close(struct cpu_ring *ring);

/* Give back all memory of RING, whose events stay open; it can only be closed then. */
void cpu_ring_unmap(struct cpu_ring *ring);

/* Make `scout` a second reader of the ring, which begins where `ring` is. Returns 0 or -ENOMEM. */
int cpu_ring_add_scout(struct cpu_ring *ring) MUST_CHECK;

/* Enable or disable the events. Returns 0 or a negative errno. */
int cpu_ring_enable(const struct cpu_ring *ring) MUST_CHECK;
void cpu_ring_disable(const struct cpu_ring *ring);

/*
 * Returns the attributes of an event of PLAN: of tracepoint INDEX, or with INDEX
 * plan->tracepoint_count, of the ring owner.
 */
struct perf_event_attr cpu_ring_attr(const struct cpu_ring_plan *plan, size_t index);

/*
 * Read the event ids into RING->ids: the tracepoints' in the plan's order, then the ring owner's;
 * and that of the probe into RING->probe_id. The kernel takes all ids from one counter, so rings
 * opened later have higher ones. Returns 0 or a negative errno.
 */
int cpu_ring_read_ids(struct cpu_ring *ring) MUST_CHECK;

/*
 * Returns the number of tracepoint events, or without tracepoints of records, lost since the last
 * call. It is exact, unlike LOST records, which are written late or never and count all records.
 * Linux before 6.0 has no PERF_FORMAT_LOST: there the result is RECORDED, the count of a LOST
 * record (0: none).
 */
uint64_t cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded);

#endif
