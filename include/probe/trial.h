/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a child of ours, and looks at what an event of the kernel shows of it.
 */
#ifndef PXT_PROBE_TRIAL_H
#define PXT_PROBE_TRIAL_H

#include <stdint.h>

#include "base/compiler.h"
#include "perf/record.h"

struct trial {
	uint16_t id; /* of the event */
	/* What the child does, only what is safe between fork and exec; then it exits. */
	void (*run)(void *context);
	/* Each record of the event, which comes once the child has ended. */
	void (*look)(void *context, const struct record *record);
	void *context; /* of both */
};

/* Run TRIAL, some ms. Returns 0, or a negative errno where there was nothing to look at. */
int trial_run(const struct trial *trial) MUST_CHECK;

#endif
