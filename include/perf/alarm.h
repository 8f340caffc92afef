/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An alarm wakes a sleeping reader at the next event of its CPU, so that nobody has to look at
 * rings in which nothing happens.
 *
 * It is a ring of one page with the same tracepoints as the main ring, in records of 8 bytes that
 * wake at once (perf_event_open(2), wakeup_events). Nobody reads it. It is armed and disarmed by
 * `data_tail` alone: where the ring seems full the kernel drops the event and wakes nobody. That
 * takes no system call and no interrupt of the CPU, as enabling an event would.
 *
 * The kernel writes its side with a write barrier only, so whoever sleeps should still look once a
 * second.
 */
#ifndef PXT_PERF_ALARM_H
#define PXT_PERF_ALARM_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define ALARM_TRACEPOINTS 3

/* All 0 and -1 in `fds`: none. */
struct alarm {
	int fds[ALARM_TRACEPOINTS]; /* the first one can be polled */
	size_t count;
	struct perf_event_mmap_page *page; /* and the ring behind it; NULL: none is open */
};

struct alarm_tracepoint {
	uint16_t id;
	const char *filter; /* PERF_EVENT_IOC_SET_FILTER; NULL: none */
};

/*
 * Open an alarm for COUNT TRACEPOINTS of CPU, disabled and disarmed. Returns 0, or a negative errno
 * with ALARM closed: -EINVAL where there is none or are too many of them, -EPERM over the limits of
 * locked memory, -EMFILE, and what else perf_event_open(2) says.
 */
int alarm_open(struct alarm *alarm, const struct alarm_tracepoint *tracepoints, size_t count,
	       int cpu) MUST_CHECK;

/* Close ALARM, which may be none. */
void alarm_close(struct alarm *alarm);

/*
 * Let events in. Before those of the main ring: the kernel serves the event that was enabled last
 * first, so that an event is in the main ring when the alarm rings. Returns 0 or a negative errno.
 */
int alarm_enable(const struct alarm *alarm) MUST_CHECK;

/*
 * Have the next event make `fds[0]` readable. After the last alarm is armed, a full fence and a
 * look at the main rings have to follow: what came before wakes nobody.
 */
void alarm_arm(const struct alarm *alarm);
void alarm_disarm(const struct alarm *alarm);

#endif
