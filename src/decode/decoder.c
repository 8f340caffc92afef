/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "decode/exit_paths.h"
#include "decode/field.h"

/* A row of the table of tracepoints, resolved; `id` 0: not traced. */
struct resolved {
	const struct tracepoint_type *type;
	uint16_t id;
	bool has_extra; /* samples carry `layout` behind their raw data */
	struct sample_extra_layout layout;
	struct field fields[TRACEPOINT_FIELDS_MAX];
};

struct decoder {
	struct field type; /* common_type */
	const struct registers *registers;
	const struct exit_paths *exit_paths; /* NULL: call chains are not looked at */
	size_t wanted;                       /* so many of the tracepoints */
	bool wants_births;
	bool wants_facts;
	uint8_t numbers[UINT16_MAX + 1]; /* by id: 1 + the index in `tracepoints`, 0: none */
	size_t count;
	struct resolved tracepoints[];
};

/* ---- resolving ---- */

static int resolve_field(const struct format *format, const struct tracepoint_field *wanted,
			 struct field *field, struct error *err)
{
	const struct format_field *found = format_find(format, wanted->name);

	if (!found && wanted->optional)
		return 0;
	if (!found)
		return error_set(err, -EBADMSG, "the format of %s has no field '%s'", format->name,
				 wanted->name);
	if ((found->at.kind == FIELD_NUMBER) != (wanted->kind == TRACEPOINT_NUMBER))
		return error_set(err, -EBADMSG, "field '%s' of %s is no %s", wanted->name,
				 format->name,
				 wanted->kind == TRACEPOINT_NUMBER ? "number" : "text");
	*field = found->at;
	field_resolve(field);
	return 0;
}

static int resolve(const struct format *format, struct decoder *decoder, struct resolved *resolved,
		   struct error *err)
{
	static const struct tracepoint_field common_type = {"common_type", TRACEPOINT_NUMBER,
							    false};
	const struct tracepoint_field *fields = resolved->type->fields;
	int code = resolve_field(format, &common_type, &decoder->type, err);

	for (size_t i = 0; code == 0 && fields[i].name; i++)
		code = resolve_field(format, &fields[i], &resolved->fields[i], err);
	resolved->id = format->id;
	return code;
}

int decoder_new_of(const struct tracepoint_type *const types[], size_t count,
		   const struct format *const formats[], struct decoder **decoder,
		   struct error *err)
{
	struct decoder *made = calloc(1, sizeof(*made) + count * sizeof(made->tracepoints[0]));
	int code = made ? 0 : error_no_memory(err);

	for (size_t i = 0; code == 0 && i < count; i++) {
		made->tracepoints[i].type = types[i];
		if (formats[i])
			code = resolve(formats[i], made, &made->tracepoints[i], err);
		if (made->numbers[made->tracepoints[i].id] == 0)
			made->numbers[made->tracepoints[i].id] = (uint8_t)(i + 1);
	}
	/* Of those that are not traced. */
	if (made)
		made->numbers[0] = 0;
	if (code < 0) {
		decoder_free(made);
		return code;
	}
	made->count = count;
	made->wanted = TRACEPOINTS_SHOWN;
	*decoder = made;
	return 0;
}

int decoder_new(const struct format *const formats[TRACEPOINT_COUNT], struct decoder **decoder,
		struct error *err)
{
	return decoder_new_of(tracepoint_types, TRACEPOINT_COUNT, formats, decoder, err);
}

void decoder_free(struct decoder *decoder)
{
	free(decoder);
}

void decoder_set_extra(struct decoder *decoder, enum tracepoint tracepoint,
		       const struct sample_extra_layout *layout, const struct registers *registers)
{
	if (!tracepoint_is_shown(tracepoint))
		return;
	decoder->tracepoints[tracepoint].has_extra = true;
	decoder->tracepoints[tracepoint].layout = *layout;
	decoder->registers = registers;
}

void decoder_set_exit_paths(struct decoder *decoder, const struct exit_paths *paths)
{
	decoder->exit_paths = paths;
}

void decoder_want_births(struct decoder *decoder)
{
	decoder->wants_births = true;
	if (decoder->wanted <= TRACEPOINT_NEW_TASK)
		decoder->wanted = TRACEPOINT_NEW_TASK + 1;
}

void decoder_want_facts(struct decoder *decoder)
{
	decoder->wants_facts = decoder->wants_births = true;
	decoder->wanted = decoder->count;
}

/* ---- samples ---- */

static enum exit_path path_of(const struct decoder *decoder,
			      const struct sample_extra_layout *layout, const struct record *record)
{
	const struct exit_chain chain = {
		.addresses = record->body,
		.count = record->body_size / sizeof(uint64_t),
		.swap = layout->swap,
	};

	return decoder->exit_paths ? exit_paths_find(decoder->exit_paths, &chain) : EXIT_PATH_OTHER;
}

