/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches the wall clock while tracing: its offset from the events' clock is taken in every round
 * of reading, and a change of a millisecond or more (WALL_STEP_NS) is a step. The kernel tells when
 * there is one to look for: when the clock was set, at a leap second and after a suspend. NTP slews
 * both clocks alike.
 */
#ifndef PXT_RUN_WALL_WATCH_H
#define PXT_RUN_WALL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct wall_watch {
	bool known;
	bool unsure;       /* we were interrupted at the last look: look again soon */
	int64_t offset_ns; /* as of the last step */
};

/*
 * Look at the clocks. True where the offset is another than at the last step: it is
 * WATCH->offset_ns from *FROM_NS on, by the clock of the events.
 */
bool wall_watch_look(struct wall_watch *watch, uint64_t *from_ns);

/*
 * Returns a descriptor that is readable once the wall clock was set, until wall_alarm_clear();
 * close it with close(2). -errno where there is none: timerfd_create(2), TFD_TIMER_CANCEL_ON_SET.
 */
int wall_alarm_open(void) MUST_CHECK;

void wall_alarm_clear(int fd);

#endif
