/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the clock of perf's timestamps, the host's CLOCK_MONOTONIC. In a time namespace
 * (time_namespaces(7), Linux 5.6) our own CLOCK_MONOTONIC differs from it.
 */
#ifndef PXT_HOST_PERF_CLOCK_H
#define PXT_HOST_PERF_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * Returns how many ns CLOCK_MONOTONIC is ahead of the host's, by TEXT, the content of
 * /proc/self/timens_offsets: lines of clock, seconds and nanoseconds. 0 where it has no such line.
 */
int64_t perf_clock_parse_shift(const char *text);

/* Returns the host's CLOCK_MONOTONIC, ns. */
uint64_t perf_clock_now_ns(void);

/*
 * Measure CLOCK_REALTIME minus the host's CLOCK_MONOTONIC, ns. It changes when the wall clock is
 * set, and in suspend. False where we were off the CPU meanwhile, so that the result may be wrong
 * by more than 0.1 ms.
 */
bool perf_clock_wall_offset(int64_t *offset_ns) MUST_CHECK;

#endif
