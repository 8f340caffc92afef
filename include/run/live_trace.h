/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live trace of this host, or of COMMAND, from opening the tracepoints to the closing summary.
 */
#ifndef PXT_RUN_LIVE_TRACE_H
#define PXT_RUN_LIVE_TRACE_H

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"

/*
 * Run the trace that REQUEST ask for. Notices and the summary go to standard error.
 *
 * Returns the exit status: 0, COMMAND's own, 126 or 127 where that could not be started, and 1
 * where tracing failed. ERR->what is set where there is something to tell the user.
 */
int live_trace(const struct request *request, struct error *err) MUST_CHECK;

#endif
