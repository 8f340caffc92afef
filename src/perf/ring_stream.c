/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "perf/ring_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/perf_clock.h"
#include "perf/cpu_ring.h"
#include "perf/merge.h"
#include "perf/perf_event.h"
#include "perf/ring.h"

/*
 * How far the horizon stays behind the clock. A CPU takes an event's time before it makes the
 * record visible; microseconds pass in between, more where a hypervisor parks the CPU.
 */
#define SLACK_NS 2000000ULL

struct ring_stream {
	struct cpu_rings *rings;
	struct cpu_ring_plan plan;
	struct merge *merge;
	uint64_t horizon; /* of this round, ns */
	bool in_round;
	bool stopped;
	ring_preview *preview; /* NULL: none */
	void *preview_context;
	void (*refreshed)(void *context); /* NULL: none */
	void *refreshed_context;
	uint64_t lost;      /* given out in LOST records so far */
	uint64_t newest_ns; /* of all records given out */
};

/* ---- rings that come and go ---- */

/* Where an event's samples begin otherwise than those of the others. Returns 0 or a negative errno.
 */
static int tell_other_layout(struct ring_stream *stream, struct cpu_ring *ring,
			     const struct cpu_ring_plan *plan)
{

	for (size_t i = 0; i < plan->tracepoint_count; i++) {
		if (!plan->tracepoints[i].extra.callchain)
			continue;
		int code = cpu_ring_read_ids(ring);
		if (code < 0)
			return code;
		merge_set_other(stream->merge, &ring->ring, ring->ids[i],
				cpu_ring_attr(plan, i).sample_type);
	}
	return 0;
}

static int add_ring(void *context, struct cpu_ring *ring, const struct cpu_ring_plan *plan,
		    struct error *err)
{
	struct ring_stream *stream = context;

	if (merge_add(stream->merge, &ring->ring, ring) < 0)
		return error_no_memory(err);
	int code = tell_other_layout(stream, ring, plan);
	if (code < 0)
		error_set(err, code, "cannot tell the events of CPU %d apart: %s", ring->cpu,
			  strerror(-code));
	else if (stream->preview && cpu_ring_add_scout(ring) < 0)
		code = error_no_memory(err);
	if (code < 0)
		merge_remove(stream->merge, &ring->ring);
	return code;
}

static void remove_ring(void *context, struct cpu_ring *ring)
{
	struct ring_stream *stream = context;

	merge_remove(stream->merge, &ring->ring);
}

/* ---- records ---- */

/* Show what has become visible since the last time. What is malformed, the merge will meet. */
void ring_stream_look_ahead(const struct ring_stream *stream)
{
	const struct perf_event_header *record;
	struct cpu_ring *ring;

	for (size_t i = 0; stream->preview && (ring = cpu_rings_at(stream->rings, i)); i++) {
		struct ring *scout = &ring->scout;

		/* The kernel may overwrite what the merge has used up. */
		if ((int64_t)(ring->ring.tail - scout->tail) > 0)
			scout->tail = ring->ring.tail;
		ring_refresh(scout);
		while (ring_peek(scout, &record) > 0) {
			stream->preview(stream->preview_context, record);
			ring_skip(scout);
		}
	}
}

static int start_round(struct ring_stream *stream)
{
	bool ordered = !stream->stopped && stream->plan.features & (1U << PERF_FEATURE_CLOCKID);

	/* The clock before the heads: what is older than this is visible in them, but for the
	 * slack; and before the look ahead, so that nothing is given out that was not shown. */
	stream->horizon = ordered ? perf_clock_now_ns() - SLACK_NS : MERGE_NO_HORIZON;
	ring_stream_look_ahead(stream);
	stream->in_round = true;
	int code = merge_refresh(stream->merge);
	if (code == 0 && stream->refreshed)
		stream->refreshed(stream->refreshed_context);
	return code;
}

/* Make RECORD a LOST of all that RING lost and nobody was told of. False where that is nothing. */
static bool make_lost(struct ring_stream *stream, struct cpu_ring *ring, uint64_t recorded,
		      uint64_t time_ns, struct record *record)
{
	uint64_t lost = cpu_ring_newly_lost(ring, recorded);

	if (lost == 0)
		return false;
	stream->lost += lost;
	*record = (struct record){
		.type = PERF_RECORD_LOST,
		.cpu = (uint32_t)ring->cpu,
		.time_ns = time_ns,
		.lost = lost,
	};
	return true;
}

