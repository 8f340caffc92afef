/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events of a capture (perf_event_attr) with their ids, and the event of each record.
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
	struct sample_extra_layout extra; /* of the fields behind the raw data of its samples */
	bool counted;                     /* it is only counted and has no samples */
	bool wanted;   /* its samples are returned; at first, whether they have raw data */
	char name[64]; /* perf's name of it; "": unknown */
};

/* An id of an event, in an open-addressed table. event NULL: an empty slot. */
struct id_slot {
	uint64_t id;
	struct capture_event *event;
	uint32_t cpu;
};

/* Returns whether EVENT is a dummy: it counts nothing and has no samples, only other records. */
static inline bool capture_event_is_dummy(const struct capture_event *event)
{
	return event->type == PERF_TYPE_SOFTWARE && event->config == PERF_COUNT_SW_DUMMY;
}

/* `list` and `count` may be read; the rest is private, except to inline functions. */
struct events {
	bool big_endian, swap;
	struct capture_event **list;
	size_t count, capacity;
	bool same_layouts;
	bool same_times;                     /* record_time() is the same for all */
	const struct capture_event *sampled; /* the first that is no dummy; NULL: none */
	uint64_t types;                      /* of records that are returned, a bit each */
	struct id_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t id_count;
	/* The events of the ids from `first_id` on, which the kernel counts up; NULL: look in
	 * `slots`. */
	const struct capture_event **near;
	uint64_t first_id;
	size_t near_count, near_capacity;
};

/* BIG_ENDIAN is the byte order of attributes and ids. Returns NULL without memory. */
struct events *events_new(bool big_endian);
void events_free(struct events *events);

/*
 * Limits of events and ids: a host of 1024 CPUs with all its tracepoints open has fewer. EVENTS_MAX
 * is the number of ids that tracepoints can have.
 */
#define EVENTS_MAX (64U * 1024U)
#define EVENT_IDS_MAX (4U * 1024U * 1024U)

/* Add an event with SIZE bytes of perf_event_attr at ATTR. Returns 0, -EBADMSG (too short), -E2BIG,
 * or -ENOMEM. */
int events_add(struct events *events, const void *attr, size_t size) MUST_CHECK;

/* Add an id of the event that was added last. Returns 0, -E2BIG or -ENOMEM. */
int events_add_id(struct events *events, uint64_t id) MUST_CHECK;

/* Set the CPU on which the event with ID is open. */
void events_set_cpu(struct events *events, uint64_t id, uint32_t cpu);

/* Read the CPU of ID; false: unknown. */
bool events_cpu(const struct events *events, uint64_t id, uint32_t *cpu);

/* Want only samples of the tracepoints with the COUNT ids at IDS. */
void events_select(struct events *events, const uint16_t *ids, size_t count);

/*
 * Read the layout behind the raw data that all events of tracepoint ID have; false: they differ, or
 * there are none.
 */
bool events_tracepoint_extra(const struct events *events, uint16_t id,
			     struct sample_extra_layout *layout);

/* Returns the event with ID; NULL: none. */
struct capture_event *events_find(const struct events *events, uint64_t id);

/*
 * Returns the event of the record at BYTES with HEADER (in native byte order), by its id. It is the
 * first event for synthesized records, and where the ids are missing but make no difference. NULL:
 * unknown.
 */
static inline const struct capture_event *events_of_record(const struct events *events,
							   const void *bytes,
							   const struct perf_event_header *header);

/* events_of_record() for ID, 0: unknown. */
const struct capture_event *events_of_id(const struct events *events, uint64_t id);

/* Returns an event whose records have the time at the place that all others use; NULL: none. */
static inline const struct capture_event *events_common(const struct events *events)
{
	return events->same_times ? events->sampled : NULL;
}

/* Return records of TYPE, one of the kernel's, too. SAMPLE, COMM and LOST are always returned. */
static inline void events_want(struct events *events, uint32_t type)
{
	events->types |= UINT64_C(1) << type;
}

/* Returns whether records of TYPE are returned, unless they are synthesized. */
static inline bool events_is_event(const struct events *events, uint32_t type)
{
	return type < PERF_FILE_RECORD_FIRST && (events->types >> type & 1);
}

/*
 * Read the time of the record at BYTES, of a type that is returned; 0 where it carries none. False
 * where the record is synthesized: it describes a task that the recorder found in /proc, and has no
 * time where others have one.
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

static inline const struct capture_event *events_of_record(const struct events *events,
							   const void *bytes,
							   const struct perf_event_header *header)
{
	if (events->near_count == 0)
		return events_of_id(events, 0);
	/* perf wants ids at the same place in all records of a kind, so any layout tells where. */
	uint64_t id = record_id(bytes, header, &events->list[0]->layout);
	uint64_t at = id - events->first_id;

	return at < events->near_count && events->near[at] ? events->near[at]
							   : events_of_id(events, id);
}

#endif
