/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"
#include "capture/read/block.h"
#include "capture/read/events.h"
#include "capture/read/input.h"
#include "capture/read/losses.h"
#include "capture/read/reader.h"
#include "capture/read/rounds.h"
#include "perf/record.h"

/* Two numbers and a path: all that a kernel of today writes, and more. */
#define BODY_MAX (16U + 4096U)

struct capture {
	struct reader reader;
	bool complete; /* what can be given out has not run dry */
	bool ended;    /* nothing more can be read */
	bool stopped;
	struct capture_note_joint note;
	uint64_t newest_ns;           /* of all records given out */
	unsigned char body[BODY_MAX]; /* of a record, in native byte order */
};

/* ---- records ---- */

/* The numbers that a record's body begins with. A text follows, which has no byte order. */
struct numbers {
	size_t u32_count, u64_count;
};

static struct numbers numbers_of(uint32_t type)
{
	switch (type) {
	case PERF_RECORD_COMM: /* pid, tid; name */
		return (struct numbers){.u32_count = 2};
	case PERF_RECORD_FORK: /* pid, ppid, tid, ptid; time */
		return (struct numbers){.u32_count = 4, .u64_count = 1};
	case RECORD_CGROUP: /* id; path */
		return (struct numbers){.u64_count = 1};
	default:
		return (struct numbers){0};
	}
}

static void make_body_native(struct capture *capture, struct record *record)
{
	const struct numbers numbers = numbers_of(record->type);
	size_t size = record->body_size < BODY_MAX ? record->body_size : BODY_MAX, at = 0;
	unsigned char *body = memcpy(capture->body, record->body, size);

	for (size_t i = 0; i < numbers.u32_count && size - at >= sizeof(uint32_t); i++) {
		uint32_t value = load32(body + at, true);

		memcpy(body + at, &value, sizeof(value));
		at += sizeof(value);
	}
	for (size_t i = 0; i < numbers.u64_count && size - at >= sizeof(uint64_t); i++) {
		uint64_t value = load64(body + at, true);

		memcpy(body + at, &value, sizeof(value));
		at += sizeof(value);
	}
	record->body = body;
	record->body_size = (uint32_t)size;
}

/* 1 where the note is whole, 0, -ENOMEM. */
static int take_note(struct capture *capture, const unsigned char *bytes,
		     const struct perf_event_header *header, struct record *record)
{
	struct reader *reader = &capture->reader;
	struct capture_note_part part;
	struct capture_note note;
	int code = capture_note_parse(bytes, header, reader->swap, &part)
			   ? capture_note_join(&capture->note, &part, &note)
			   : -EBADMSG;

	reader->malformed += code == -EBADMSG;
	if (code <= 0)
		return code == -EBADMSG ? 0 : code;
	*record = (struct record){
		.type = header->type,
		.misc = note.kind,
		.pid = note.pid,
		.tid = note.tid,
		.time_ns = note.time_ns,
		.id = note.count,
		.body = note.bytes,
		.body_size = note.size,
	};
	return 1;
}

/* Take the record at BYTES apart. 1, 0 where it is not to be given out, -ENOMEM. */
static int take_apart(struct capture *capture, const unsigned char *bytes, struct record *record)
{
	struct reader *reader = &capture->reader;
	const struct perf_event_header header = record_header(bytes, reader->swap);

	if (header.type == PERF_FILE_RECORD_EVENT_TYPE)
		return take_note(capture, bytes, &header, record);
	const struct capture_event *event = events_of_record(reader->events, bytes, &header);
	if (!event || record_parse(bytes, &event->layout, record) < 0) {
		reader->malformed++;
		return 0;
	}
	if (header.type == PERF_RECORD_SAMPLE)
		return event->wanted;
	if (reader->swap)
		make_body_native(capture, record);
	return 1;
}

/* 1 with the next of the records that are complete, 0, or a negative errno. */
static int next_complete(struct capture *capture, struct record *record)
{
	struct reader *reader = &capture->reader;
	int code = 0;

	while (code == 0) {
		const unsigned char *bytes;

		code = rounds_next(reader->rounds, &bytes);
		if (code <= 0)
			return code;
		code = take_apart(capture, bytes, record);
	}
	if (code < 0)
		return code;
	if (record->time_ns > capture->newest_ns)
		capture->newest_ns = record->time_ns;
	if (record->type == PERF_RECORD_LOST &&
	    losses_add(&reader->losses, record->cpu, record->lost, 0) < 0)
		return -ENOMEM;
	return 1;
}

