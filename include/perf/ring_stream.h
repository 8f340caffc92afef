/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rings of all CPUs as one stream of records, in time order.
 *
 * It yields SAMPLE, COMM and CGROUP as the kernel wrote them, of a COMMAND also FORK, MMAP2 and
 * EXIT, and LOST with exact counts in `lost` wherever a loss was noticed.
 */
#ifndef PXT_PERF_RING_STREAM_H
#define PXT_PERF_RING_STREAM_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "perf/cpu_rings.h"
#include "perf/record.h"

struct ring_stream;

/*
 * Called with every record as soon as it is visible in its ring, in the ring's order: some ms
 * before its turn in the stream comes. RECORD is borrowed for the call.
 */
typedef void ring_preview(void *context, const struct perf_event_header *record);

/*
 * Open everything, nothing enabled yet; `opened`, `closing` and `ring_context` of OPTIONS become
 * the stream's. Returns 0 with *STREAM and OPTIONS->plan after what the kernel refused, or a
 * negative errno with ERR filled.
 */
int ring_stream_open(struct cpu_rings_options *options, struct ring_stream **stream,
		     struct error *err) MUST_CHECK;

void ring_stream_free(struct ring_stream *stream);

/* Show records to PREVIEW too, from now on. Returns 0 or -ENOMEM. */
int ring_stream_set_preview(struct ring_stream *stream, ring_preview *preview,
			    void *context) MUST_CHECK;

/* Show to PREVIEW what has become visible in the rings, without giving anything out. */
void ring_stream_look_ahead(const struct ring_stream *stream);

/* Call REFRESHED whenever the rings' heads have been read, before their records are given out. */
void ring_stream_set_refreshed(struct ring_stream *stream, void (*refreshed)(void *context),
			       void *context);

/* Let events in. Returns 0, or a negative errno with ERR filled. */
int ring_stream_enable(struct ring_stream *stream, struct error *err) MUST_CHECK;

/*
 * 1 with the next record; 0 where none is ready: ring_stream_wait(), then ask again; -ENODATA at
 * the end of a stopped stream; another negative errno with ERR filled.
 */
int ring_stream_next(struct ring_stream *stream, struct record *record,
		     struct error *err) MUST_CHECK;

/*
 * Up to which time records are given out in the round that has begun last, ns; UINT64_MAX of a
 * stopped stream.
 */
uint64_t ring_stream_horizon(const struct ring_stream *stream);

/* As cpu_rings_wait(). */
int ring_stream_wait(struct ring_stream *stream, int wake_fd, int timeout_ms,
		     struct error *err) MUST_CHECK;

/* Let nothing new in: what is left is given out, then -ENODATA. */
void ring_stream_stop(struct ring_stream *stream);

/* Events that the kernel had no room for, and records given out after a younger one. */
uint64_t ring_stream_lost(struct ring_stream *stream);
uint64_t ring_stream_late(const struct ring_stream *stream);

#endif
