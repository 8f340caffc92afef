/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes messages to standard error. A message that nobody reads within a second is dropped.
 */
#ifndef PXT_BASE_SAY_H
#define PXT_BASE_SAY_H

#include <stdarg.h>

#include "base/compiler.h"

/* Write one line, with "perf_exec_trace: " before it. The text is made printable (printable.h). */
void say(const char *format, ...) PRINTF_LIKE(1, 2);
void say_args(const char *format, va_list args) PRINTF_LIKE(1, 0);

/* Write TEXT as it is: control sequences for a terminal. */
void say_as_is(const char *text);

#endif
