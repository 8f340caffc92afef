/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "capture/perf_file.h"
#include "capture/read/events.h"
#include "capture/read/found_tasks.h"
#include "capture/read/losses.h"
#include "capture/read/records.h"
#include "capture/read/rounds.h"
#include "perf/record.h"

/* PERF_RECORD_LOST_SAMPLES that a BPF filter left out on purpose. */
#define MISC_LOST_SAMPLES_BPF (1U << 15)

/*
 * The recorder describes the tasks that it finds in /proc with the records that they would have
 * caused.
 */
static int take_synthesized(struct reader *reader, const struct raw_record *raw)
{
	const unsigned char *body = raw_body(raw);

	if (raw->header.type == PERF_RECORD_FORK)
		return found_tasks_fork(&reader->tasks, body, raw_body_size(raw), reader->swap);
	return found_tasks_comm(&reader->tasks, body, raw_body_size(raw), reader->swap);
}

/* Told by its having no time; where no such record has one, all that come before samples are. */
static bool is_synthesized(const struct reader *reader, const struct raw_record *raw)
{
	const struct capture_event *event =
		events_of_record(reader->events, raw->bytes, &raw->header);

	return event && record_time(raw->bytes, &raw->header, &event->layout) == 0;
}

static int count_lost_samples(struct reader *reader, const struct raw_record *raw)
{
	const struct capture_event *event =
		events_of_record(reader->events, raw->bytes, &raw->header);
	struct record record;

	if (!event || !event->wanted || raw->header.misc & MISC_LOST_SAMPLES_BPF)
		return 0;
	if (record_parse(raw->bytes, &event->layout, &record) < 0)
		return 0;
	/* perf leaves the CPU empty, but has mostly said before where each id is. */
	if (!events_cpu(reader->events, record.id, &record.cpu) && record.cpu == 0)
		record.cpu = RECORD_NO_CPU;
	return losses_add(&reader->losses, record.cpu, 0, record.lost);
}

static int take_event(struct reader *reader, const struct raw_record *raw)
{
	uint64_t time_ns;

	if (!events_time_of_record(reader->events, raw->bytes, &raw->header, &time_ns))
		return 0;
	return rounds_add(reader->rounds, raw->bytes, raw->header.size, time_ns, raw->block);
}

int kernel_record_take(struct reader *reader, const struct raw_record *raw)
{
	uint32_t type = raw->header.type;
	int code = 0;

	switch (type) {
	case PERF_RECORD_SAMPLE:
		reader->seen_sample = true;
		break;
	case PERF_RECORD_FORK:
	case PERF_RECORD_COMM:
		if (!reader->seen_sample && is_synthesized(reader, raw))
			code = take_synthesized(reader, raw);
		break;
	case PERF_RECORD_LOST:
		/* 0.1.0 kept those of other records than events, of 0. */
		if (raw_body_size(raw) >= sizeof(struct record_lost) &&
		    raw_body64(reader, raw, offsetof(struct record_lost, lost)) == 0) {
			rounds_break(reader->rounds);
			return 0;
		}
		break;
	case PERF_RECORD_LOST_SAMPLES:
		return count_lost_samples(reader, raw);
	default:
		break;
	}
	return code == 0 && events_is_event(reader->events, type) ? take_event(reader, raw) : code;
}
