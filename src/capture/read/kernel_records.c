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

/* From the first sample on, no record describes what the recorder found in /proc. */
static void heed_sample(struct reader *reader)
{
	reader->heeded &= ~(UINT64_C(1) << PERF_RECORD_SAMPLE | UINT64_C(1) << PERF_RECORD_FORK |
			    UINT64_C(1) << PERF_RECORD_COMM);
}

/* 0.1.0 kept those of other records than events, of 0. */
static bool is_empty_loss(const struct reader *reader, const struct raw_record *raw)
{
	return raw_body_size(raw) >= sizeof(struct record_lost) &&
	       raw_body64(reader, raw, offsetof(struct record_lost, lost)) == 0;
}

int kernel_record_heed(struct reader *reader, const struct raw_record *raw)
{
	uint32_t type = raw->header.type;
	int code = 0;

	switch (type) {
	case PERF_RECORD_SAMPLE:
		heed_sample(reader);
		break;
	case PERF_RECORD_FORK:
	case PERF_RECORD_COMM:
		if (is_synthesized(reader, raw))
			code = take_synthesized(reader, raw);
		break;
	case PERF_RECORD_LOST:
		if (is_empty_loss(reader, raw)) {
			rounds_break(reader->rounds);
			return 0;
		}
		break;
	default:
		return count_lost_samples(reader, raw);
	}
	return code == 0 && events_is_event(reader->events, type) ? kernel_record_add(reader, raw)
								  : code;
}
