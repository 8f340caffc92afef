/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches for CPUs that go offline, even if they are soon back: by the kernel's uevents over
 * netlink (lib/kobject_uevent.c). Those reach the initial network namespace only; elsewhere nothing
 * is reported, and the list of online CPUs has to do.
 */
#ifndef PXT_HOST_CPU_WATCH_H
#define PXT_HOST_CPU_WATCH_H

#include <stddef.h>

#include "base/compiler.h"

/* Returns a socket to poll (close-on-exec, non-blocking), or a negative errno. */
int cpu_watch_open(void) MUST_CHECK;

/* Returns the next CPU that went offline; -1: no more now. */
int cpu_watch_next_offline(int fd);

/*
 * Returns the CPU that the uevent MESSAGE of LENGTH bytes, "ACTION@DEVPATH" and NUL-separated
 * KEY=VALUEs, reports offline; -1 where it reports something else.
 */
int cpu_watch_parse(const char *message, size_t length);

#endif
