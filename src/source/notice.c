/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/notice.h"

#include <stdarg.h>

#include "base/say.h"

void notice(const struct request *request, const char *format, ...)
{
	va_list args;

	if (request->quiet)
		return;
	va_start(args, format);
	say_args(format, args);
	va_end(args);
}
