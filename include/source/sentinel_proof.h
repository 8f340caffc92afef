/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges what a tracer tells of a sentinel (source/sentinel.h).
 */
#ifndef PXT_SOURCE_SENTINEL_PROOF_H
#define PXT_SOURCE_SENTINEL_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "event/event.h"
#include "source/sentinel.h"

/* The events told of one sentinel; all zero: none yet. */
struct sentinel_proof {
	unsigned int told; /* bits, one for each event that it has to bring back */
	bool is_wrong;     /* something else than it was */
};

/* Take EVENT into PROOF, if it is of SENTINEL. LOST is of none. */
void sentinel_prove(const struct sentinel *sentinel, const struct event *event,
		    struct sentinel_proof *proof);

/* Whether forks, exec, exits and the new task have been told, all of them rightly. */
bool sentinel_is_proven(const struct sentinel_proof *proof);

/* Whether an EXEC of its child has this name and FILENAME. */
bool sentinel_exec_is_right(const struct sentinel *sentinel, struct text comm,
			    struct text filename);

#endif
