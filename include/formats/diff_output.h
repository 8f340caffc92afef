/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the findings of `formats diff`: as text for people, or as one JSON object
 * (docs/formats-diff.schema.json).
 */
#ifndef PXT_FORMATS_DIFF_OUTPUT_H
#define PXT_FORMATS_DIFF_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "formats/format_set.h"
#include "formats/page.h"
#include "sink/text/json_writer.h"

/* The two sources. */
enum diff_side { DIFF_A, DIFF_B, DIFF_SIDES };

/* Numbers of events. */
struct diff_sum {
	size_t compared, differ, renumbered;
	size_t one_sided;             /* the other side lacks them */
	size_t uncovered[DIFF_SIDES]; /* of this side; the other says nothing of them */
};

struct diff_report {
	const struct diff_output *output;
	const struct page *page;
	const struct format_set *sets[DIFF_SIDES];
	bool ids; /* list those that differ */

	/* For the output alone */
	struct json_writer json;
	const char *system; /* of the last event on one side; NULL: there was none yet */
	size_t column;
};

/* In this order: begin, common and events mixed, both sides, end. */
struct diff_output {
	void (*begin)(struct diff_report *report);

	/* The common fields of all events differ, as in A and B. Returns 0 or -ENOMEM. */
	int (*common)(struct diff_report *report, const struct format *a, const struct format *b);

	/* A and B are one event, whose fields in PARTS (0: only the id) differ. 0 or -ENOMEM. */
	int (*event)(struct diff_report *report, const struct format_entry *a,
		     const struct format_entry *b, unsigned int parts);

	/* Events that only SIDE has. */
	void (*begin_side)(struct diff_report *report, enum diff_side side);
	void (*one_sided)(struct diff_report *report, enum diff_side side,
			  const struct format_entry *entry);
	void (*end_side)(struct diff_report *report);

	void (*end)(struct diff_report *report, const struct diff_sum *sum);
};

extern const struct diff_output diff_text;
extern const struct diff_output diff_json;

#endif
