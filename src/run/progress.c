/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/progress.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/say.h"

#define FIRST_NS NS_PER_S
#define INTERVAL_NS 200000000ULL

/* ECMA-48: back to the first column, erase to the end of the line. */
#define ERASE_LINE "\r\033[K"

void progress_start(struct progress *progress, bool wanted)
{
	*progress = (struct progress){.wanted = wanted,
				      .due_ns = clock_now_ns(CLOCK_MONOTONIC) + FIRST_NS};
}

bool progress_is_due(struct progress *progress)
{
	return progress->wanted && clock_now_ns(CLOCK_MONOTONIC) >= progress->due_ns;
}

void progress_show(struct progress *progress, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say_as_is(ERASE_LINE);
	say_as_is(text);
	progress->shown = true;
	progress->due_ns = clock_now_ns(CLOCK_MONOTONIC) + INTERVAL_NS;
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		say_as_is(ERASE_LINE);
	progress->shown = false;
}
