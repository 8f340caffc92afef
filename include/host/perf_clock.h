/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock that perf stamps events with: CLOCK_MONOTONIC of the host. In a time namespace
 * (time_namespaces(7), Linux 5.6) our own CLOCK_MONOTONIC is another.
 */
#ifndef PXT_HOST_PERF_CLOCK_H
#define PXT_HOST_PERF_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * Returns by how many ns CLOCK_MONOTONIC is ahead of the host's, by TEXT, the content of
 * /proc/self/timens_offsets: a clock, seconds and nanoseconds a line. 0 where it does not say.
 */
int64_t perf_clock_parse_shift(const char *text);

/* The host's CLOCK_MONOTONIC, ns. */
uint64_t perf_clock_now_ns(void);

/*
 * CLOCK_REALTIME minus the host's CLOCK_MONOTONIC, ns, as it is now. It changes when the wall clock
 * is set, and in suspend. False where we were kept off the CPU meanwhile, so that it may be wrong
 * by more than 0.1 ms.
 */
bool perf_clock_wall_offset(int64_t *offset_ns) MUST_CHECK;

#endif
