/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A replay: the lines that a live trace would have shown, from a capture.
 */
#ifndef PXT_RUN_REPLAY_H
#define PXT_RUN_REPLAY_H

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"

/*
 * Replay the capture that REQUEST name. Notices and the summary go to standard error.
 *
 * Returns the exit status: 0, or 1 where it cannot be replayed. ERR->what is set where there is
 * something to tell the user; with 0 that the capture turned out to be cut short.
 */
int replay(const struct request *request, struct error *err) MUST_CHECK;

#endif
