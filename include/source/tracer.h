/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tracer is another program that traces by BPF and runs as our child: finds it, and waits until
 * it is attached.
 */
#ifndef PXT_SOURCE_TRACER_H
#define PXT_SOURCE_TRACER_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "host/state.h"
#include "source/child.h"

/* At the end its last lines may take so long, ms. */
#define TRACER_DRAIN_MS 2000U

/* A tracer that had to say something and did not for so long hangs, ms. */
#define TRACER_SILENCE_MS 10000U

/* The finding on a tracer that is installed: whether it attaches shows after seconds. */
#define TRACER_UNTRIED "installed; only a trace tries whether it attaches"

/* Bytes for a path. */
#define TRACER_PATH_SIZE 256

/*
 * Find program NAME of Debian's PACKAGE, and look whether HOST lets it trace, without starting it.
 * Returns 0 with PATH (TRACER_PATH_SIZE bytes); -ENOENT where it is not installed; -EINVAL, -EPERM
 * where the host does not; ERR has the reason and the remedy.
 */
int tracer_find(const char *name, const char *package, const struct host_state *host, char *path,
		struct error *err) MUST_CHECK;

/* The proof that a tracer is attached. */
struct tracer_trial {
	/* Do something that it has to tell of. Returns 0, or a negative errno with ERR filled. */
	int (*provoke)(void *context, struct error *err);

	/*
	 * Take what was read from it: 1 once it has told of that rightly, 0 not yet, or a negative
	 * errno with ERR filled.
	 */
	int (*look)(void *context, struct error *err);
};

/*
 * Provoke CHILD again and again until it is attached. Returns 0, or a negative errno with ERR
 * filled: -EPIPE it has ended, -ETIME it takes too long, -EINTR a signal asks us to end, or what
 * TRIAL returned.
 */
int tracer_attach(struct child *child, const struct tracer_trial *trial, void *context,
		  struct error *err) MUST_CHECK;

#endif
