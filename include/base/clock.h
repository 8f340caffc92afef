/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads clocks in nanoseconds.
 */
#ifndef PXT_BASE_CLOCK_H
#define PXT_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL

static inline uint64_t timespec_ns(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

/* Returns the time of CLOCK (clock_gettime(2)), ns; 0 where the system has no such clock. */
static inline uint64_t clock_now_ns(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return timespec_ns(&now);
}

#endif
