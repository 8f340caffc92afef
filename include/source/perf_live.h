/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live source: tracepoints on every online CPU, one ring per CPU, merged by time.
 *
 * Its records: SAMPLE, COMM and CGROUP as the kernel wrote them, and LOST with exact counts in
 * `lost` wherever a loss was noticed. CPUs that go offline are drained and closed, ones that come
 * online are opened (looked at whenever the source waits).
 */
#ifndef PXT_SOURCE_PERF_LIVE_H
#define PXT_SOURCE_PERF_LIVE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/cpu_ring.h"
#include "source/source.h"

#define LIVE_ONLINE_CPUS "/sys/devices/system/cpu/online"

/* A good size of a CPU's ring, in bytes: tens of ms of the fastest forking there is. */
#define LIVE_RING_SIZE (1024U * 1024U)

/*
 * With facts there are more and larger records, above all user stacks, each of which takes as much
 * of a ring as was asked for, used or not.
 */
#define LIVE_RING_SIZE_WITH_FACTS (4U * 1024U * 1024U)

/* Told when a CPU was found to have come (ONLINE) or gone while tracing. */
typedef void live_cpu_notice(void *context, int cpu, int online);

/*
 * Told of every record as soon as it is visible in its ring, in the ring's order: some ms before
 * its turn in the stream comes. RECORD is borrowed for the call.
 */
typedef void live_preview(void *context, const struct perf_event_header *record);

struct live_options {
	struct cpu_ring_plan plan; /* strings borrowed for the life of the source */
	const char *sysfs_online;  /* the CPU list: LIVE_ONLINE_CPUS */
	live_cpu_notice *notice;   /* may be NULL */
	void *notice_context;
};

/* Show records to PREVIEW too, from now on. Returns 0 or -ENOMEM. */
int live_set_preview(struct source *source, live_preview *preview, void *context) MUST_CHECK;

/*
 * Open everything, nothing enabled yet. Returns 0 with *SOURCE (free with source_free()) and
 * OPTIONS->plan as it could be had, or a negative errno with ERR filled.
 */
int live_open(struct live_options *options, struct source **source, struct error *err) MUST_CHECK;

/* Let events in. Returns 0, or a negative errno with ERR filled. */
int live_enable(struct source *source, struct error *err) MUST_CHECK;

/*
 * The rings themselves, for who takes the records as they lie there instead of asking for the next
 * one: the ring at INDEX, in no order; NULL where there are no more. Borrowed until source_wait()
 * or live_close_left().
 */
struct cpu_ring *live_ring(struct source *source, size_t index);

/* Close the rings of CPUs that went offline and that are read to their end. */
void live_close_left(struct source *source);

#endif
