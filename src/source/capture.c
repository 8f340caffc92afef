/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "capture/note.h"
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
	struct source source;
	struct reader reader;
	bool complete; /* what can be given out has not run dry */
	bool ended;    /* nothing more can be read */
	bool stopped;
	struct capture_note_joint note;
	uint64_t newest_ns;           /* of all records given out */
	unsigned char body[BODY_MAX]; /* of a record, in native byte order */
};

static struct capture *capture_of(struct source *source)
{
	return (struct capture *)source;
}

static const struct reader *reader_of(const struct source *source)
{
	return &((const struct capture *)source)->reader;
}

/* ---- records ---- */

/* What the body of a record begins with; a text follows, which no byte order touches. */
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
	    losses_tell(&reader->losses, record->cpu, record->lost) < 0)
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

static int capture_next(struct source *source, struct record *record, struct error *err)
{
	struct capture *capture = capture_of(source);

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

static int capture_wait(struct source *source, int wake_fd, int timeout_ms, struct error *err)
{
	int code = input_wait(capture_of(source)->reader.input, wake_fd, timeout_ms);

	return code < 0 ? error_set(err, code, "cannot wait for the capture: %s", strerror(-code))
			: 0;
}

static void capture_stop(struct source *source)
{
	capture_of(source)->stopped = true;
}

static void capture_stats(struct source *source, struct source_stats *stats)
{
	const struct reader *reader = reader_of(source);

	*stats = (struct source_stats){
		.lost = reader->losses.told,
		.late = rounds_late(reader->rounds),
	};
}

static void capture_free(struct source *source)
{
	capture_note_joint_done(&capture_of(source)->note);
	reader_done(&capture_of(source)->reader);
	free(source);
}

static const struct source_ops capture_ops = {
	.next = capture_next,
	.wait = capture_wait,
	.stop = capture_stop,
	.stats = capture_stats,
	.free = capture_free,
};

int capture_open(int fd, struct source **source, struct error *err)
{
	return capture_open_interruptible(fd, -1, source, err);
}

int capture_open_interruptible(int fd, int wake_fd, struct source **source, struct error *err)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return error_no_memory(err);
	capture->source.ops = &capture_ops;
	int code = reader_open(&capture->reader, fd, wake_fd, err);
	if (code < 0) {
		free(capture);
		return code;
	}
	*source = &capture->source;
	return 0;
}

/* ---- what is known of it ---- */

void capture_select(struct source *source, const uint16_t *ids, size_t count)
{
	events_select(capture_of(source)->reader.events, ids, count);
}

void capture_want(struct source *source, uint32_t type)
{
	struct reader *reader = &capture_of(source)->reader;

	if (type == PERF_FILE_RECORD_EVENT_TYPE)
		reader->wants_notes = true;
	else
		events_want(reader->events, type);
}

bool capture_tracepoint_extra(const struct source *source, uint16_t id,
			      struct sample_extra_layout *layout)
{
	return events_tracepoint_extra(reader_of(source)->events, id, layout);
}

static enum capture_recorded recorded(const struct capture_event *event)
{
	if (event->counted)
		return CAPTURE_COUNTED;
	return event->layout.sample_type & PERF_SAMPLE_RAW ? CAPTURE_RECORDED : CAPTURE_BARE;
}

enum capture_recorded capture_tracepoint(const struct source *source, uint16_t id)
{
	const struct events *events = reader_of(source)->events;
	enum capture_recorded best = CAPTURE_NOT_RECORDED;

	for (size_t i = 0; i < events_count(events); i++) {
		const struct capture_event *event = events_at(events, i);

		if (event->type == PERF_TYPE_TRACEPOINT &&
		    (event->config == id || id == CAPTURE_ANY_TRACEPOINT) && recorded(event) > best)
			best = recorded(event);
	}
	return best;
}

