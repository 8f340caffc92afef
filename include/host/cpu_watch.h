/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hears of CPUs that go offline, also of those that are back before anybody looks at the list of
 * online ones: the kernel's uevents over netlink (lib/kobject_uevent.c), in the initial network
 * namespace. Elsewhere it stays silent, and the list is all there is.
 */
#ifndef PXT_HOST_CPU_WATCH_H
#define PXT_HOST_CPU_WATCH_H

#include <stddef.h>

#include "base/compiler.h"

/* Returns a socket to poll (close-on-exec, non-blocking), or a negative errno. */
int cpu_watch_open(void) MUST_CHECK;

/* The next CPU that went offline, or -1 where none has been heard of. */
int cpu_watch_next_offline(int fd);

/*
 * The CPU that a uevent of LENGTH bytes reports offline; -1 where it reports anything else.
 * MESSAGE is "ACTION@DEVPATH" and NUL-separated KEY=VALUEs.
 */
int cpu_watch_parse(const char *message, size_t length);

#endif
