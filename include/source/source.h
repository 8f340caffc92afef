/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source yields decoded events in time order: from this host's rings, or from a capture.
 */
#ifndef PXT_SOURCE_SOURCE_H
#define PXT_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/read/capture.h"
#include "event/event.h"
#include "host/state.h"
#include "source/request.h"

struct source;

/* The origin of a source's events, as far as it is known; borrowed from the source. */
struct source_info {
	const char *host;    /* NULL: not known */
	const char *boot_id; /* NULL: not known */
	bool wall_offset_known;
	int64_t wall_offset_ns; /* CLOCK_REALTIME minus the clock of the events, at the start */
	bool foreign_ids;       /* sample ids are of another pid namespace than the payloads' */
	bool has_times;         /* events tell when they happened */
	bool has_execs;         /* every exec is an event */
	bool is_of_command;     /* all events are COMMAND's and its descendants' */
	const struct format *const *formats; /* by enum tracepoint; NULL: not traced */

	/* Things that the source does once it runs, and takes privileges for */
	bool opens_events;    /* perf events, of CPUs that come online */
	bool reads_processes; /* what /proc shows of a process to its tracers alone */
	bool runs_programs;   /* which it stops, and others that it tests them with */

	/* Of a capture; NULL: there is no recorder */
	const struct origin *origin; /* capture/read/origin.h */
};

struct source_stats {
	uint64_t lost;          /* events that the kernel had no room for, all in all */
	uint64_t late;          /* events given out after a younger one */
	uint64_t statuses_lost; /* exit statuses that the kernel had no room to tell */
	uint64_t undecoded;     /* records of our tracepoints that could not be decoded */

	struct capture_stats capture; /* all zero: it is none */
};

struct source_ops {
	/*
	 * Let the events in that REQUEST asks for. Returns 0, or a negative errno with ERR filled.
	 */
	int (*start)(struct source *source, const struct request *request, struct error *err);

	/*
	 * 1 with the next event, borrowed until the next call; 0 where none is ready now: wait(),
	 * then ask again; -ENODATA at the end; another negative errno with ERR filled where the
	 * source broke.
	 */
	int (*next)(struct source *source, struct event *event, struct error *err);

	/*
	 * Sleep until events are worth reading, WAKE_FD is readable, or TIMEOUT_MS (-1: none) has
	 * passed. May return early. Returns 0, or a negative errno with ERR filled.
	 */
	int (*wait)(struct source *source, int wake_fd, int timeout_ms, struct error *err);

	/* Let nothing new in: next() gives out what is left, then -ENODATA. */
	void (*stop)(struct source *source);

	void (*stats)(struct source *source, struct source_stats *stats);

	/*
	 * The tasks that were there before the first event, known once that has been given out;
	 * borrowed until the next. NULL: the source knows of none.
	 */
	const struct capture_task *(*tasks)(const struct source *source, size_t *count);

	void (*free)(struct source *source);
};

/* The first member of every source. */
struct source {
	const struct source_ops *ops;
	struct source_info info;
};

static inline MUST_CHECK int source_start(struct source *source, const struct request *request,
					  struct error *err)
{
	return source->ops->start(source, request, err);
}

static inline MUST_CHECK int source_next(struct source *source, struct event *event,
					 struct error *err)
{
	return source->ops->next(source, event, err);
}

static inline MUST_CHECK int source_wait(struct source *source, int wake_fd, int timeout_ms,
					 struct error *err)
{
	return source->ops->wait(source, wake_fd, timeout_ms, err);
}

static inline void source_stop(struct source *source)
{
	source->ops->stop(source);
}

static inline void source_stats(struct source *source, struct source_stats *stats)
{
	*stats = (struct source_stats){0};
	source->ops->stats(source, stats);
}

static inline const struct capture_task *source_tasks(const struct source *source, size_t *count)
{
	*count = 0;
	return source->ops->tasks ? source->ops->tasks(source, count) : NULL;
}

static inline void source_free(struct source *source)
{
	if (source)
		source->ops->free(source);
}

/* The means that a source takes besides the request; borrowed for the life of the source. */
struct source_host {
	int wake_fd;                    /* readable once a signal came: open() gives up */
	int proc_fd;                    /* a directory fd of /proc; -1 for captures */
	const struct host_state *state; /* NULL for captures */
	int32_t command_pid;            /* COMMAND, which waits to be released; 0: none */
	const int *command_status;      /* its wait status; -1: it has not been reaped */
};

/* A kind of source. */
struct source_type {
	const char *name;
	const char *limits;   /* what it does not tell, for a notice; NULL: nothing to say */
	unsigned int events;  /* EVENT_BIT()s that it tells of */
	unsigned int serves;  /* NEED_ bits that it can give, at least of some events */
	bool has_users;       /* execs tell the ids of their process, and its environment */
	bool has_records;     /* events have records (--raw) and formats of perf's */
	bool has_rings;       /* perf's rings hold them (-m) */
	bool of_command_only; /* it sees nothing but COMMAND and its descendants */

	/*
	 * Whether it would work here for REQUEST: 0, 1 where it would with less than it could, or a
	 * negative errno. FOUND says what was found, and the remedy; nothing if there is nothing to
	 * say. Leaves nothing open.
	 */
	int (*probe)(const struct request *request, const struct source_host *host,
		     struct error *found);

	/*
	 * Open what REQUEST (borrowed for the life of the source) asks for, nothing let in yet.
	 * Returns 0 with *SOURCE, or a negative errno with ERR filled.
	 */
	int (*open)(const struct request *request, const struct source_host *host,
		    struct source **source, struct error *err);
};

extern const struct source_type perf_source_type;      /* this host's tracepoints */
extern const struct source_type sideband_source_type;  /* perf's records of COMMAND */
extern const struct source_type connector_source_type; /* the kernel's process connector */
extern const struct source_type bpftrace_source_type;  /* the same, through bpftrace */
extern const struct source_type execsnoop_source_type; /* execs, through execsnoop */
extern const struct source_type capture_source_type;   /* a perf.data file or stream */

#endif
