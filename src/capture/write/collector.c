/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/collector.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "capture/write/write_records.h"
#include "perf/record.h"
#include "perf/ring.h"
#include "perf/sample_extra.h"

/* Layouts with PERF_EVENT_SAMPLE_TYPE, in bytes from the start of the record. */
#define SAMPLE_ID 8U
#define SAMPLE_TIME 24U
#define SAMPLE_MIN 32U
#define FORK_MIN 32U
#define LOST_COUNT 16U
#define LOST_MIN 24U
#define TRAILER_ID_FROM_END 8U
#define TRAILER_TIME_FROM_END 24U

/* The kernel's own, of records and of the user stack in them. */
#define STACK_ALIGNMENT 8U

/* ---- edits of the ring's bytes before they are written: offsets are those before any edit ---- */

/* A number to replace, or a range to remove. */
struct edit {
	size_t at;
	uint64_t what; /* the new value, or the size of the cut in bytes */
};

struct edit_list {
	struct edit *list;
	size_t count, capacity;
};

/* All zero: no edits. */
struct edits {
	struct edit_list values, cuts;
};

static int append(struct edit_list *edits, size_t at, uint64_t what)
{
	if (ARRAY_GROW(edits->list, edits->count, edits->capacity) < 0)
		return -ENOMEM;
	edits->list[edits->count++] = (struct edit){at, what};
	return 0;
}

/* Replace the eight bytes at AT by VALUE. Returns 0 or -ENOMEM. */
static int edits_set(struct edits *edits, size_t at, uint64_t value)
{
	return append(&edits->values, at, value);
}

/* Remove SIZE bytes at AT, which is behind all earlier cuts. Returns 0 or -ENOMEM. */
static int edits_cut(struct edits *edits, size_t at, uint64_t size)
{
	return append(&edits->cuts, at, size);
}

/* Move the bytes between the CUTS together. Returns the new size. */
static size_t close_cuts(const struct edit_list *cuts, unsigned char *bytes, size_t size)
{
	size_t from = 0, to = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		size_t kept = cuts->list[i].at - from;

		memmove(bytes + to, bytes + from, kept);
		to += kept;
		from = cuts->list[i].at + (size_t)cuts->list[i].what;
	}
	memmove(bytes + to, bytes + from, size - from);
	return to + size - from;
}

/* Apply EDITS to the SIZE bytes at BYTES, which contain them all. Returns the new size. */
static size_t edits_apply(const struct edits *edits, unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < edits->values.count; i++) {
		const struct edit *edit = &edits->values.list[i];

		memcpy(bytes + edit->at, &edit->what, sizeof(edit->what));
	}
	return edits->cuts.count > 0 ? close_cuts(&edits->cuts, bytes, size) : size;
}

/* ---- the collector ---- */

struct collected_event {
	uint64_t id;
	struct record_layout layout;
	struct sample_extra_layout extra;
};

struct collector {
	struct capture_writer *writer;
	struct collected_event events[CPU_RING_EVENTS];
	size_t event_count;
	uint64_t newest_id;
	size_t exec;
	collector_fork *on_fork;
	collector_exec *on_exec;
	void *context;
	bool looks_inside; /* samples of some events are edited, or reported */
	struct collector_counts counts;
	struct edits edits; /* of the ring's bytes, from the first one that is not released */
	struct buffer copy; /* of the ring's bytes, if there are edits */
};

static void add_event(struct collector *collector, const struct recorded_event *event, uint64_t id)
{
	struct collected_event *added = &collector->events[collector->event_count++];

	added->id = id;
	record_layout_init(&added->layout, event->attr.sample_type, event->attr.read_format,
			   event->attr.sample_id_all, false);
	added->extra = (struct sample_extra_layout){
		.sample_type = event->attr.sample_type,
		.branch_sample_type = event->attr.branch_sample_type,
		.regs_user = event->attr.sample_regs_user,
	};
	collector->looks_inside |= (event->attr.sample_type & PERF_SAMPLE_STACK_USER) != 0;
}

struct collector *collector_new(struct capture_writer *writer, const struct collector_plan *plan)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (!collector)
		return NULL;
	collector->writer = writer;
	collector->newest_id = plan->newest_id;
	collector->exec = plan->exec;
	collector->on_fork = plan->on_fork;
	collector->on_exec = plan->on_exec;
	collector->context = plan->context;
	collector->looks_inside = plan->on_exec != NULL;
	for (size_t i = 0; i < plan->event_count; i++)
		add_event(collector, &plan->events[i], plan->ids[i]);
	return collector;
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	free(collector->edits.values.list);
	free(collector->edits.cuts.list);
	buffer_done(&collector->copy);
	free(collector);
}

