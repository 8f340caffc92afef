/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/collector.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/write_records.h"

/* Layouts with PERF_EVENT_SAMPLE_TYPE, in bytes from the start of the record. */
#define SAMPLE_ID 8U
#define SAMPLE_TIME 24U
#define SAMPLE_MIN 32U
#define FORK_MIN 32U
#define LOST_COUNT 16U
#define LOST_MIN 24U
#define TRAILER_ID_FROM_END 8U

/* Eight bytes to be written otherwise than the ring has them. */
struct change {
	uint64_t at; /* bytes from the first one that is taken */
	uint64_t value;
};

struct collector {
	struct capture_writer *writer;
	uint64_t ids[CPU_RING_EVENTS];
	size_t event_count;
	uint64_t newest_id;
	collector_fork *on_fork;
	void *context;
	struct collector_counts counts;
	struct change *changes;
	size_t change_count, change_capacity;
	unsigned char *copy; /* of a ring's bytes, where some are changed */
	size_t copy_size;
};

struct collector *collector_new(struct capture_writer *writer, const uint64_t *ids,
				size_t event_count, uint64_t newest_id, collector_fork *on_fork,
				void *context)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (!collector)
		return NULL;
	collector->writer = writer;
	memcpy(collector->ids, ids, event_count * sizeof(*ids));
	collector->event_count = event_count;
	collector->newest_id = newest_id;
	collector->on_fork = on_fork;
	collector->context = context;
	return collector;
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	free(collector->changes);
	free(collector->copy);
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

static int change(struct collector *collector, uint64_t at, uint64_t value)
{
	if (collector->change_count == collector->change_capacity) {
		size_t capacity = collector->change_capacity ? 2 * collector->change_capacity : 64;
		struct change *grown = realloc(collector->changes, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		collector->changes = grown;
		collector->change_capacity = capacity;
	}
	collector->changes[collector->change_count++] = (struct change){at, value};
	return 0;
}

static int look_at_sample(struct collector *collector, const struct perf_event_header *record)
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
	return 0;
}

static int look_at_lost(struct collector *collector, struct cpu_ring *ring,
			const struct perf_event_header *record, uint64_t at)
{
	if (record->size < LOST_MIN)
		return -EBADMSG;
	uint64_t lost = cpu_ring_newly_lost(ring, load(record, LOST_COUNT));
	collector->counts.lost += lost;
	return change(collector, at + LOST_COUNT, lost);
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

static int look_at(struct collector *collector, struct cpu_ring *ring,
		   const struct perf_event_header *record, uint64_t at)
{
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		return look_at_sample(collector, record);
	case PERF_RECORD_LOST:
		return look_at_lost(collector, ring, record, at);
	case PERF_RECORD_FORK:
		return look_at_fork(collector, record);
	default:
		return 0;
	}
}

/* The capture's id for the event of RING that has ID. */
static uint64_t known_id(const struct collector *collector, const struct cpu_ring *ring,
			 uint64_t id)
{
	for (size_t i = 0; i < collector->event_count; i++) {
		if (ring->ids[i] == id)
			return collector->ids[i];
	}
	return collector->ids[0];
}

static int change_id(struct collector *collector, const struct cpu_ring *ring,
		     const struct perf_event_header *record, uint64_t at)
{
	size_t offset =
		record->type == PERF_RECORD_SAMPLE ? SAMPLE_ID : record->size - TRAILER_ID_FROM_END;

	if (record->size < SAMPLE_ID + sizeof(uint64_t))
		return -EBADMSG;
	return change(collector, at + offset, known_id(collector, ring, load(record, offset)));
}

static int look_at_all(struct collector *collector, struct cpu_ring *ring)
{
	bool is_known = ring->ids[0] <= collector->newest_id;
	const struct perf_event_header *record;
	int code;

	collector->change_count = 0;
	while ((code = ring_peek(&ring->ring, &record)) > 0) {
		uint64_t at = ring->ring.tail - ring->ring.released;

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

/* Copy the PIECES and make the changes there. They become one piece. */
static int copy_and_change(struct collector *collector, struct iovec pieces[2], int *count)
{
	size_t size = pieces[0].iov_len + pieces[1].iov_len;

	if (collector->copy_size < size) {
		unsigned char *grown = realloc(collector->copy, size);

		if (!grown)
			return -ENOMEM;
		collector->copy = grown;
		collector->copy_size = size;
	}
	memcpy(collector->copy, pieces[0].iov_base, pieces[0].iov_len);
	memcpy(collector->copy + pieces[0].iov_len, pieces[1].iov_base, pieces[1].iov_len);
	for (size_t i = 0; i < collector->change_count; i++)
		memcpy(collector->copy + collector->changes[i].at, &collector->changes[i].value,
		       sizeof(collector->changes[i].value));
	pieces[0] = (struct iovec){collector->copy, size};
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
	if (collector->change_count > 0)
		code = copy_and_change(collector, pieces, &count);
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
		capture_lost_record(collector->ids[collector->event_count - 1], (uint32_t)ring->cpu,
				    collector->counts.last_ns, lost);
	struct iovec piece = {&record, sizeof(record)};
	return capture_writer_append(collector->writer, &piece, 1);
}
