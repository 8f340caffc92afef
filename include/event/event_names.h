/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of the events that -e takes, on the command line and in captures.
 */
#ifndef PXT_EVENT_EVENT_NAMES_H
#define PXT_EVENT_EVENT_NAMES_H

#include <stddef.h>

#include "event/event.h"

#define EVENT_NAMES ((size_t)EVENT_EXEC_FAILED + 1)

/* By enum event_type: "fork", "exec", "exit", "exec_failed". */
extern const char *const event_names[EVENT_NAMES];

/* Returns the EVENT_BIT() of the event whose name are LENGTH bytes of NAME; 0: there is none. */
unsigned int event_bit_of_name(const char *name, size_t length);

#endif
