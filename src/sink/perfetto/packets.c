/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/perfetto/packets.h"

#include <string.h>

#include "sink/text/quote.h"

/* Trace */
#define TRACE_PACKET 1

/* TracePacket */
#define PACKET_CLOCK_SNAPSHOT 6
#define PACKET_TIMESTAMP 8
#define PACKET_SEQUENCE_ID 10
#define PACKET_TRACK_EVENT 11
#define PACKET_INTERNED_DATA 12
#define PACKET_SEQUENCE_FLAGS 13
#define PACKET_TRACK_DESCRIPTOR 60
#define PACKET_IS_FIRST 87

/* TracePacket.SequenceFlags */
#define STATE_CLEARED 1
#define NEEDS_STATE 2

/* InternedData, and the message of each name in it */
#define INTERNED_CATEGORIES 1
#define INTERNED_EVENT_NAMES 2
#define INTERNED_ANNOTATION_NAMES 3
#define INTERNED_ID 1
#define INTERNED_NAME 2

/* ClockSnapshot, and Clock in it */
#define SNAPSHOT_CLOCKS 1
#define SNAPSHOT_PRIMARY 2
#define CLOCK_ID 1
#define CLOCK_TIMESTAMP 2

/* BuiltinClock */
#define REALTIME_CLOCK 1
#define MONOTONIC_CLOCK 3

/* TrackDescriptor */
#define TRACK_UUID 1
#define TRACK_NAME 2
#define TRACK_COUNTER 8
#define TRACK_MERGE 15
#define MERGE_BY_NAME 1

/* TrackEvent */
#define EVENT_CATEGORY_ID 3
#define EVENT_ANNOTATIONS 4
#define EVENT_TRACK_TYPE 9
#define EVENT_NAME_ID 10
#define EVENT_TRACK_UUID 11
#define EVENT_NAME_TEXT 23
#define EVENT_COUNTER_VALUE 30
#define EVENT_FLOW_IDS 47

/* DebugAnnotation */
#define ANNOTATION_NAME_ID 1
#define ANNOTATION_BOOL 2
#define ANNOTATION_INT 4
#define ANNOTATION_STRING 6
#define ANNOTATION_ARRAY 12

/* All packets of a trace are one sequence. */
#define SEQUENCE 1

/* Bytes of a packet beside texts and annotations at most. */
#define PACKET_ROOM (16 * PROTO_ROOM)

/* Bytes of one of the names below at most. */
#define NAME_ROOM (3 * PROTO_ROOM + 32)

static const char *const category_names[CATEGORIES] = {
	[CATEGORY_PROCESS] = "process", [CATEGORY_THREAD] = "thread", [CATEGORY_EXEC] = "exec",
	[CATEGORY_RUNNING] = "running", [CATEGORY_FORK] = "fork",     [CATEGORY_LOSS] = "loss",
};

static const char *const event_names[NAME_COUNT] = {
	[NAME_FORK] = "fork",        [NAME_VFORK] = "vfork",   [NAME_LOST] = "lost events",
	[NAME_LIMIT] = "limit (-n)", [NAME_OTHER] = "(other)",
};

/* As JSON and -x call them. */
static const char *const annotation_names[ANNOTATIONS] = {
	[ANNOTATION_PID] = "pid",
	[ANNOTATION_PPID] = "ppid",
	[ANNOTATION_TID] = "tid",
	[ANNOTATION_CHILD_PID] = "child_pid",
	[ANNOTATION_START] = "start",
	[ANNOTATION_END] = "end",
	[ANNOTATION_FILENAME] = "filename",
	[ANNOTATION_COMMAND] = "command",
	[ANNOTATION_ENV] = "env",
	[ANNOTATION_CWD] = "cwd",
	[ANNOTATION_EXE] = "exe",
	[ANNOTATION_SESSION] = "session",
	[ANNOTATION_TTY] = "tty",
	[ANNOTATION_LOGINUID] = "loginuid",
	[ANNOTATION_UID] = "uid",
	[ANNOTATION_EUID] = "euid",
	[ANNOTATION_CGROUP] = "cgroup",
	[ANNOTATION_UNIT] = "unit",
	[ANNOTATION_CONTAINER] = "container",
	[ANNOTATION_EXIT_CODE] = "exit_code",
	[ANNOTATION_SIGNAL] = "signal",
	[ANNOTATION_SIGNAL_NAME] = "signal_name",
	[ANNOTATION_SENT_BY] = "sent_by",
	[ANNOTATION_KILLED_BY_PID] = "killed_by_pid",
	[ANNOTATION_KILLED_BY_COMM] = "killed_by_comm",
	[ANNOTATION_CORE] = "core",
	[ANNOTATION_OOM] = "oom",
	[ANNOTATION_AFTER_SIGNAL] = "after_signal_name",
	[ANNOTATION_FAILED_EXEC] = "failed_exec",
	[ANNOTATION_THREADS] = "threads",
	[ANNOTATION_USER] = "user_ns",
	[ANNOTATION_SYSTEM] = "system_ns",
	[ANNOTATION_PEAK] = "max_rss_bytes",
	[ANNOTATION_READ] = "read_bytes",
	[ANNOTATION_WRITTEN] = "written_bytes",
	[ANNOTATION_CPU] = "cpu",
	[ANNOTATION_COUNT] = "count",
	[ANNOTATION_LIMIT] = "limit",
};

