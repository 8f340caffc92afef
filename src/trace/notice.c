/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/notice.h"

#include <stdarg.h>
#include <stdio.h>

void notice(const struct options *options, const char *format, ...)
{
	va_list args;

	if (options->quiet)
		return;
	va_start(args, format);
	fputs("perf_exec_trace: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}
