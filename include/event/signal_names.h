/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of signals. Numbers are those of x86, arm64 and s390, which agree (signal(7)), on any host;
 * SIGRTMIN is glibc's 34, since it keeps 32 and 33.
 */
#ifndef PXT_EVENT_SIGNAL_NAMES_H
#define PXT_EVENT_SIGNAL_NAMES_H

#include <stdint.h>

#include "base/compiler.h"

/* The highest number that wait(2) can tell: its status has seven bits for it. */
#define SIGNAL_MAX 127

/* Returns "SIGTERM", "SIGRTMIN+3", static; NULL where SIGNAL has no name. */
const char *signal_name(int32_t signal);

/*
 * Parse TEXT, a name with or without SIG ("SIGTERM", "TERM"), or SIG with a number ("SIG9").
 * Returns 0, or -EINVAL with *SIGNAL unchanged.
 */
int signal_number(const char *text, int32_t *signal) MUST_CHECK;

#endif