static struct text string_text(const char *string)
{
	return (struct text){string, strlen(string)};
}

/* ---- packets ---- */

/* Begin a packet of ROOM bytes beside what all have. */
static int begin(struct packet *packet, struct out_buffer *output, size_t room, unsigned int flags)
{
	char *out = out_buffer_reserve(output, PACKET_ROOM + room);

	if (!out)
		return out_buffer_error(output);
	packet->output = output;
	packet->content = proto_begin(out, TRACE_PACKET);
	out = proto_put_number(packet->content, PACKET_SEQUENCE_ID, SEQUENCE);
	packet->out = proto_put_number(out, PACKET_SEQUENCE_FLAGS, flags);
	return 0;
}

static int end(struct packet *packet)
{
	out_buffer_commit(packet->output, proto_end(packet->content, packet->out));
	return 0;
}

static char *put_interned(char *out, unsigned int kind, uint64_t number, struct text name)
{
	char *content = proto_begin(out, kind);

	out = proto_put_number(content, INTERNED_ID, number);
	char *text = proto_begin(out, INTERNED_NAME);
	return proto_end(content, proto_end(text, escape_text_visibly(text, name)));
}

/* Number 0 has no name. */
static char *put_all_interned(char *out, unsigned int kind, const char *const names[], size_t count)
{
	for (size_t i = 1; i < count; i++)
		out = put_interned(out, kind, i, string_text(names[i]));
	return out;
}

int packets_put_head(struct out_buffer *output)
{
	struct packet packet;
	int code = begin(&packet, output, (CATEGORIES + NAME_COUNT + ANNOTATIONS) * NAME_ROOM,
			 STATE_CLEARED);

	if (code < 0)
		return code;
	packet.out = proto_put_number(packet.out, PACKET_IS_FIRST, true);
	char *content = proto_begin(packet.out, PACKET_INTERNED_DATA);
	char *out = put_all_interned(content, INTERNED_CATEGORIES, category_names, CATEGORIES);
	out = put_all_interned(out, INTERNED_EVENT_NAMES, event_names, NAME_COUNT);
	out = put_all_interned(out, INTERNED_ANNOTATION_NAMES, annotation_names, ANNOTATIONS);
	packet.out = proto_end(content, out);
	return end(&packet);
}

int packets_put_name(struct out_buffer *output, uint32_t name, struct text text)
{
	struct packet packet;
	int code = begin(&packet, output, ESCAPE_GROWTH * text.length, NEEDS_STATE);

	if (code < 0)
		return code;
	char *content = proto_begin(packet.out, PACKET_INTERNED_DATA);
	packet.out = proto_end(content, put_interned(content, INTERNED_EVENT_NAMES, name, text));
	return end(&packet);
}

/* A counter has an empty description of its unit; slices are merged. */
static int put_track(struct out_buffer *output, uint64_t track, const char *name, bool is_counter)
{
	struct packet packet;
	int code = begin(&packet, output, strlen(name), NEEDS_STATE);

	if (code < 0)
		return code;
	char *content = proto_begin(packet.out, PACKET_TRACK_DESCRIPTOR);
	char *out = proto_put_number(content, TRACK_UUID, track);
	out = proto_put_text(out, TRACK_NAME, string_text(name));
	out = is_counter ? proto_put_text(out, TRACK_COUNTER, string_text(""))
			 : proto_put_number(out, TRACK_MERGE, MERGE_BY_NAME);
	packet.out = proto_end(content, out);
	return end(&packet);
}

int packets_put_track(struct out_buffer *output, uint64_t track, const char *name)
{
	return put_track(output, track, name, false);
}

int packets_put_counter(struct out_buffer *output, uint64_t track, const char *name)
{
	return put_track(output, track, name, true);
}

static char *put_clock(char *out, unsigned int clock, uint64_t time_ns)
{
	char *content = proto_begin(out, SNAPSHOT_CLOCKS);

	out = proto_put_number(content, CLOCK_ID, clock);
	return proto_end(content, proto_put_number(out, CLOCK_TIMESTAMP, time_ns));
}

