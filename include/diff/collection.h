/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink that collects the commands that one capture ran.
 */
#ifndef PXT_DIFF_COLLECTION_H
#define PXT_DIFF_COLLECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "diff/commands.h"
#include "diff/normalise.h"
#include "diff/pid_set.h"
#include "sink/sink.h"

struct collected_run;

/* All 0 at first, but for the normaliser's `raw`. Stays where it is. */
struct collection {
	struct commands commands;
	struct normaliser normaliser;
	bool directory_given; /* the normaliser's; else it is that of the first exec */

	/* Private to collection.c */
	struct pid_set alive, seen;
	struct collected_run *by_pid; /* running ones */
	struct buffer program, argv, numbered;
};

/* A sink that collects into COLLECTION, borrowed. NULL without memory. */
struct sink *collection_sink_new(struct collection *collection);

void collection_done(struct collection *collection);

#endif
