/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pipeline puts each event through task table, filter and sink, and counts.
 */
#ifndef PXT_RUN_PIPELINE_H
#define PXT_RUN_PIPELINE_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "filter/filter.h"
#include "sink/raw.h"
#include "sink/sink.h"
#include "task/task_table.h"

/* All parts are borrowed. */
struct pipeline {
	struct task_table *tasks;
	struct sink *sink;
	const struct sink *counted;    /* whose lines `max_events` limits */
	struct wall_steps *wall_steps; /* takes a capture's notes of them; NULL: there are none */
	bool wants_facts;
	const struct raw *raw; /* shows the record of every event that is shown; NULL: none does */
	struct filter filter;
	uint64_t max_events; /* or lines, of a sink that counts them; 0: no limit */
	int32_t command_pid; /* its first EXEC makes it followed; 0: none, or that has happened */
	bool ends_alone;     /* the end is reached with the last task that the filter waits for */
	const struct pid_list *pids_to_come; /* may be born: followed then too; NULL: none */
	bool foreign_sample_ids; /* sample ids are of another pid namespace than the payloads' */

	uint64_t shown[EVENT_TYPES]; /* given to the sink, by type */
	uint64_t lost_seen;          /* LOST events so far */
};

enum pipeline_verdict {
	PIPELINE_GO_ON,
	PIPELINE_CAPPED, /* max_events were shown, and TRUNCATED after them */
	PIPELINE_ALONE,  /* the last task that the filter waits for has exited */
	PIPELINE_WAITS,  /* the sink waits for time to pass */
};

/*
 * Put EVENT through, which gets its facts. Returns an enum pipeline_verdict or a negative errno
 * (the sink's, -ENOMEM).
 */
int pipeline_feed(struct pipeline *pipeline, struct event *event) MUST_CHECK;

/* Show EVENT, by task_table_visit_old(), if it passes the filter. Returns 0 or a negative errno. */
int pipeline_show_running(struct pipeline *pipeline, const struct event *event) MUST_CHECK;

/*
 * No event is ready, and none before NOW_NS is to come. Returns PIPELINE_GO_ON, PIPELINE_CAPPED,
 * PIPELINE_WAITS or a negative errno.
 */
int pipeline_idle(struct pipeline *pipeline, uint64_t now_ns) MUST_CHECK;

/* Whether any task that the filter asks for is alive, as far as the task table knows. */
bool pipeline_waits_for_any(const struct pipeline *pipeline);

/* Forks, execs, exits and failed execs shown. */
uint64_t pipeline_shown(const struct pipeline *pipeline);

#endif