int packets_put_clocks(struct out_buffer *output, uint64_t time_ns, uint64_t wall_ns)
{
	struct packet packet;
	int code = begin(&packet, output, 0, NEEDS_STATE);

	if (code < 0)
		return code;
	char *content = proto_begin(packet.out, PACKET_CLOCK_SNAPSHOT);
	char *out = put_clock(content, MONOTONIC_CLOCK, time_ns);
	out = put_clock(out, REALTIME_CLOCK, wall_ns);
	packet.out = proto_end(content, proto_put_number(out, SNAPSHOT_PRIMARY, MONOTONIC_CLOCK));
	return end(&packet);
}

/* ---- events ---- */

static char *put_event_name(char *out, const struct track_event *event)
{
	if (event->name != NAME_NONE)
		return proto_put_number(out, EVENT_NAME_ID, event->name);
	if (!event->text.bytes)
		return out;
	char *text = proto_begin(out, EVENT_NAME_TEXT);
	return proto_end(text, escape_text_visibly(text, event->text));
}

static char *put_event_fields(char *out, const struct track_event *event)
{
	out = proto_put_number(out, EVENT_TRACK_TYPE, event->type);
	out = proto_put_number(out, EVENT_TRACK_UUID, event->track);
	if (event->category != CATEGORY_NONE)
		out = proto_put_number(out, EVENT_CATEGORY_ID, event->category);
	out = put_event_name(out, event);
	if (event->flow > 0)
		out = proto_put_fixed64(out, EVENT_FLOW_IDS, event->flow);
	return event->type == TYPE_COUNTER
		       ? proto_put_number(out, EVENT_COUNTER_VALUE, event->value)
		       : out;
}

int packet_begin(struct packet *packet, struct out_buffer *output, const struct track_event *event,
		 size_t room)
{
	int code = begin(packet, output, room + ESCAPE_GROWTH * event->text.length, NEEDS_STATE);

	if (code < 0)
		return code;
	packet->out = proto_put_number(packet->out, PACKET_TIMESTAMP, event->time_ns);
	packet->event = proto_begin(packet->out, PACKET_TRACK_EVENT);
	packet->out = put_event_fields(packet->event, event);
	return 0;
}

void packet_end(struct packet *packet)
{
	packet->out = proto_end(packet->event, packet->out);
	end(packet);
}

int packets_put_event(struct out_buffer *output, const struct track_event *event)
{
	struct packet packet;
	int code = packet_begin(&packet, output, event, 0);

	if (code == 0)
		packet_end(&packet);
	return code;
}

/* ---- annotations ---- */

static void annotate(struct packet *packet, enum annotation annotation, unsigned int field,
		     uint64_t value)
{
	char *content = proto_begin(packet->out, EVENT_ANNOTATIONS);
	char *out = proto_put_number(content, ANNOTATION_NAME_ID, annotation);

	packet->out = proto_end(content, proto_put_number(out, field, value));
}

void annotate_number(struct packet *packet, enum annotation annotation, int64_t number)
{
	annotate(packet, annotation, ANNOTATION_INT, (uint64_t)number);
}

void annotate_flag(struct packet *packet, enum annotation annotation, bool flag)
{
	annotate(packet, annotation, ANNOTATION_BOOL, flag);
}

/* An annotation with a string; its text goes to what this returns. */
static char *begin_string(struct packet *packet, enum annotation annotation, char **content)
{
	*content = proto_begin(packet->out, EVENT_ANNOTATIONS);
	return proto_begin(proto_put_number(*content, ANNOTATION_NAME_ID, annotation),
			   ANNOTATION_STRING);
}

void annotate_text(struct packet *packet, enum annotation annotation, struct text text)
{
	char *content;

	if (!text.bytes)
		return;
	char *string = begin_string(packet, annotation, &content);
	packet->out = proto_end(content, proto_end(string, escape_text_visibly(string, text)));
}

void annotate_list(struct packet *packet, enum annotation annotation, struct string_list texts)
{
	char *content = proto_begin(packet->out, EVENT_ANNOTATIONS);
	char *out = proto_put_number(content, ANNOTATION_NAME_ID, annotation);
	struct text text;

	while (string_list_next(&texts, &text)) {
		char *item = proto_begin(out, ANNOTATION_ARRAY);
		char *string = proto_begin(item, ANNOTATION_STRING);

		out = proto_end(item, proto_end(string, escape_text_visibly(string, text)));
	}
	packet->out = proto_end(content, out);
}

void annotate_words(struct packet *packet, enum annotation annotation, struct text words,
		    bool complete)
{
	char *content, *string = begin_string(packet, annotation, &content);

	packet->out = proto_end(content, proto_end(string, quote_words(string, words, complete)));
}
