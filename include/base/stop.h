/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The request to end. Everything that may wait for long checks it; signal handlers set it.
 */
#ifndef PXT_BASE_STOP_H
#define PXT_BASE_STOP_H

#include <stdbool.h>

/* Request the end. Async-signal-safe. */
void stop_ask(void);

bool stop_is_asked(void);

#endif
