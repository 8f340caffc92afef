/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes packets of a Perfetto trace, a stream of TracePackets. Messages and numbers of fields are
 * those of protos/perfetto/trace in https://github.com/google/perfetto: trace.proto,
 * trace_packet.proto, clock_snapshot.proto, interned_data/interned_data.proto, and of track_event/
 * track_descriptor.proto, track_event.proto and debug_annotation.proto.
 */
#ifndef PXT_SINK_PERFETTO_PACKETS_H
#define PXT_SINK_PERFETTO_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/string_list.h"
#include "base/text.h"
#include "sink/out_buffer.h"
#include "sink/perfetto/proto.h"
#include "sink/text/escape.h"

/* Categories of events, as SQL finds them. */
enum category {
	CATEGORY_NONE,
	CATEGORY_PROCESS,
	CATEGORY_THREAD,
	CATEGORY_EXEC,
	CATEGORY_RUNNING,
	CATEGORY_FORK,
	CATEGORY_LOSS,
	CATEGORIES
};

/* Names of events that are not those of programs; names of programs are counted from there. */
enum event_name {
	NAME_NONE,
	NAME_FORK,
	NAME_VFORK,
	NAME_LOST,
	NAME_LIMIT,
	NAME_OTHER, /* a program whose name is not kept */
	NAME_COUNT
};

/* Names of the arguments of an event. */
enum annotation {
	ANNOTATION_NONE,
	ANNOTATION_PID,
	ANNOTATION_PPID,
	ANNOTATION_TID,
	ANNOTATION_CHILD_PID,
	ANNOTATION_START,
	ANNOTATION_END,
	ANNOTATION_FILENAME,
	ANNOTATION_COMMAND,
	ANNOTATION_ENV,
	ANNOTATION_CWD,
	ANNOTATION_EXE,
	ANNOTATION_SESSION,
	ANNOTATION_TTY,
	ANNOTATION_LOGINUID,
	ANNOTATION_UID,
	ANNOTATION_EUID,
	ANNOTATION_CGROUP,
	ANNOTATION_UNIT,
	ANNOTATION_CONTAINER,
	ANNOTATION_EXIT_CODE,
	ANNOTATION_SIGNAL,
	ANNOTATION_SIGNAL_NAME,
	ANNOTATION_SENT_BY,
	ANNOTATION_KILLED_BY_PID,
	ANNOTATION_KILLED_BY_COMM,
	ANNOTATION_CORE,
	ANNOTATION_OOM,
	ANNOTATION_AFTER_SIGNAL,
	ANNOTATION_FAILED_EXEC,
	ANNOTATION_THREADS,
	ANNOTATION_USER,
	ANNOTATION_SYSTEM,
	ANNOTATION_PEAK,
	ANNOTATION_READ,
	ANNOTATION_WRITTEN,
	ANNOTATION_CPU,
	ANNOTATION_COUNT,
	ANNOTATION_LIMIT,
	ANNOTATIONS
};

/* TrackEvent.Type. */
enum track_event_type {
	TYPE_SLICE_BEGIN = 1,
	TYPE_SLICE_END = 2,
	TYPE_INSTANT = 3,
	TYPE_COUNTER = 4,
};

struct track_event {
	enum track_event_type type;
	uint64_t time_ns;
	uint64_t track; /* TrackDescriptor.uuid */
	enum category category;
	uint32_t name;    /* enum event_name, or of packets_put_name(); NAME_NONE: `text` */
	struct text text; /* any bytes; NULL: none */
	uint64_t flow;    /* that begins or ends here; 0: none */
	uint64_t value;   /* TYPE_COUNTER */
};

/* Bytes that annotations take at most: all of the enum, beside their texts. */
#define ANNOTATION_ROOM (ANNOTATIONS * 3 * PROTO_ROOM)

/* Bytes that texts of LENGTH bytes in all take at most; those of a list have a NUL each. */
#define ANNOTATION_TEXT_ROOM(length) (ESCAPE_GROWTH * (length))
#define ANNOTATION_LIST_ROOM(length) ((ESCAPE_GROWTH + 2 * PROTO_ROOM) * ((length) + 1))

/* A packet that is being written. */
struct packet {
	struct out_buffer *output;
	char *content, *event, *out;
};

/* Each of these writes one packet, and returns 0 or a negative errno. */

/* The first one: what later ones refer to by number. */
int packets_put_head(struct out_buffer *output) MUST_CHECK;

/* Writes the text that the id `name` of later events stands for. */
int packets_put_name(struct out_buffer *output, uint32_t name, struct text text) MUST_CHECK;

/* A track of slices; those of the same NAME are one for the user, in as few rows as it takes. */
int packets_put_track(struct out_buffer *output, uint64_t track, const char *name) MUST_CHECK;

/* A track of a counter. */
int packets_put_counter(struct out_buffer *output, uint64_t track, const char *name) MUST_CHECK;

/* At TIME_NS of the events' clock the wall clock was WALL_NS. */
int packets_put_clocks(struct out_buffer *output, uint64_t time_ns, uint64_t wall_ns) MUST_CHECK;

/* An event without annotations. */
int packets_put_event(struct out_buffer *output, const struct track_event *event) MUST_CHECK;

/*
 * Begin an event with annotations that take ROOM bytes at most. packet_end() ends it. Returns 0 or
 * a negative errno.
 */
int packet_begin(struct packet *packet, struct out_buffer *output, const struct track_event *event,
		 size_t room) MUST_CHECK;
void packet_end(struct packet *packet);

/* Add an annotation. */
void annotate_number(struct packet *packet, enum annotation annotation, int64_t number);
void annotate_flag(struct packet *packet, enum annotation annotation, bool flag);

/* TEXT may be any bytes, and is escaped as in all formats; NULL: nothing is added. */
void annotate_text(struct packet *packet, enum annotation annotation, struct text text);

/* The same of each one of TEXTS. */
void annotate_list(struct packet *packet, enum annotation annotation, struct string_list texts);

/* WORDS, with a NUL behind each, quoted for a shell: quote_words(). */
void annotate_words(struct packet *packet, enum annotation annotation, struct text words,
		    bool complete);

#endif