/* Returns whether RECORD is for the caller. Turns the kernel's LOST into ours. */
static bool is_wanted(struct ring_stream *stream, struct cpu_ring *ring, struct record *record)
{
	if (record->time_ns > stream->newest_ns)
		stream->newest_ns = record->time_ns;
	if (record->type == PERF_RECORD_LOST)
		return make_lost(stream, ring, record->lost, record->time_ns, record);
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
	case PERF_RECORD_COMM:
	case RECORD_CGROUP:
		return true;
	case PERF_RECORD_FORK:
	case PERF_RECORD_MMAP2:
	case PERF_RECORD_EXIT:
		return stream->plan.command != 0;
	default:
		return false;
	}
}

/* All that was visible is read: tell what was lost last, and close what has left. */
static int finish_round(struct ring_stream *stream, struct record *record)
{
	struct cpu_ring *ring;

	stream->in_round = false;
	for (size_t i = 0; (ring = cpu_rings_at(stream->rings, i)); i++) {
		if ((stream->stopped || ring->leaving) &&
		    make_lost(stream, ring, 0, stream->newest_ns, record))
			return 1;
	}
	cpu_rings_close_left(stream->rings);
	return stream->stopped ? -ENODATA : 0;
}

int ring_stream_next(struct ring_stream *stream, struct record *record, struct error *err)
{
	int code = stream->in_round ? 0 : start_round(stream);
	void *ring;

	while (code == 0) {
		code = merge_next(stream->merge, stream->horizon, record, &ring);
		if (code == 0)
			return finish_round(stream, record);
		if (code > 0 && !is_wanted(stream, ring, record))
			code = 0;
	}
	if (code < 0)
		error_set(err, code, "a perf ring holds a malformed record: %s", strerror(-code));
	return code;
}

uint64_t ring_stream_horizon(const struct ring_stream *stream)
{
	return stream->horizon;
}

int ring_stream_wait(struct ring_stream *stream, int wake_fd, int timeout_ms, struct error *err)
{
	return cpu_rings_wait(stream->rings, wake_fd, timeout_ms, merge_pending(stream->merge),
			      err);
}

/* ---- all of it ---- */

void ring_stream_stop(struct ring_stream *stream)
{
	if (stream->stopped)
		return;
	cpu_rings_disable(stream->rings);
	stream->stopped = true;
	stream->in_round = false;
}

uint64_t ring_stream_lost(struct ring_stream *stream)
{
	struct cpu_ring *ring;

	for (size_t i = 0; (ring = cpu_rings_at(stream->rings, i)); i++)
		stream->lost += cpu_ring_newly_lost(ring, 0);
	return stream->lost;
}

uint64_t ring_stream_late(const struct ring_stream *stream)
{
	return merge_late(stream->merge);
}

int ring_stream_enable(struct ring_stream *stream, struct error *err)
{
	return cpu_rings_enable(stream->rings, err);
}

void ring_stream_set_refreshed(struct ring_stream *stream, void (*refreshed)(void *context),
			       void *context)
{
	stream->refreshed = refreshed;
	stream->refreshed_context = context;
}

int ring_stream_set_preview(struct ring_stream *stream, ring_preview *preview, void *context)
{
	struct cpu_ring *ring;

	stream->preview = preview;
	stream->preview_context = context;
	for (size_t i = 0; (ring = cpu_rings_at(stream->rings, i)); i++) {
		if (cpu_ring_add_scout(ring) < 0)
			return -ENOMEM;
	}
	return 0;
}

int ring_stream_open(struct cpu_rings_options *options, struct ring_stream **opened,
		     struct error *err)
{
	struct ring_stream *stream = calloc(1, sizeof(*stream));
	struct merge *merge = merge_new(PERF_EVENT_SAMPLE_TYPE);

	if (!stream || !merge) {
		free(stream);
		merge_free(merge);
		return error_no_memory(err);
	}
	stream->merge = merge;
	options->opened = add_ring;
	options->closing = remove_ring;
	options->ring_context = stream;
	int code = cpu_rings_open(options, &stream->rings, err);
	if (code < 0) {
		ring_stream_free(stream);
		return code;
	}
	stream->plan = options->plan;
	*opened = stream;
	return 0;
}

void ring_stream_free(struct ring_stream *stream)
{
	if (!stream)
		return;
	cpu_rings_free(stream->rings);
	merge_free(stream->merge);
	free(stream);
}
