/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets up perf for live traces and recordings: the tracepoints and the plan of the rings.
 */
#ifndef PXT_SOURCE_PERF_SETUP_H
#define PXT_SOURCE_PERF_SETUP_H

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "perf/cpu_rings.h"
#include "probe/argv_probe.h"
#include "probe/path_probe.h"
#include "source/request.h"
#include "source/tracepoints.h"

/* A good size of a CPU's ring, in bytes: tens of ms of the fastest forking there is. */
#define PERF_RING_SIZE (1024U * 1024U)

struct perf_setup {
	const struct request *request;  /* borrowed */
	const struct host_state *state; /* borrowed */
	struct tracepoints tracepoints;
	struct argv_probe *probe;      /* NULL: none is wanted */
	struct path_probe *path_probe; /* NULL as well then, or where tracepoints tell the paths */
	struct cpu_ring_plan wanted;
	struct cpu_rings_options rings; /* `plan` after what the kernel refused, once opened */
};

/* The uses of a setup, as bits. */
enum perf_setup_use {
	PERF_SETUP_RECORDING = 1,      /* wants the names of tasks whatever the events */
	PERF_SETUP_STATUS_IS_TOLD = 2, /* has exit statuses from source/exit_authority.h */
};

/*
 * Read the formats and plan the rings that REQUEST asks for, for USE. SETUP is not to be moved.
 * Returns 0 (free with perf_setup_done()), or a negative errno with ERR filled.
 */
int perf_setup_init(struct perf_setup *setup, const struct request *request,
		    const struct host_state *state, unsigned int use, struct error *err) MUST_CHECK;

/* Rings that were opened by SETUP are closed before. */
void perf_setup_done(struct perf_setup *setup);

/*
 * Settle CODE, that of cpu_rings_open() or ring_stream_open() with SETUP->rings: tell the user what
 * was opened and what the kernel refused, or ERR why nothing could be. Returns CODE.
 */
int perf_setup_opened(const struct perf_setup *setup, int code, struct error *err) MUST_CHECK;

#endif
