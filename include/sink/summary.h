/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The totals of -S, and their report.
 */
#ifndef PXT_SINK_SUMMARY_H
#define PXT_SINK_SUMMARY_H

#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "event/facts.h"
#include "sink/program_totals.h"
#include "sink/rate.h"
#include "sink/sink.h"

struct totals {
	uint64_t first_ns, last_ns;           /* times of events */
	bool timeless;                        /* events have none */
	uint64_t forks[FORK_KIND_THREAD + 1]; /* by kind */
	uint64_t execs;
	uint64_t ends[KNOWN_YES + 1]; /* EXIT by `last` */
	uint64_t codes, signals;      /* failures, by what they are */
	uint64_t unknown;             /* processes that ended nobody knows how */
	uint64_t lost;
	uint64_t cap;     /* the event cap that ended the trace; 0: none */
	struct rate rate; /* of new tasks */
};

/* In which second of the trace TIME_NS is. */
static inline uint64_t totals_second(const struct totals *totals, uint64_t time_ns)
{
	return time_ns > totals->first_ns ? (time_ns - totals->first_ns) / NS_PER_S : 0;
}

/* Write all of it; PROGRAMS are sorted anew. Returns 0 or a negative errno of the buffer. */
int summary_report(const struct sink_context *context, const struct totals *totals,
		   struct programs *programs) MUST_CHECK;

#endif
