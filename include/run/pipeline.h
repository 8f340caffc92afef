/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pipeline puts each record through decoder, task table, filter and sink, and counts.
 */
#ifndef PXT_RUN_PIPELINE_H
#define PXT_RUN_PIPELINE_H

#include <stdint.h>

#include "base/compiler.h"
#include "decode/decoder.h"
#include "event/event.h"
#include "exec/image.h"
#include "filter/filter.h"
#include "perf/record.h"
#include "run/notes.h"
#include "sink/raw.h"
#include "sink/sink.h"
#include "task/task_table.h"

/* All parts are borrowed. */
struct pipeline {
	const struct decoder *decoder;
	struct task_table *tasks;
	struct sink *sink;
	struct note_targets notes;  /* take those of a capture */
	struct image_maker *images; /* makes what an exec shows; NULL: no facts are wanted */
	const struct raw *raw; /* shows the record of every event that is shown; NULL: none does */
	struct filter filter;
	uint64_t max_events; /* 0: no limit */
	int32_t command_pid; /* its first EXEC makes it followed; 0: none, or that has happened */
	bool ends_alone;     /* the end is reached with the last task that the filter waits for */
	bool pids_to_come;   /* tasks with the filter's pids may be born: followed then too */
	bool foreign_sample_ids; /* sample ids are of another pid namespace than the payloads' */

	uint64_t shown[EVENT_TYPES]; /* given to the sink, by type */
	uint64_t malformed;          /* records of our tracepoints that could not be decoded */
	uint64_t lost_seen;          /* LOST events so far */
};

enum pipeline_verdict {
	PIPELINE_GO_ON,
	PIPELINE_CAPPED, /* max_events were shown, and TRUNCATED after them */
	PIPELINE_ALONE,  /* the last task that the filter waits for has exited */
};

/* Put RECORD through. Returns an enum pipeline_verdict or a negative errno (the sink's, -ENOMEM).
 */
int pipeline_feed(struct pipeline *pipeline, const struct record *record) MUST_CHECK;

/* Whether any task that the filter asks for is alive, as far as the task table knows. */
bool pipeline_waits_for_any(const struct pipeline *pipeline);

/* Forks, execs and exits shown. */
uint64_t pipeline_shown(const struct pipeline *pipeline);

#endif