uint64_t capture_lacks(const struct source *source)
{
	const struct events *events = reader_of(source)->events;
	uint64_t lacks = 0;

	for (size_t i = 0; i < events_count(events); i++) {
		const struct capture_event *event = events_at(events, i);

		if (event->wanted)
			lacks |= ~event->layout.sample_type & (PERF_SAMPLE_TIME | PERF_SAMPLE_CPU);
	}
	return lacks;
}

struct machine capture_machine(const struct source *source)
{
	const struct reader *reader = reader_of(source);
	struct machine machine = machine_native();

	if (reader->tracing)
		machine = reader->tracing->machine;
	machine.big_endian = reader->kind.big_endian;
	return machine;
}

const char *capture_selection(const struct source *source, size_t *size)
{
	*size = reader_of(source)->origin.selection_size;
	return reader_of(source)->origin.selection;
}

const char *capture_recorder(const struct source *source)
{
	return reader_of(source)->origin.recorder;
}

char *const *capture_command_line(const struct source *source)
{
	return reader_of(source)->origin.command_line;
}

int32_t capture_first_pid(const struct source *source)
{
	return reader_of(source)->origin.first_pid;
}

const char *capture_hostname(const struct source *source)
{
	return reader_of(source)->origin.hostname;
}

const char *capture_arch(const struct source *source)
{
	return reader_of(source)->origin.arch;
}

const char *capture_boot_id(const struct source *source)
{
	return reader_of(source)->origin.boot_id;
}

bool capture_wall_offset(const struct source *source, int64_t *offset_ns)
{
	const struct origin *origin = &reader_of(source)->origin;

	if (origin->has_wall_offset)
		*offset_ns = origin->wall_offset_ns;
	return origin->has_wall_offset;
}

const struct tracing_data *capture_tracing_data(const struct source *source)
{
	return reader_of(source)->tracing;
}

int capture_format(const struct source *source, const char *system, const char *event,
		   struct format **format, struct error *err)
{
	const struct tracing_data *tracing = reader_of(source)->tracing;
	const struct tracing_event *found =
		tracing ? tracing_data_find(tracing, system, event) : NULL;
	const struct machine machine = capture_machine(source);
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

void capture_event_names(const struct source *source, char *names, size_t size)
{
	const struct reader *reader = reader_of(source);
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < events_count(reader->events) && used < size; i++) {
		const struct capture_event *event = events_at(reader->events, i);
		char name[128];

		/* It counts nothing, and only carries what perf wants to know besides. */
		if (event->type == PERF_TYPE_SOFTWARE && event->config == PERF_COUNT_SW_DUMMY)
			continue;
		name_event(reader, event, name, sizeof(name));
		used += (size_t)snprintf(names + used, size - used, "%s%s", used > 0 ? ", " : "",
					 name);
	}
}

const struct capture_task *capture_tasks(const struct source *source, size_t *count)
{
	const struct reader *reader = reader_of(source);

	*count = reader->tasks.count;
	return reader->tasks.list;
}

bool capture_reads(const struct source *source, const struct stat *file)
{
	return input_reads(reader_of(source)->input, file);
}

void capture_progress(const struct source *source, uint64_t *read, uint64_t *total)
{
	const struct reader *reader = reader_of(source);

	*read = input_position(reader->input);
	*total = input_total(reader->input);
}

bool capture_is_cut(const struct source *source, char *what, size_t size)
{
	const struct reader *reader = reader_of(source);
	const char *cut = reader->cut;

	if (cut[0] == '\0' && input_has_changed(reader->input))
		cut = "it was changed while it was read";
	snprintf(what, size, "%s", cut);
	return cut[0] != '\0';
}

uint64_t capture_follower(const struct source *source)
{
	return reader_of(source)->follower;
}

_Static_assert(ROUNDS_BLOCKS == CAPTURE_KEPT_MIB * (1024U * 1024U / BLOCK_SIZE), "the same");

uint64_t capture_hurried(const struct source *source)
{
	return rounds_relieved(reader_of(source)->rounds);
}

bool capture_is_unfinished(const struct source *source)
{
	return reader_of(source)->unfinished;
}

uint64_t capture_malformed(const struct source *source)
{
	return reader_of(source)->malformed;
}
