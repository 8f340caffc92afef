/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the processes at work over a trace: those that run and have no running child. The average
 * and the highest number, in constant memory.
 */
#ifndef PXT_SINK_AT_WORK_H
#define PXT_SINK_AT_WORK_H

#include <stdint.h>

/* All 0 at first. A time before that of the call before counts as that. */
struct at_work {
	uint64_t now, peak;
	uint64_t peak_ns; /* when it was as high as `peak` first */

	/* Private to at_work.c. */
	uint64_t time_ns;  /* of the last call */
	double process_ns; /* the sum of the time that each was at work */
};

/*
 * A process begins. PARENT_CHILDREN counts the running children of its parent; NULL: the parent
 * does not run, or is not in the trace.
 */
void at_work_begin(struct at_work *work, uint32_t *parent_children, uint64_t time_ns);

/* A process with CHILDREN running children ends; PARENT_CHILDREN as above. */
void at_work_end(struct at_work *work, uint32_t children, uint32_t *parent_children,
		 uint64_t time_ns);

/* Returns the average from FIRST_NS to LAST_NS, the end of the trace; 0 where no time passed. */
double at_work_average(struct at_work *work, uint64_t first_ns, uint64_t last_ns);

#endif