/* At the end: what was lost without anybody's having told. */
static int next_untold_loss(struct capture *capture, struct record *record)
{
	struct record lost = {.type = PERF_RECORD_LOST, .time_ns = capture->newest_ns};

	if (!losses_take_rest(&capture->reader.losses, &lost.cpu, &lost.lost))
		return -ENODATA;
	*record = lost;
	return 1;
}

static int read_more(struct capture *capture, struct error *err)
{
	int code = reader_read_round(&capture->reader);

	if (code >= 0) {
		capture->complete = true;
		capture->ended = code == 0;
		return 0;
	}
	if (code != -EAGAIN)
		error_set(err, code, "cannot read the capture: %s", strerror(-code));
	return code;
}

int capture_next(struct capture *capture, struct record *record, struct error *err)
{

	while (!capture->stopped) {
		int code;

		if (capture->complete) {
			code = next_complete(capture, record);
			if (code < 0)
				return error_set(err, code, "cannot read the capture: %s",
						 strerror(-code));
			if (code > 0)
				return code;
			capture->complete = false;
		}
		if (capture->ended)
			return next_untold_loss(capture, record);
		code = read_more(capture, err);
		if (code < 0)
			return code == -EAGAIN ? 0 : code;
	}
	return -ENODATA;
}

int capture_wait(struct capture *capture, int wake_fd, int timeout_ms, struct error *err)
{
	int code = input_wait(capture->reader.input, wake_fd, timeout_ms);

	return code < 0 ? error_set(err, code, "cannot wait for the capture: %s", strerror(-code))
			: 0;
}

void capture_stop(struct capture *capture)
{
	capture->stopped = true;
}

_Static_assert(ROUNDS_BLOCKS == CAPTURE_KEPT_MIB * (1024U * 1024U / BLOCK_SIZE), "the same");

static const char *what_is_cut(const struct reader *reader)
{
	if (reader->cut[0] == '\0' && input_has_changed(reader->input))
		return "it was changed while it was read";
	return reader->cut;
}

void capture_stats(const struct capture *capture, struct capture_stats *stats)
{
	const struct reader *reader = &capture->reader;

	*stats = (struct capture_stats){
		.lost = reader->losses.told,
		.late = rounds_late(reader->rounds),
		.read = input_position(reader->input),
		.total = input_total(reader->input),
		.malformed = reader->malformed,
		.hurried = rounds_relieved(reader->rounds),
		.follower = reader->follower,
		.unfinished = reader->unfinished,
	};
	snprintf(stats->cut, sizeof(stats->cut), "%s", what_is_cut(reader));
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	capture_note_joint_done(&capture->note);
	reader_done(&capture->reader);
	free(capture);
}

int capture_open(int fd, int wake_fd, struct capture **opened, struct error *err)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return error_no_memory(err);
	int code = reader_open(&capture->reader, fd, wake_fd, err);
	if (code < 0) {
		free(capture);
		return code;
	}
	*opened = capture;
	return 0;
}

/* ---- what is known of it ---- */

void capture_select(struct capture *capture, const uint16_t *ids, size_t count)
{
	events_select(capture->reader.events, ids, count);
}

void capture_want(struct capture *capture, uint32_t type)
{
	struct reader *reader = &capture->reader;

	if (type == PERF_FILE_RECORD_EVENT_TYPE)
		reader->wants_notes = true;
	else
		events_want(reader->events, type);
}

bool capture_tracepoint_extra(const struct capture *capture, uint16_t id,
			      struct sample_extra_layout *layout)
{
	return events_tracepoint_extra(capture->reader.events, id, layout);
}

static enum capture_recorded recorded(const struct capture_event *event)
{
	if (event->counted)
		return CAPTURE_COUNTED;
	return event->layout.sample_type & PERF_SAMPLE_RAW ? CAPTURE_RECORDED : CAPTURE_BARE;
}

enum capture_recorded capture_tracepoint(const struct capture *capture, uint16_t id)
{
	const struct events *events = capture->reader.events;
	enum capture_recorded best = CAPTURE_NOT_RECORDED;

