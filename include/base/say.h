/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the user on standard error. One that nobody reads within a second is dropped.
 */
#ifndef PXT_BASE_SAY_H
#define PXT_BASE_SAY_H

#include <stdarg.h>

#include "base/compiler.h"

/* One line, "perf_exec_trace: " before it, whatever the arguments hold (printable.h). */
void say(const char *format, ...) PRINTF_LIKE(1, 2);
void say_args(const char *format, va_list args) PRINTF_LIKE(1, 0);

/* Of our own making, as it is: what moves the cursor of a terminal. */
void say_as_is(const char *text);

#endif
