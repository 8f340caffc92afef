/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The perf events of one CPU: the event that owns the ring, the tracepoints redirected into it
 * (PERF_EVENT_IOC_SET_OUTPUT), and the mapped ring.
 */
#ifndef PXT_PERF_CPU_RING_H
#define PXT_PERF_CPU_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/perf_event.h"
#include "perf/ring.h"

#define CPU_RING_TRACEPOINTS 9
#define CPU_RING_EVENTS (CPU_RING_TRACEPOINTS + 1)

/* What to open on every CPU. */
struct cpu_ring_plan {
	struct {
		const char *system, *name;
		const char *filter; /* PERF_EVENT_IOC_SET_FILTER, NULL: none */
		uint16_t id;
		struct perf_event_extra extra;
	} tracepoints[CPU_RING_TRACEPOINTS];
	size_t tracepoint_count;
	bool comm;             /* PERF_RECORD_COMM too */
	bool cgroup;           /* PERF_RECORD_CGROUP too */
	uint32_t pages;        /* of data per ring, a power of two */
	bool may_shrink;       /* see ring_room_shrink(), while the kernel grants no such memory */
	uint32_t watermark;    /* bytes that wake the reader; 0: half of a ring */
	unsigned int features; /* 1 << enum perf_feature; loses what the kernel does not know */
};

struct cpu_ring {
	int cpu;
	int owner_fd;
	int tracepoint_fds[CPU_RING_TRACEPOINTS];
	size_t tracepoint_count;
	void *map;
	size_t map_size; /* bytes */
	bool can_read_lost;
	bool hung;                     /* poll() reports nothing but a hang-up: its CPU is gone */
	bool leaving;                  /* its CPU went offline: read what is left, then close */
	uint64_t lost_records;         /* summed up from PERF_RECORD_LOST */
	uint64_t lost_told;            /* of the true total, already given out */
	uint64_t ids[CPU_RING_EVENTS]; /* see cpu_ring_read_ids() */
	struct ring ring;
	struct ring
		scout; /* reads ahead of `ring`, for the live source's preview; no data: unused */
};

/*
 * Open and map all of PLAN on CPU, disabled; PLAN keeps what was learnt (features, pages,
 * user stacks).
 *
 * Returns 0 with *OPENED (free with cpu_ring_close()); -ENODEV where CPU is offline; another
 * negative errno with ERR filled: what was tried, without a diagnosis of EPERM, EACCES and ENOSYS.
 */
int cpu_ring_open(struct cpu_ring_plan *plan, int cpu, struct cpu_ring **opened,
		  struct error *err) MUST_CHECK;

void cpu_ring_close(struct cpu_ring *ring);

/* Make `scout` another reader of the ring, that begins where `ring` is. Returns 0 or -ENOMEM. */
int cpu_ring_add_scout(struct cpu_ring *ring) MUST_CHECK;

/* Let the events write, or stop them. 0 or a negative errno. */
int cpu_ring_enable(const struct cpu_ring *ring) MUST_CHECK;
void cpu_ring_disable(const struct cpu_ring *ring);

/*
 * The attributes of what is opened on a CPU: of the plan's tracepoints, then, at INDEX
 * plan->tracepoint_count, of the ring owner.
 */
struct perf_event_attr cpu_ring_attr(const struct cpu_ring_plan *plan, size_t index);

/*
 * Ask the kernel for the ids that its records carry, into RING->ids: the tracepoints' in the plan's
 * order, then the ring owner's. One counter of the kernel's gives all ids, so a ring that is opened
 * later has higher ones. Returns 0 or a negative errno.
 */
int cpu_ring_read_ids(struct cpu_ring *ring) MUST_CHECK;

/*
 * Returns the number of tracepoint events lost since the last call. It is exact, unlike LOST
 * records, which are written late or never and count sideband too. Before Linux 6.0 (no
 * PERF_FORMAT_LOST) those are all there is: pass the count of one as RECORDED (0: none).
 */
uint64_t cpu_ring_newly_lost(struct cpu_ring *ring, uint64_t recorded);

#endif
