/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closes tracepoints in a child, so that this process can end at once: when the last event of a
 * tracepoint is closed, the kernel waits for RCU, tens of ms for each one, and does so at an exit
 * too (perf_trace_event_unreg() in kernel/trace/trace_event_perf.c).
 */
#ifndef PXT_RUN_CLOSER_H
#define PXT_RUN_CLOSER_H

#include "base/compiler.h"

/*
 * Fork a child that has a copy of every descriptor but standard input, output and error, so that
 * closing them here closes nothing for the last time.
 *
 * Returns a descriptor whose closing ends the child (so does the end of this process): close it
 * last. Or a negative errno, where this process waits itself.
 */
int closer_start(void) MUST_CHECK;

#endif
