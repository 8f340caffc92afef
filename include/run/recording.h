/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `perf_exec_trace record`: a trace of this host, or of COMMAND, into a capture.
 */
#ifndef PXT_RUN_RECORDING_H
#define PXT_RUN_RECORDING_H

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"

/*
 * Record what REQUEST ask for into REQUEST->output. It records everything the kernel gives
 * out (-p without -f is a filter of the kernel's); which of it was asked for is told by the command
 * line and the THREAD_MAP in the capture, and left to who reads it.
 *
 * Returns the exit status as live_trace() does.
 */
int record_trace(const struct request *request, struct error *err) MUST_CHECK;

#endif
