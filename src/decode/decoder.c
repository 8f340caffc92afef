/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const tracepoint_names[TRACEPOINT_COUNT] = {
	[EVENT_FORK] = "sched_process_fork",
	[EVENT_EXEC] = "sched_process_exec",
	[EVENT_EXIT] = "sched_process_exit",
};

/* The fields that an event is made of, resolved; ids[] is 0 for a tracepoint not traced. */
struct decoder {
	struct field type; /* common_type */
	uint16_t ids[TRACEPOINT_COUNT];
	struct {
		struct field parent_pid, child_pid, parent_comm, child_comm;
	} fork;
	struct {
		struct field pid, old_pid, filename;
	} exec;
	struct {
		struct field pid, prio, comm;
	} exit;
};

enum wanted_kind { WANT_NUMBER, WANT_TEXT };

struct wanted {
	const char *name;
	enum wanted_kind kind;
	size_t offset; /* of its struct field in struct decoder */
};

#define WANT(tracepoint, field, kind)                                    \
	{                                                                \
#field, kind, offsetof(struct decoder, tracepoint.field) \
	}
#define WANTED_MAX 5

static const struct wanted wanted[TRACEPOINT_COUNT][WANTED_MAX] = {
	[EVENT_FORK] =
		{
			{"common_type", WANT_NUMBER, offsetof(struct decoder, type)},
			WANT(fork, parent_pid, WANT_NUMBER),
			WANT(fork, child_pid, WANT_NUMBER),
			WANT(fork, parent_comm, WANT_TEXT),
			WANT(fork, child_comm, WANT_TEXT),
		},
	[EVENT_EXEC] =
		{
			{"common_type", WANT_NUMBER, offsetof(struct decoder, type)},
			WANT(exec, pid, WANT_NUMBER),
			WANT(exec, old_pid, WANT_NUMBER),
			WANT(exec, filename, WANT_TEXT),
		},
	[EVENT_EXIT] =
		{
			{"common_type", WANT_NUMBER, offsetof(struct decoder, type)},
			WANT(exit, pid, WANT_NUMBER),
			WANT(exit, prio, WANT_NUMBER),
			WANT(exit, comm, WANT_TEXT),
		},
};

static int resolve_one(const struct format *format, const struct wanted *want,
		       struct decoder *decoder, struct error *err)
{
	const struct format_field *found = format_find(format, want->name);

	if (!found)
		return error_set(err, -EBADMSG, "the format of %s has no field '%s'", format->name,
				 want->name);
	if ((found->at.kind == FIELD_NUMBER) != (want->kind == WANT_NUMBER))
		return error_set(err, -EBADMSG, "field '%s' of %s is no %s", want->name,
				 format->name, want->kind == WANT_NUMBER ? "number" : "text");
	memcpy((char *)decoder + want->offset, &found->at, sizeof(found->at));
	return 0;
}

static int resolve_all(const struct format *format, const struct wanted *wants,
		       struct decoder *decoder, struct error *err)
{
	for (size_t i = 0; i < WANTED_MAX && wants[i].name; i++) {
		int code = resolve_one(format, &wants[i], decoder, err);

		if (code < 0)
			return code;
	}
	return 0;
}

int decoder_new(const struct format *const formats[TRACEPOINT_COUNT], struct decoder **decoder,
		struct error *err)
{
	struct decoder *made = calloc(1, sizeof(*made));

	if (!made)
		return error_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		int code = formats[i] ? resolve_all(formats[i], wanted[i], made, err) : 0;

		if (code < 0) {
			decoder_free(made);
			return code;
		}
		made->ids[i] = formats[i] ? formats[i]->id : 0;
	}
	*decoder = made;
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	free(decoder);
}

static inline int load_pid(const struct field *field, const struct record *record, int32_t *pid)
{
	int64_t value;
	int code = field_number(field, record->raw, record->raw_size, &value);

	if (code == 0)
		*pid = (int32_t)value;
	return code;
}

static inline int load_text(const struct field *field, const struct record *record,
			    struct text *text)
{
	return field_text(field, record->raw, record->raw_size, text);
}

static int decode_fork(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	if (load_pid(&decoder->fork.parent_pid, record, &event->fork.parent_pid) < 0 ||
	    load_pid(&decoder->fork.child_pid, record, &event->fork.child_pid) < 0 ||
	    load_text(&decoder->fork.parent_comm, record, &event->fork.parent_comm) < 0 ||
	    load_text(&decoder->fork.child_comm, record, &event->fork.child_comm) < 0)
		return -EBADMSG;
	return 1;
}

static int decode_exec(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	event->exec.comm = (struct text){0};
	if (load_pid(&decoder->exec.pid, record, &event->exec.pid) < 0 ||
	    load_pid(&decoder->exec.old_pid, record, &event->exec.old_pid) < 0 ||
	    load_text(&decoder->exec.filename, record, &event->exec.filename) < 0)
		return -EBADMSG;
	return 1;
}

static int decode_exit(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	if (load_pid(&decoder->exit.pid, record, &event->exit.pid) < 0 ||
	    load_pid(&decoder->exit.prio, record, &event->exit.prio) < 0 ||
	    load_text(&decoder->exit.comm, record, &event->exit.comm) < 0)
		return -EBADMSG;
	return 1;
}

static int decode_sample(const struct decoder *decoder, const struct record *record,
			 struct event *event)
{
	int64_t type;

	if (field_number(&decoder->type, record->raw, record->raw_size, &type) < 0)
		return -EBADMSG;
	for (unsigned int i = 0; i < TRACEPOINT_COUNT; i++) {
		if (decoder->ids[i] != type || type == 0)
			continue;
		event->type = (enum event_type)i;
		switch (event->type) {
		case EVENT_FORK:
			return decode_fork(decoder, record, event);
		case EVENT_EXEC:
			return decode_exec(decoder, record, event);
		default:
			return decode_exit(decoder, record, event);
		}
	}
	return 0;
}

/* PERF_RECORD_COMM: u32 pid, u32 tid, char comm[], padded with NUL. */
static int decode_comm(const struct record *record, struct event *event)
{
	struct {
		int32_t pid, tid;
	} ids;

	if (!(record->misc & PERF_RECORD_MISC_COMM_EXEC))
		return 0;
	if (record->body_size < sizeof(ids))
		return -EBADMSG;
	memcpy(&ids, record->body, sizeof(ids));
	const char *comm = (const char *)record->body + sizeof(ids);
	event->type = EVENT_COMM;
	event->comm.tid = ids.tid;
	event->comm.comm = (struct text){comm, strnlen(comm, record->body_size - sizeof(ids))};
	return 1;
}

int decoder_decode(const struct decoder *decoder, const struct record *record, struct event *event)
{
	struct event decoded = {
		.cpu = record->cpu,
		.time_ns = record->time_ns,
		.sample_pid = record->pid,
		.sample_tid = record->tid,
	};
	int code = 0;

	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		code = decode_sample(decoder, record, &decoded);
		break;
	case PERF_RECORD_COMM:
		code = decode_comm(record, &decoded);
		break;
	case PERF_RECORD_LOST:
		decoded.type = EVENT_LOST;
		decoded.lost.count = record->lost;
		code = 1;
		break;
	default:
		break;
	}
	if (code > 0)
		*event = decoded;
	return code;
}
