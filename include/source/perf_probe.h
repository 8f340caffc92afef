/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries this host's tracepoints: reads the formats, and opens and maps one ring on one CPU.
 */
#ifndef PXT_SOURCE_PERF_PROBE_H
#define PXT_SOURCE_PERF_PROBE_H

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"
#include "source/source.h"

/* The `probe` of perf_source_type. */
int perf_probe(const struct request *request, const struct source_host *host,
	       struct error *found) MUST_CHECK;

#endif
