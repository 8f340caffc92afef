/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enters the sandbox (sandbox/sandbox.h) that a run needs once everything is open, unless
 * --no-sandbox; -v says what of it is in force.
 */
#ifndef PXT_RUN_CONFINE_H
#define PXT_RUN_CONFINE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "run/tracing.h"
#include "sandbox/sandbox.h"
#include "sandbox/syscalls.h"
#include "source/request.h"

/*
 * Both return 0 or a negative errno with ERR filled. READS_PROCESSES: what /proc shows of a process
 * to its tracers alone is read later, so that Landlock is left out.
 */
int confine_replay(const struct request *request, struct error *err) MUST_CHECK;
int confine_tracing(const struct tracing *tracing, enum sandbox_mode mode, bool reads_processes,
		    struct error *err) MUST_CHECK;

/* Try in a child process what of the sandbox a plain live trace on HOST gets. Returns as they do.
 */
int confine_try(const struct host_state *host, struct sandbox_in_force *in_force,
		struct error *err) MUST_CHECK;

#endif
