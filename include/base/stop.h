/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * That somebody asked us to end: what all that may wait for long has to heed, without knowing who
 * asks and how.
 */
#ifndef PXT_BASE_STOP_H
#define PXT_BASE_STOP_H

#include <stdbool.h>

/* Ask; may be called by a signal handler. */
void stop_ask(void);

bool stop_is_asked(void);

#endif