struct collector_counts collector_counts(const struct collector *collector)
{
	return collector->counts;
}

/* ---- looking at records ---- */

static uint64_t load(const struct perf_event_header *record, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const unsigned char *)record + offset, sizeof(value));
	return value;
}

/* Returns the index of the event of RING that has ID; event_count if none has. */
static size_t index_of(const struct collector *collector, const struct cpu_ring *ring, uint64_t id)
{
	size_t index = 0;

	while (index < collector->event_count && ring->ids[index] != id)
		index++;
	return index;
}

/* Find the user stack in a SAMPLE of EVENT. Returns false if it has none. */
static bool find_stack(const struct collected_event *event, const struct perf_event_header *sample,
		       struct sample_extra *extra)
{
	struct record record;

	return event->extra.sample_type & PERF_SAMPLE_STACK_USER &&
	       record_parse(sample, &event->layout, &record) == 0 &&
	       sample_extra_parse(&event->extra, record_extra(&record), record.extra_size, extra) ==
		       0 &&
	       extra->stack;
}

/*
 * Cut the user stack of SAMPLE, at AT in the ring's bytes. It is u64 size, `size` bytes, u64 bytes
 * that are filled; a size of 0 is not followed by anything: perf_output_sample_ustack(),
 * kernel/events/core.c.
 */
static int trim_stack(struct collector *collector, const struct collected_event *event,
		      const struct perf_event_header *sample, size_t at)
{
	struct sample_extra extra;

	if (!find_stack(event, sample, &extra))
		return 0;
	size_t stack_at = (size_t)(extra.stack - (const unsigned char *)sample);
	uint64_t size = load(sample, stack_at - sizeof(size));
	uint64_t kept =
		(extra.stack_size + STACK_ALIGNMENT - 1) / STACK_ALIGNMENT * STACK_ALIGNMENT;
	if (kept >= size)
		return 0;
	uint64_t dropped = size - kept + (kept == 0 ? sizeof(uint64_t) : 0);
	struct perf_event_header header = *sample;
	uint64_t header_bytes;

	header.size = (uint16_t)(header.size - dropped);
	memcpy(&header_bytes, &header, sizeof(header_bytes));
	int code = edits_set(&collector->edits, at, header_bytes);
	if (code == 0)
		code = edits_set(&collector->edits, at + stack_at - sizeof(size), kept);
	return code == 0 ? edits_cut(&collector->edits, at + stack_at + (size_t)kept, dropped)
			 : code;
}

static int look_inside(struct collector *collector, const struct cpu_ring *ring,
		       const struct perf_event_header *sample, size_t at)
{
	size_t index = index_of(collector, ring, load(sample, SAMPLE_ID));

	if (index == collector->event_count)
		return 0;
	if (index == collector->exec && collector->on_exec)
		collector->on_exec(collector->context, sample);
	return trim_stack(collector, &collector->events[index], sample, at);
}

static int look_at_sample(struct collector *collector, const struct cpu_ring *ring,
			  const struct perf_event_header *record, size_t at)
{
	struct collector_counts *counts = &collector->counts;

	if (record->size < SAMPLE_MIN)
		return -EBADMSG;
	uint64_t time_ns = load(record, SAMPLE_TIME);
	if (counts->events == 0 || time_ns < counts->first_ns)
		counts->first_ns = time_ns;
	if (time_ns > counts->last_ns)
		counts->last_ns = time_ns;
	counts->events++;
	return collector->looks_inside ? look_inside(collector, ring, record, at) : 0;
}

static int look_at_lost(struct collector *collector, struct cpu_ring *ring,
			const struct perf_event_header *record, size_t at)
{
	if (record->size < LOST_MIN)
		return -EBADMSG;
	uint64_t lost = cpu_ring_newly_lost(ring, load(record, LOST_COUNT));
	collector->counts.lost += lost;
	/* It counts sideband records, or what an earlier one has counted. */
	if (lost == 0)
		return edits_cut(&collector->edits, at, record->size);
	return edits_set(&collector->edits, at + LOST_COUNT, lost);
}

static int look_at_fork(const struct collector *collector, const struct perf_event_header *record)
{
	struct {
		struct perf_event_header header;
		uint32_t pid, ppid, tid, ptid;
	} fork;

	if (record->size < FORK_MIN)
		return -EBADMSG;
	memcpy(&fork, record, sizeof(fork));
	if (collector->on_fork)
		collector->on_fork(collector->context, (int32_t)fork.ptid, (int32_t)fork.tid);
	return 0;
}

