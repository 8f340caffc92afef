/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/printable.h"

/*
 * Format into TEXT, one line whatever the arguments hold. Formatted aside first: the arguments may
 * be the texts that are about to be replaced.
 */
PRINTF_LIKE(3, 0)
static void format_line(char *text, size_t size, const char *fmt, va_list args)
{
	char line[sizeof(struct error)];

	if (vsnprintf(line, sizeof(line), fmt, args) < 0)
		line[0] = '\0';
	printable(text, size, line);
}

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format_line(err->what, sizeof(err->what), fmt, args);
	va_end(args);
	err->remedy[0] = '\0';
	return code;
}

int error_no_memory(struct error *err)
{
	return error_set(err, -ENOMEM, "out of memory");
}

void error_remedy(struct error *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	format_line(err->remedy, sizeof(err->remedy), fmt, args);
	va_end(args);
}
