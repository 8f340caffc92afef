/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of numbers, as manual pages and headers have them. All are printable ASCII, and live as
 * long as the program.
 */
#ifndef PXT_SINK_TEXT_NAMES_H
#define PXT_SINK_TEXT_NAMES_H

#include <stdint.h>

#include "event/facts.h"

/*
 * "SIGTERM", "SIGRTMIN+3"; NULL where SIGNAL has no name. As numbered by x86, arm64 and s390, which
 * agree (signal(7)), whatever this host is; SIGRTMIN is glibc's 34: 32 and 33 are its own.
 */
const char *signal_name(int32_t signal);

/*
 * "CLONE_VM": the flag 1 << BIT of clone(2), BIT from 0 to 63; NULL where it has no name. Of the
 * low byte, which is the signal that tells the parent of the end (CSIGNAL), only clone3(2)'s
 * CLONE_NEWTIME has one.
 */
const char *clone_flag_name(unsigned int bit);

/* Take the lowest flag that has a name off FLAGS and return that; NULL where those left have none.
 */
const char *clone_flags_next(uint64_t *flags);

/* "process", "vfork", "thread"; NULL: unknown. */
const char *fork_kind_name(enum fork_kind kind);

/* "process", "kernel"; NULL: unknown. */
const char *signal_origin_name(enum signal_origin origin);

/* "stack", "proc", "none". */
const char *argv_source_name(enum argv_source source);

#endif
