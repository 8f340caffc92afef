/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of our events in tracefs: perf_exec_trace_PID_START/EVENT, after the process that
 * defines them.
 */
#ifndef PXT_PROBE_OWN_NAMES_H
#define PXT_PROBE_OWN_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* The events: the arguments of execs, and the paths of those that begin. */
#define ARGV_EVENT "argv"
#define PATH_EVENT "exec_path"

/* MAX_EVENT_NAME_LEN, kernel/trace/trace_probe.h. */
#define OWN_GROUP_SIZE 64U

/* The process that an event belongs to. */
struct event_owner {
	int32_t pid;    /* of the initial pid namespace */
	uint64_t start; /* field 22 of /proc/PID/stat */
};

/* Print the name of the group of OWNER's events to GROUP. */
void own_group_name(const struct event_owner *owner, char group[OWN_GROUP_SIZE]);

/*
 * Returns the name of the event that LINE of dynamic_events defines, with its owner; NULL where it
 * is none of ours.
 */
const char *own_event_of(const char *line, struct event_owner *owner);

#endif
