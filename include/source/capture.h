/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture source: a perf.data file, or perf's pipe format from a stream.
 *
 * Layout: tools/perf/Documentation/perf.data-file-format.txt of the kernel source. Nothing in a
 * capture is trusted. Records come in time order, by perf's rounds (PERF_RECORD_FINISHED_ROUND), in
 * memory that one round bounds.
 */
#ifndef PXT_SOURCE_CAPTURE_H
#define PXT_SOURCE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/read/found_tasks.h"
#include "capture/read/tracing_data.h"
#include "decode/format.h"
#include "perf/sample_extra.h"
#include "source/source.h"

/*
 * Open what FD holds (it stays the caller's, and open until the source is freed): reads the head,
 * up to the first record of the kernel's. Returns 0 with *SOURCE, or a negative errno with ERR
 * filled: -EOPNOTSUPP for what is recognised but not supported (PERFFILE v1, simpleperf, trace.dat,
 * …), by name and with a hint; -EBADMSG for what is no capture; -EINTR where a signal came
 * meanwhile.
 *
 * Its records: SAMPLE, COMM and LOST as the kernel wrote them, synthesized ones left out, numbers
 * in native byte order, but `raw` and `extra` as they were recorded. The last LOST records tell of
 * what LOST_SAMPLES counted beyond that, so that no loss is told twice. Where a capture is cut
 * short or damaged, the records end there.
 */
int capture_open(int fd, struct source **source, struct error *err) MUST_CHECK;

/* The same, but with -EINTR as soon as WAKE_FD is readable, however long the head is. */
int capture_open_interruptible(int fd, int wake_fd, struct source **source,
			       struct error *err) MUST_CHECK;

/* Give out samples of the COUNT tracepoints with these ids only, and count only their losses. */
void capture_select(struct source *source, const uint16_t *ids, size_t count);

/*
 * Give out records of TYPE too:
 *   PERF_RECORD_FORK
 *   RECORD_CGROUP; those of cgroups that were there when the recording began come first
 *   PERF_FILE_RECORD_EVENT_TYPE: notes (capture/notes/note.h); `misc` is the kind, `id` the count,
 * `body` the bytes. Not those of CAPTURE_NOTE_BOOT_ID and _SELECTION.
 */
void capture_want(struct source *source, uint32_t type);

/*
 * Fills LAYOUT with what follows the raw data in samples of tracepoint ID. Returns false where ID
 * was not recorded, or was recorded in more than one way.
 */
bool capture_tracepoint_extra(const struct source *source, uint16_t id,
			      struct sample_extra_layout *layout);

/* How an event was recorded, worst first. */
enum capture_recorded {
	CAPTURE_NOT_RECORDED,
	CAPTURE_COUNTED, /* no samples: perf stat record, members of a group that is sampled (:S) */
	CAPTURE_BARE, /* samples without raw data (PERF_SAMPLE_RAW), which nothing is decoded from
		       */
	CAPTURE_RECORDED,
};

/* How tracepoint ID was recorded at best; CAPTURE_ANY_TRACEPOINT: any at all. */
#define CAPTURE_ANY_TRACEPOINT 0U
enum capture_recorded capture_tracepoint(const struct source *source, uint16_t id);

/* Byte order and word size of the recorder. */
struct machine capture_machine(const struct source *source);

/* The format files that the capture brings, NULL where it has none. Borrowed from SOURCE. */
const struct tracing_data *capture_tracing_data(const struct source *source);

/*
 * The format of SYSTEM's EVENT as the capture brings it. Returns 0 with *FORMAT (free with
 * format_free()), -ENOENT where it has none, another negative errno where its text is malformed.
 */
int capture_format(const struct source *source, const char *system, const char *event,
		   struct format **format, struct error *err) MUST_CHECK;

/* Of PERF_SAMPLE_TIME and PERF_SAMPLE_CPU, what samples that are given out lack. */
uint64_t capture_lacks(const struct source *source);

/* The events that were recorded, "sched:sched_switch, cycles, …", cut at SIZE, for messages. */
void capture_event_names(const struct source *source, char *names, size_t size);

/* The note of what the recorder was asked for, *SIZE bytes; NULL where there is none. Borrowed. */
const char *capture_selection(const struct source *source, size_t *size);

/* The recorder's name and version (perf tells its version alone); NULL where it is not told. */
const char *capture_recorder(const struct source *source);

/* The recorder's command line, ended by NULL; NULL where it is not told. Borrowed from SOURCE. */
char *const *capture_command_line(const struct source *source);

/* The first task that the recorder was asked for; 0: the whole host, or it is not told. */
int32_t capture_first_pid(const struct source *source);

/* The recorder's host, its architecture (uname(2)'s machine), and the id of its boot, a UUID; NULL
 * where it is not told. Any bytes but the UUID. Borrowed from SOURCE. */
const char *capture_hostname(const struct source *source);
const char *capture_arch(const struct source *source);
const char *capture_boot_id(const struct source *source);

/* What has to be added to times for wall time (CLOCK_REALTIME); false where it is not told. */
bool capture_wall_offset(const struct source *source, int64_t *offset_ns);

/*
 * All tasks that were there when the recording began, known once the first record has been given
 * out. Borrowed until the next. A capture may tell of a task in several places: then it comes more
 * than once.
 */
const struct capture_task *capture_tasks(const struct source *source, size_t *count);

/* Whether FILE, as fstat(2) has it, is what is read, or among it. */
bool capture_reads(const struct source *source, const struct stat *file);

/* Bytes read and in all (0: a stream), for progress. */
void capture_progress(const struct source *source, uint64_t *read, uint64_t *total);

/*
 * After the end: whether the capture was cut short or damaged, or changed meanwhile. WHAT says in a
 * few words what is missing.
 */
bool capture_is_cut(const struct source *source, char *what, size_t size);

/* Returns whether it is cut only in that its recorder, perf or ours, did not close the file. */
bool capture_is_unfinished(const struct source *source);

/*
 * After the end: where another capture begins in the same file or stream, in bytes, 0: none does.
 * Nothing of it is given out.
 */
uint64_t capture_follower(const struct source *source);

/*
 * The number of times that more waited to be put in order than may be kept in memory
 * (CAPTURE_KEPT_MIB, inflated): the oldest events were then given out early.
 */
#define CAPTURE_KEPT_MIB 128U
uint64_t capture_hurried(const struct source *source);

/* How many records so far were not as the capture itself describes them, and were left out. */
uint64_t capture_malformed(const struct source *source);

#endif
