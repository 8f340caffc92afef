/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/notice.h"

#include <inttypes.h>
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

void notice_statuses_lost(const struct request *request, uint64_t lost)
{
	if (lost > 0)
		notice(request, "%" PRIu64 " exit statuses were lost, and are unknown", lost);
}
