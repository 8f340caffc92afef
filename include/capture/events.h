/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events that a capture was recorded with (perf_event_attr), and whose each record is.
 */
#ifndef PXT_CAPTURE_EVENTS_H
#define PXT_CAPTURE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "source/record.h"

struct capture_event {
	uint32_t type;   /* perf_event_attr.type, .config */
	uint64_t config; /* a tracepoint's id */
	struct record_layout layout;
	bool wanted;   /* its samples are given out; starts as whether they have raw data */
	char name[64]; /* as perf names it, "" where the capture does not tell */
};

struct events;

/* Attributes and ids come in the recorder's byte order. Returns NULL without memory. */
struct events *events_new(bool big_endian);
void events_free(struct events *events);

/* Add the event of the SIZE bytes of perf_event_attr at ATTR. 0, -EBADMSG (too short), -ENOMEM. */
int events_add(struct events *events, const void *attr, size_t size) MUST_CHECK;

/* Add one of the ids of the event that was added last. 0 or -ENOMEM. */
int events_add_id(struct events *events, uint64_t id) MUST_CHECK;

/* The event with ID is open on CPU. */
void events_set_cpu(struct events *events, uint64_t id, uint32_t cpu);

/* The CPU of ID; false where it is not known. */
bool events_cpu(const struct events *events, uint64_t id, uint32_t *cpu);

size_t events_count(const struct events *events);
struct capture_event *events_at(const struct events *events, size_t index);

/* Only the samples of tracepoints whose ids are among the COUNT at IDS are wanted. */
void events_select(struct events *events, const uint16_t *ids, size_t count);

/* The event with ID; NULL: none. */
struct capture_event *events_find(const struct events *events, uint64_t id);

/*
 * Whose the record at BYTES with HEADER (in native byte order) is: by its id; the first event where
 * ids are missing and were not needed, and for synthesized records. NULL where it cannot be told.
 */
const struct capture_event *events_of_record(const struct events *events, const void *bytes,
					     const struct perf_event_header *header);

/*
 * The same, but NULL too where the record is nothing to give out: what is given out are wanted
 * samples, COMM and LOST, except for synthesized ones. *TIME_NS is 0 where it carries none.
 */
const struct capture_event *events_of_wanted(const struct events *events, const void *bytes,
					     const struct perf_event_header *header,
					     uint64_t *time_ns);

#endif
