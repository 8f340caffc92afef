/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on a terminal that tells how far something that takes long has come.
 */
#ifndef PXT_RUN_PROGRESS_H
#define PXT_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct progress {
	bool wanted;
	bool shown;
	uint64_t due_ns; /* when to show it next, CLOCK_MONOTONIC */
};

/* WANTED: somebody may look. The line appears after a second, and then a few times a second. */
void progress_start(struct progress *progress, bool wanted);

/* Whether it is time to show the line anew. */
bool progress_is_due(struct progress *progress);

void progress_show(struct progress *progress, const char *format, ...) PRINTF_LIKE(2, 3);

/* Take the line away: before anything else is written to the terminal. */
void progress_clear(struct progress *progress);

#endif
