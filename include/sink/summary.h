/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Totals of a trace, and the report of -S.
 */
#ifndef PXT_SINK_SUMMARY_H
#define PXT_SINK_SUMMARY_H

#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "event/facts.h"
#include "sink/rate.h"
#include "sink/runs.h"
#include "sink/sink.h"

struct totals {
	uint64_t first_ns, last_ns;           /* times of events */
	bool timeless;                        /* an event had no time */
	uint64_t forks[FORK_KIND_THREAD + 1]; /* by kind */
	uint64_t execs;
	uint64_t ends[KNOWN_YES + 1]; /* EXITs by `last` */
	uint64_t codes, signals;      /* failures by exit code, and by signal */
	uint64_t measured;            /* processes whose CPU time is known */
	uint64_t user_ns, system_ns;  /* of those */
	uint64_t unknown;             /* processes whose exit status is not known */
	uint64_t lost;
	uint64_t cap;       /* that ended the trace; 0: none */
	const char *capped; /* what it limits: "events" or "lines" */
	struct rate rate;   /* FORKs per second */
};

/* Returns the second of the trace that TIME_NS is in; 0 before its beginning. */
static inline uint64_t totals_second(const struct totals *totals, uint64_t time_ns)
{
	return time_ns > totals->first_ns ? (time_ns - totals->first_ns) / NS_PER_S : 0;
}

/* Write the report. The programs of RUNS are left sorted. Returns 0 or a negative errno. */
int summary_report(const struct sink_context *context, const struct totals *totals,
		   struct runs *runs) MUST_CHECK;

#endif