/* Decode the fields behind the raw data. */
static int decode_extra(const struct decoder *decoder, const struct sample_extra_layout *layout,
			const struct record *record, struct event *event)
{
	struct sample_extra extra;

	if (sample_extra_parse(layout, record_extra(record), record->extra_size, &extra) < 0)
		return -EBADMSG;
	event->cgroup_id = extra.cgroup_id;
	if (event->type == EVENT_EXEC)
		event->exec.stack = registers_user_stack(decoder->registers, layout, &extra);
	if (event->type == EVENT_EXIT)
		event->exit.call = registers_exit_call(decoder->registers, layout, &extra,
						       path_of(decoder, layout, record));
	return 1;
}

/* 1 with the tracepoint whose sample RECORD is, 0 where it is none that is wanted, -EBADMSG. */
static inline int find_tracepoint(const struct decoder *decoder, const struct record *record,
				  const struct resolved **tracepoint)
{
	int64_t type;

	if (tracepoint_number(&decoder->type, record, &type) < 0)
		return -EBADMSG;
	size_t number = type >= 0 && type <= UINT16_MAX ? decoder->numbers[type] : 0;
	if (number == 0 || number > decoder->wanted)
		return 0;
	*tracepoint = &decoder->tracepoints[number - 1];
	return 1;
}

static int decode_sample(const struct decoder *decoder, const struct record *record,
			 struct event *event)
{
	const struct resolved *tracepoint;
	int code = find_tracepoint(decoder, record, &tracepoint);

	if (code <= 0)
		return code;
	code = tracepoint->type->decode(tracepoint->fields, record, event);
	return code > 0 && tracepoint->has_extra
		       ? decode_extra(decoder, &tracepoint->layout, record, event)
		       : code;
}

/* ---- other records ---- */

/* PERF_RECORD_COMM. */
static int decode_comm(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	bool is_exec = (record->misc & PERF_RECORD_MISC_COMM_EXEC) != 0;
	struct record_comm raw;

	if (!is_exec && !decoder->wants_facts)
		return 0;
	if (record->body_size < sizeof(raw))
		return -EBADMSG;
	memcpy(&raw, record->body, sizeof(raw));
	const char *comm = (const char *)record->body + sizeof(raw);
	event->type = EVENT_COMM;
	event->comm.tid = (int32_t)raw.tid;
	event->comm.is_exec = is_exec;
	event->comm.comm = (struct text){comm, strnlen(comm, record->body_size - sizeof(raw))};
	return 1;
}

/* PERF_RECORD_FORK. */
static int decode_child(const struct record *record, struct event *event)
{
	struct record_fork fork;

	if (record->body_size < RECORD_FORK_IDS)
		return -EBADMSG;
	memcpy(&fork, record->body, RECORD_FORK_IDS);
	event->type = EVENT_CHILD;
	event->child.pid = (int32_t)fork.pid;
	event->child.tid = (int32_t)fork.tid;
	return 1;
}

/* PERF_RECORD_CGROUP. */
static int decode_cgroup(const struct record *record, struct event *event)
{
	const size_t path_at = sizeof(struct record_cgroup);
	const char *path = (const char *)record->body + path_at;

	if (record->body_size < path_at)
		return -EBADMSG;
	event->type = EVENT_CGROUP;
	event->cgroup.id = load64(record->body, false);
	event->cgroup.path = (struct text){path, strnlen(path, record->body_size - path_at)};
	return 1;
}

static int decode_note(const struct record *record, struct event *event)
{
	event->type = EVENT_NOTE;
	event->note.kind = record->misc;
	event->note.count = (uint32_t)record->id;
	event->note.body = record->body;
	event->note.size = record->body_size;
	return 1;
}

/* Records that nothing but facts are made of. */
static int decode_sideband(const struct decoder *decoder, const struct record *record,
			   struct event *event)
{
	if (record->type == PERF_RECORD_FORK)
		return decoder->wants_births ? decode_child(record, event) : 0;
	if (!decoder->wants_facts)
		return 0;
	switch (record->type) {
	case RECORD_CGROUP:
		return decode_cgroup(record, event);
	case RECORD_NOTE:
		return decode_note(record, event);
	default:
		return 0;
	}
}

int decoder_decode(const struct decoder *decoder, const struct record *record, struct event *event)
{
	event->cpu = record->cpu;
	event->time_ns = record->time_ns;
	event->sample_pid = record->pid;
	event->sample_tid = record->tid;
	event->cgroup_id = 0;
	event->facts = NULL;
	event->record = record;
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		return decode_sample(decoder, record, event);
	case PERF_RECORD_COMM:
		return decode_comm(decoder, record, event);
	case PERF_RECORD_LOST:
		event->type = EVENT_LOST;
		event->lost.count = record->lost;
		return 1;
	default:
		return decode_sideband(decoder, record, event);
	}
}

bool decoder_exec_stack(const struct decoder *decoder, const struct record *record,
			struct user_stack *stack)
{
	const struct resolved *exec = &decoder->tracepoints[TRACEPOINT_EXEC];
	struct sample_extra extra;
	int64_t type;

	if (record->type != PERF_RECORD_SAMPLE || !exec->has_extra ||
	    tracepoint_number(&decoder->type, record, &type) < 0 || type != exec->id ||
	    sample_extra_parse(&exec->layout, record_extra(record), record->extra_size, &extra) < 0)
		return false;
	*stack = registers_user_stack(decoder->registers, &exec->layout, &extra);
	return stack->bytes != NULL;
}
