/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Defines and removes events in tracefs, through its file dynamic_events. What is defined there
 * stays until it is removed, whoever ends.
 */
#ifndef PXT_PROBE_DYNAMIC_EVENTS_H
#define PXT_PROBE_DYNAMIC_EVENTS_H

#include "base/compiler.h"

/*
 * Open dynamic_events in the directory TRACEFS, so that what is there stays. Returns the
 * descriptor, or a negative errno. The kernel checks permissions here, and not at a write.
 */
int dynamic_events_open(const char *tracefs) MUST_CHECK;

/* Define by TEXT. Returns 0 or the kernel's negative errno. */
int dynamic_events_define(int fd, const char *text) MUST_CHECK;

/*
 * Remove EVENT of GROUP with all its definitions. Returns 0; -EBUSY while somebody has it open;
 * -ENOENT where there is none; another negative errno.
 */
int dynamic_events_remove(int fd, const char *group, const char *event) MUST_CHECK;

#endif
