/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the differences of two captures: as text for people, or as one JSON object
 * (docs/diff.schema.json).
 */
#ifndef PXT_DIFF_REPORT_H
#define PXT_DIFF_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "diff/findings.h"
#include "diff/matching.h"
#include "diff/normalise.h"
#include "sink/sink.h"

/* Without -v, the text has so many entries of each list. */
#define REPORT_ENTRIES 10U

/* All parts are borrowed. */
struct report {
	const struct findings *findings;
	const char *names[SIDES]; /* of the captures */
	const struct normaliser *normalisers[SIDES];
	bool all; /* -v */
};

/* Write to CONTEXT's buffer, and flush it. Returns 0 or a negative errno. */
int report_text(const struct report *report, const struct sink_context *context) MUST_CHECK;

void report_json(const struct report *report, FILE *out);

#endif
