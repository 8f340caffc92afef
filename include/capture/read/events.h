/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events that a capture was recorded with (perf_event_attr), and whose each record is.
 */
#ifndef PXT_CAPTURE_READ_EVENTS_H
#define PXT_CAPTURE_READ_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "capture/perf_file.h"
#include "perf/record.h"
#include "perf/sample_extra.h"

struct capture_event {
	uint32_t type;   /* perf_event_attr.type, .config */
	uint64_t config; /* a tracepoint's id */
	struct record_layout layout;
	struct sample_extra_layout extra; /* what follows the raw data of its samples */
	bool counted;                     /* the kernel only counts it: it has no samples */
	bool wanted;   /* its samples are given out; starts as whether they have raw data */
	char name[64]; /* as perf names it, "" where the capture does not tell */
};

/* One of an event's ids, in an open-addressed table. Empty: event is NULL. */
struct id_slot {
	uint64_t id;
	struct capture_event *event;
	uint32_t cpu;
};

/* Private but for inline functions. */
struct events {
	bool big_endian, swap;
	struct capture_event **events;
	size_t count, capacity;
	bool same_layouts;
	bool same_times; /* record_time() is the same for all */
	uint64_t types;  /* of records that are given out, a bit each */
	struct id_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t id_count;
};

/* Attributes and ids come in the recorder's byte order. Returns NULL without memory. */
struct events *events_new(bool big_endian);
void events_free(struct events *events);

/*
 * No more than these are taken: a host of 1024 CPUs with each of its tracepoints open has fewer.
 * EVENTS_MAX is as many tracepoints as there are ids for.
 */
#define EVENTS_MAX (64U * 1024U)
#define EVENT_IDS_MAX (4U * 1024U * 1024U)

/* Add the event of the SIZE bytes of perf_event_attr at ATTR. 0, -EBADMSG (too short), -E2BIG,
 * -ENOMEM. */
int events_add(struct events *events, const void *attr, size_t size) MUST_CHECK;

/* Add one of the ids of the event that was added last. 0, -E2BIG or -ENOMEM. */
int events_add_id(struct events *events, uint64_t id) MUST_CHECK;

/* The event with ID is open on CPU. */
void events_set_cpu(struct events *events, uint64_t id, uint32_t cpu);

/* The CPU of ID; false where it is not known. */
bool events_cpu(const struct events *events, uint64_t id, uint32_t *cpu);

size_t events_count(const struct events *events);
struct capture_event *events_at(const struct events *events, size_t index);

/* Only the samples of tracepoints whose ids are among the COUNT at IDS are wanted. */
void events_select(struct events *events, const uint16_t *ids, size_t count);

/* How all events of tracepoint ID go on behind the raw data; false: not in one way, or none does.
 */
bool events_tracepoint_extra(const struct events *events, uint16_t id,
			     struct sample_extra_layout *layout);

/* The event with ID; NULL: none. */
struct capture_event *events_find(const struct events *events, uint64_t id);

/*
 * Whose the record at BYTES with HEADER (in native byte order) is: by its id; the first event where
 * ids are missing and were not needed, and for synthesized records. NULL where it cannot be told.
 */
const struct capture_event *events_of_record(const struct events *events, const void *bytes,
					     const struct perf_event_header *header);

/* An event whose records keep their time where those of all others do; NULL: there is none. */
static inline const struct capture_event *events_common(const struct events *events)
{
	return events->same_times && events->count > 0 ? events->events[0] : NULL;
}

/* Give out records of TYPE, one of the kernel's, as well as SAMPLE, COMM and LOST. */
static inline void events_want(struct events *events, uint32_t type)
{
	events->types |= UINT64_C(1) << type;
}

/* Whether records of this type are given out, where they are not synthesized. */
static inline bool events_is_event(const struct events *events, uint32_t type)
{
	return type < PERF_FILE_RECORD_FIRST && (events->types >> type & 1);
}

/*
 * The time of the record at BYTES, of such a type; 0 where it carries none. False where it is a
 * task that the recorder made up from /proc: it would have a time if that had happened.
 */
static inline bool events_time_of_record(const struct events *events, const void *bytes,
					 const struct perf_event_header *header, uint64_t *time_ns)
{
	const struct capture_event *event = events_common(events);

	if (!event)
		event = events_of_record(events, bytes, header);
	if (!event)
		return false;
	*time_ns = record_time(bytes, header, &event->layout);
	return *time_ns != 0 || event->layout.trailer.time == RECORD_ABSENT ||
	       (header->type != PERF_RECORD_COMM && header->type != PERF_RECORD_FORK);
}

#endif