static void note_time(struct collector *collector, const struct perf_event_header *record)
{
	const size_t offset = record->type == PERF_RECORD_SAMPLE
				      ? SAMPLE_TIME
				      : record->size - TRAILER_TIME_FROM_END;

	if (record->size < SAMPLE_MIN)
		return;
	uint64_t time_ns = load(record, offset);
	if (time_ns > collector->counts.newest_ns)
		collector->counts.newest_ns = time_ns;
}

static bool is_probe(const struct cpu_ring *ring, const struct perf_event_header *sample)
{
	return ring->probe_id != 0 && sample->size >= SAMPLE_MIN &&
	       load(sample, SAMPLE_ID) == ring->probe_id;
}

static int look_at_probe(struct collector *collector, const struct perf_event_header *sample,
			 size_t at)
{
	if (collector->on_exec)
		collector->on_exec(collector->context, sample);
	return edits_cut(&collector->edits, at, sample->size);
}

static int look_at(struct collector *collector, struct cpu_ring *ring,
		   const struct perf_event_header *record, size_t at)
{
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		if (is_probe(ring, record))
			return look_at_probe(collector, record, at);
		return look_at_sample(collector, ring, record, at);
	case PERF_RECORD_LOST:
		return look_at_lost(collector, ring, record, at);
	case PERF_RECORD_FORK:
		return look_at_fork(collector, record);
	/* The kernel writes them with COMM, unasked. Who reads captures goes by the tracepoint. */
	case PERF_RECORD_EXIT:
		return edits_cut(&collector->edits, at, record->size);
	default:
		return 0;
	}
}

/* Returns the capture's id of the event of RING that has ID. */
static uint64_t known_id(const struct collector *collector, const struct cpu_ring *ring,
			 uint64_t id)
{
	size_t index = index_of(collector, ring, id);

	return collector->events[index < collector->event_count ? index : 0].id;
}

static int change_id(struct collector *collector, const struct cpu_ring *ring,
		     const struct perf_event_header *record, size_t at)
{
	size_t offset =
		record->type == PERF_RECORD_SAMPLE ? SAMPLE_ID : record->size - TRAILER_ID_FROM_END;

	if (record->size < SAMPLE_ID + sizeof(uint64_t))
		return -EBADMSG;
	return edits_set(&collector->edits, at + offset,
			 known_id(collector, ring, load(record, offset)));
}

static int look_at_all(struct collector *collector, struct cpu_ring *ring)
{
	bool is_known = ring->ids[0] <= collector->newest_id;
	const struct perf_event_header *record;
	int code;

	collector->edits.values.count = collector->edits.cuts.count = 0;
	while ((code = ring_peek(&ring->ring, &record)) > 0) {
		size_t at = (size_t)(ring->ring.tail - ring->ring.released);

		note_time(collector, record);
		code = look_at(collector, ring, record, at);
		if (code == 0 && !is_known)
			code = change_id(collector, ring, record, at);
		if (code < 0)
			return code;
		ring_skip(&ring->ring);
	}
	return code;
}

/* ---- taking them ---- */

/* Apply the edits to a copy of the PIECES, which become one. */
static int copy_and_edit(struct collector *collector, struct iovec pieces[2], int *count)
{
	struct buffer *copy = &collector->copy;

	copy->size = 0;
	for (size_t i = 0; i < 2; i++) {
		if (buffer_append(copy, pieces[i].iov_base, pieces[i].iov_len) < 0)
			return -ENOMEM;
	}
	copy->size = edits_apply(&collector->edits, (unsigned char *)copy->bytes, copy->size);
	pieces[0] = (struct iovec){copy->bytes, copy->size};
	*count = 1;
	return 0;
}

int collector_take(struct collector *collector, struct cpu_ring *ring)
{
	struct iovec pieces[2];

	ring_refresh(&ring->ring);
	int code = look_at_all(collector, ring);
	if (code < 0)
		return code;
	int count = ring_skipped(&ring->ring, pieces);
	if (count == 0)
		return 0;
	if (collector->edits.values.count + collector->edits.cuts.count > 0)
		code = copy_and_edit(collector, pieces, &count);
	if (code == 0)
		code = capture_writer_append(collector->writer, pieces, count);
	ring_release(&ring->ring);
	return code;
}

int collector_tell_lost(struct collector *collector, struct cpu_ring *ring)
{
	uint64_t lost = cpu_ring_newly_lost(ring, 0);

	if (lost == 0)
		return 0;
	collector->counts.lost += lost;
	struct capture_lost record =
		capture_lost_record(collector->events[collector->event_count - 1].id,
				    (uint32_t)ring->cpu, collector->counts.last_ns, lost);
	struct iovec piece = {&record, sizeof(record)};
	return capture_writer_append(collector->writer, &piece, 1);
}
