/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A decoded event: what the decoder makes of a record, and all that task table, filter and sinks
 * see of it. It borrows its texts from the record: valid until the source is asked for the next.
 */
#ifndef PXT_EVENT_H
#define PXT_EVENT_H

#include <stdint.h>

#include "text.h"

enum event_type {
	EVENT_FORK,
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_LOST,      /* the kernel had no room for some events */
	EVENT_TRUNCATED, /* the event cap ended the trace */
	EVENT_COMM,      /* a task's new name; feeds EXEC's comm, no sink shows it */
	EVENT_TYPES
};

/* The events that a user can ask for with -e, as bits. */
#define EVENT_BIT(type) (1U << (type))
#define EVENT_SHOWABLE (EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXEC) | EVENT_BIT(EVENT_EXIT))

/*
 * Task ids in the payloads are the tracepoints' own: of the initial pid namespace. `sample_pid`,
 * `sample_tid` and COMM's tid are tgid and tid in the pid namespace of whoever opened the event, 0
 * where the task is not in it. Compare the two kinds only where that is the initial namespace too.
 */
struct event {
	enum event_type type;
	uint32_t cpu;
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	int32_t sample_pid, sample_tid;
	union {
		struct {
			int32_t parent_pid, child_pid;
			struct text parent_comm, child_comm;
		} fork;
		struct {
			int32_t pid, old_pid; /* old_pid: the thread's id before it became leader */
			struct text comm;     /* the new name */
			struct text filename;
		} exec;
		struct {
			int32_t pid; /* the task's own id, thread or leader */
			int32_t prio;
			struct text comm;
		} exit;
		struct {
			uint64_t count;
		} lost;
		struct {
			const char *reason;
			uint64_t limit;
		} truncated;
		struct {
			int32_t tid;
			struct text comm;
		} comm;
	};
};

#endif