	for (size_t i = 0; i < events->count; i++) {
		const struct capture_event *event = events->list[i];

		if (event->type == PERF_TYPE_TRACEPOINT &&
		    (event->config == id || id == CAPTURE_ANY_TRACEPOINT) && recorded(event) > best)
			best = recorded(event);
	}
	return best;
}

uint64_t capture_lacks(const struct capture *capture)
{
	const struct events *events = capture->reader.events;
	uint64_t lacks = 0;

	for (size_t i = 0; i < events->count; i++) {
		const struct capture_event *event = events->list[i];

		if (event->wanted)
			lacks |= ~event->layout.sample_type & (PERF_SAMPLE_TIME | PERF_SAMPLE_CPU);
	}
	return lacks;
}

struct machine capture_machine(const struct capture *capture)
{
	const struct reader *reader = &capture->reader;
	struct machine machine = machine_native();

	if (reader->tracing)
		machine = reader->tracing->machine;
	machine.big_endian = reader->kind.big_endian;
	return machine;
}

const struct origin *capture_origin(const struct capture *capture)
{
	return &capture->reader.origin;
}

const struct tracing_data *capture_tracing_data(const struct capture *capture)
{
	return capture->reader.tracing;
}

int capture_format(const struct capture *capture, const char *system, const char *event,
		   struct format **format, struct error *err)
{
	const struct tracing_data *tracing = capture->reader.tracing;
	const struct tracing_event *found =
		tracing ? tracing_data_find(tracing, system, event) : NULL;
	const struct machine machine = capture_machine(capture);
	struct error why = {0};

	if (!found)
		return error_set(err, -ENOENT, "the capture has no format of %s:%s", system, event);
	int code = format_parse(system, found->format.bytes, found->format.length, &machine, format,
				&why);
	return code < 0 ? error_set(err, code, "the capture's format of %s:%s: %s", system, event,
				    why.what)
			: 0;
}

/* perf's names of PERF_TYPE_HARDWARE and PERF_TYPE_SOFTWARE, for captures that tell none. */
static const char *generic_name(const struct capture_event *event)
{
	static const char *const hardware[] = {
		"cycles",
		"instructions",
		"cache-references",
		"cache-misses",
		"branches",
		"branch-misses",
		"bus-cycles",
		"stalled-cycles-frontend",
		"stalled-cycles-backend",
		"ref-cycles",
	};
	static const char *const software[] = {
		"cpu-clock",        "task-clock",       "page-faults",
		"context-switches", "migrations",       "minor-faults",
		"major-faults",     "alignment-faults", "emulation-faults",
	};

	if (event->type == PERF_TYPE_HARDWARE && event->config < ARRAY_SIZE(hardware))
		return hardware[event->config];
	if (event->type == PERF_TYPE_SOFTWARE && event->config < ARRAY_SIZE(software))
		return software[event->config];
	return NULL;
}

static void name_event(const struct reader *reader, const struct capture_event *event, char *name,
		       size_t size)
{
	const struct tracing_event *tracepoint = NULL;
	const char *generic = generic_name(event);

	if (event->type == PERF_TYPE_TRACEPOINT && reader->tracing)
		tracepoint = tracing_data_find_id(reader->tracing, event->config);
	if (event->name[0] != '\0')
		snprintf(name, size, "%s", event->name);
	else if (tracepoint)
		snprintf(name, size, "%.*s:%.*s", (int)tracepoint->system.length,
			 tracepoint->system.bytes, (int)tracepoint->name.length,
			 tracepoint->name.bytes);
	else if (generic)
		snprintf(name, size, "%s", generic);
	else
		snprintf(name, size, "event %" PRIu64 " of type %" PRIu32, event->config,
			 event->type);
}

void capture_event_names(const struct capture *capture, char *names, size_t size)
{
	const struct reader *reader = &capture->reader;
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < reader->events->count && used < size; i++) {
		const struct capture_event *event = reader->events->list[i];
		char name[128];

		if (capture_event_is_dummy(event))
			continue;
		name_event(reader, event, name, sizeof(name));
		used += (size_t)snprintf(names + used, size - used, "%s%s", used > 0 ? ", " : "",
					 name);
	}
}

const struct capture_task *capture_tasks(const struct capture *capture, size_t *count)
{
	const struct reader *reader = &capture->reader;

	*count = reader->tasks.count;
	return reader->tasks.list;
}

bool capture_reads(const struct capture *capture, const struct stat *file)
{
	return input_reads(capture->reader.input, file);
}
