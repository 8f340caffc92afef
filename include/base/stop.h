/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The request to end. Everything that may wait for long checks it; signal handlers set it.
 *
 * It has two stages, since COMMAND may clean up for long after an interrupt and is traced
 * meanwhile: STOP_ASKED, when only a reader who takes nothing is given up, and STOP_DUE, when the
 * trace is over and output has to end, too.
 */
#ifndef PXT_BASE_STOP_H
#define PXT_BASE_STOP_H

#include <stdbool.h>

enum stop {
	STOP_NONE,
	STOP_ASKED,
	STOP_DUE,
};

/* Request the end; a stage never goes back. Async-signal-safe. */
void stop_ask(enum stop stage);

bool stop_is_asked(void);
bool stop_is_due(void);

#endif
