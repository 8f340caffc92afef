/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture that is read: a perf.data file, or perf's pipe format from a stream.
 *
 * Layout: tools/perf/Documentation/perf.data-file-format.txt of the kernel source. Nothing in a
 * capture is trusted. Records come in time order, by perf's rounds (PERF_RECORD_FINISHED_ROUND), in
 * memory that one round bounds.
 */
#ifndef PXT_CAPTURE_READ_CAPTURE_H
#define PXT_CAPTURE_READ_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/read/found_tasks.h"
#include "capture/read/origin.h"
#include "capture/read/tracing_data.h"
#include "decode/format.h"
#include "perf/record.h"
#include "perf/sample_extra.h"

struct capture;

/*
 * Open what FD holds (it stays the caller's, and open until the capture is freed): reads the head,
 * up to the first record of the kernel's. Returns 0 with *CAPTURE, or a negative errno with ERR
 * filled: -EOPNOTSUPP for what is recognised but not supported (PERFFILE v1, simpleperf, trace.dat,
 * …), by name and with a hint; -EBADMSG for what is no capture; -EINTR where WAKE_FD
 * (-1: none) became readable meanwhile, however long the head is.
 *
 * Its records: SAMPLE, COMM and LOST as the kernel wrote them, synthesized ones left out, numbers
 * in native byte order, but `raw` and `extra` as they were recorded. The last LOST records tell of
 * what LOST_SAMPLES counted beyond that, so that no loss is told twice. Where a capture is cut
 * short or damaged, the records end there.
 */
int capture_open(int fd, int wake_fd, struct capture **capture, struct error *err) MUST_CHECK;

void capture_free(struct capture *capture);

/*
 * 1 with the next record; 0 where none is ready now: capture_wait(), then ask again; -ENODATA at
 * the end; another negative errno with ERR filled.
 */
int capture_next(struct capture *capture, struct record *record, struct error *err) MUST_CHECK;

/*
 * Sleep until there may be more to read, WAKE_FD is readable, or TIMEOUT_MS (-1: none) has passed.
 * Returns 0, or a negative errno with ERR filled.
 */
int capture_wait(struct capture *capture, int wake_fd, int timeout_ms,
		 struct error *err) MUST_CHECK;

/* The end comes next. */
void capture_stop(struct capture *capture);

/* More waits to be put in order than may be kept in memory, inflated: the oldest go out early. */
#define CAPTURE_KEPT_MIB 128U

/* The state of reading. `follower`, `unfinished` and `cut` are valid at the end. */
struct capture_stats {
	uint64_t lost;        /* events that the recorder lost */
	uint64_t late;        /* records given out after a younger one */
	uint64_t read, total; /* bytes; `total` 0: a stream */
	uint64_t malformed;   /* records that are not as the capture describes them, left out */
	uint64_t hurried;     /* times that more than CAPTURE_KEPT_MIB waited */
	uint64_t
		follower; /* where another capture begins, of which nothing is given out; 0: none */
	bool unfinished;  /* it is cut only in that its recorder, perf or ours, did not close it */
	char cut[128];    /* what is missing of one that is cut, damaged or changed; "": nothing */
};

void capture_stats(const struct capture *capture, struct capture_stats *stats);

/* Give out samples of the COUNT tracepoints with these ids only, and count only their losses. */
void capture_select(struct capture *capture, const uint16_t *ids, size_t count);

/*
 * Give out records of TYPE too:
 *   PERF_RECORD_FORK
 *   RECORD_CGROUP; those of cgroups that were there when the recording began come first
 *   PERF_FILE_RECORD_EVENT_TYPE: notes (capture/notes/kinds.h); `misc` is the kind, `id` the count,
 * `body` the bytes. Not those of CAPTURE_NOTE_BOOT_ID and _SELECTION.
 */
void capture_want(struct capture *capture, uint32_t type);

/*
 * Fills LAYOUT with what follows the raw data in samples of tracepoint ID. Returns false where ID
 * was not recorded, or was recorded in more than one way.
 */
bool capture_tracepoint_extra(const struct capture *capture, uint16_t id,
			      struct sample_extra_layout *layout);

/* The ways of recording an event, worst first. */
enum capture_recorded {
	CAPTURE_NOT_RECORDED,
	CAPTURE_COUNTED, /* no samples: perf stat record, members of a group that is sampled (:S) */
	CAPTURE_BARE, /* samples without raw data (PERF_SAMPLE_RAW), which nothing is decoded from
		       */
	CAPTURE_RECORDED,
};

/* Returns the best recording of tracepoint ID; CAPTURE_ANY_TRACEPOINT: of any. */
#define CAPTURE_ANY_TRACEPOINT 0U
enum capture_recorded capture_tracepoint(const struct capture *capture, uint16_t id);

/* Byte order and word size of the recorder. */
struct machine capture_machine(const struct capture *capture);

/* The format files that the capture brings, NULL where it has none. Borrowed from CAPTURE. */
const struct tracing_data *capture_tracing_data(const struct capture *capture);

/*
 * The format of SYSTEM's EVENT as the capture brings it. Returns 0 with *FORMAT (free with
 * format_free()), -ENOENT where it has none, another negative errno where its text is malformed.
 */
int capture_format(const struct capture *capture, const char *system, const char *event,
		   struct format **format, struct error *err) MUST_CHECK;

/* Of PERF_SAMPLE_TIME and PERF_SAMPLE_CPU, what samples that are given out lack. */
uint64_t capture_lacks(const struct capture *capture);

/* The events that were recorded, "sched:sched_switch, cycles, …", cut at SIZE, for messages. */
void capture_event_names(const struct capture *capture, char *names, size_t size);

/* Returns the origin that the capture tells; borrowed from CAPTURE. */
const struct origin *capture_origin(const struct capture *capture);

/*
 * All tasks that were there when the recording began, known once the first record has been given
 * out. Borrowed until the next. A capture may tell of a task in several places: then it comes more
 * than once.
 */
const struct capture_task *capture_tasks(const struct capture *capture, size_t *count);

/* Whether FILE, as fstat(2) has it, is what is read, or among it. */
bool capture_reads(const struct capture *capture, const struct stat *file);

#endif
