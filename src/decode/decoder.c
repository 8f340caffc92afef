/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/perf_event.h"

/*
 * TRACE_SIGNAL_DELIVERED and TRACE_SIGNAL_LOSE_INFO, include/trace/events/signal.h: neither ignored
 * nor merged into another. All that the second loses is what the handler would have been told.
 */
enum { SIGNAL_QUEUED = 0, SIGNAL_QUEUED_BARE = 4 };

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
		struct field group_dead; /* 6.16+; size 0: not there */
	} exit;
	struct {
		struct field common_pid, pid, clone_flags;
	} new_task;
	struct {
		struct field common_pid, sig, code, pid, group, result;
		struct field common_flags; /* size 0: not there */
	} signal_sent;
	struct {
		struct field common_pid, sig, sa_handler, sa_flags;
	} signal_taken;
	struct {
		struct field pid;
	} oom_victim;
	struct {
		struct field common_pid, error_code;
	} exit_group, exit_thread;
	struct {
		bool wanted;
		struct sample_extra_layout layout;
	} extra[TRACEPOINTS_SHOWN];
	const struct registers *registers;
	const struct exit_paths *exit_paths; /* NULL: call chains are not looked at */
	bool wants_facts;
};

/* TRACE_FLAG_HARDIRQ, _SOFTIRQ and _NMI of include/linux/trace_events.h. */
#define FLAGS_OF_INTERRUPTS 0x58

/* SA_RESETHAND of asm-generic/signal.h, which x86, arm64 and s390 share. */
#define FLAG_RESETHAND 0x80000000U

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
#define WANTED_MAX 7
#define WANT_TYPE                                                          \
	{                                                                  \
		"common_type", WANT_NUMBER, offsetof(struct decoder, type) \
	}

static const struct wanted wanted[TRACEPOINT_COUNT][WANTED_MAX] =
	{
		[TRACEPOINT_FORK] =
			{
				WANT_TYPE,
				WANT(fork, parent_pid, WANT_NUMBER),
				WANT(fork, child_pid, WANT_NUMBER),
				WANT(fork, parent_comm, WANT_TEXT),
				WANT(fork, child_comm, WANT_TEXT),
			},
		[TRACEPOINT_EXEC] =
			{
				WANT_TYPE,
				WANT(exec, pid, WANT_NUMBER),
				WANT(exec, old_pid, WANT_NUMBER),
				WANT(exec, filename, WANT_TEXT),
			},
		[TRACEPOINT_EXIT] =
			{
				WANT_TYPE,
				WANT(exit, pid, WANT_NUMBER),
				WANT(exit, prio, WANT_NUMBER),
				WANT(exit, comm, WANT_TEXT),
			},
		[TRACEPOINT_NEW_TASK] =
			{
				WANT_TYPE,
				WANT(new_task, common_pid, WANT_NUMBER),
				WANT(new_task, pid, WANT_NUMBER),
				WANT(new_task, clone_flags, WANT_NUMBER),
			},
		[TRACEPOINT_SIGNAL_SENT] =
			{
				WANT_TYPE,
				WANT(signal_sent, common_pid, WANT_NUMBER),
				WANT(signal_sent, sig, WANT_NUMBER),
				WANT(signal_sent, code, WANT_NUMBER),
				WANT(signal_sent, pid, WANT_NUMBER),
				WANT(signal_sent, group, WANT_NUMBER),
				WANT(signal_sent, result, WANT_NUMBER),
			},
		[TRACEPOINT_SIGNAL_TAKEN] =
			{
				WANT_TYPE,
				WANT(signal_taken, common_pid, WANT_NUMBER),
				WANT(signal_taken, sig, WANT_NUMBER),
				WANT(signal_taken, sa_handler, WANT_NUMBER),
				WANT(signal_taken, sa_flags, WANT_NUMBER),
			},
		[TRACEPOINT_OOM_VICTIM] =
			{
				WANT_TYPE,
				WANT(oom_victim, pid, WANT_NUMBER),
			},
		[TRACEPOINT_EXIT_GROUP] =
			{
				WANT_TYPE,
				WANT(exit_group, common_pid, WANT_NUMBER),
				WANT(exit_group, error_code, WANT_NUMBER),
			},
		[TRACEPOINT_EXIT_THREAD] =
			{
				WANT_TYPE,
				WANT(exit_thread, common_pid, WANT_NUMBER),
				WANT(exit_thread, error_code, WANT_NUMBER),
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

/* A number that not every format has. */
static void resolve_optional(const struct format *format, const char *name, struct field *field)
{
	const struct format_field *found = format ? format_find(format, name) : NULL;

	if (found && found->at.kind == FIELD_NUMBER)
		*field = found->at;
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
	resolve_optional(formats[TRACEPOINT_EXIT], "group_dead", &made->exit.group_dead);
	resolve_optional(formats[TRACEPOINT_SIGNAL_SENT], "common_flags",
			 &made->signal_sent.common_flags);
	*decoder = made;
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	free(decoder);
}

void decoder_set_extra(struct decoder *decoder, enum tracepoint tracepoint,
		       const struct sample_extra_layout *layout, const struct registers *registers)
{
	if (tracepoint >= TRACEPOINTS_SHOWN)
		return;
	decoder->extra[tracepoint].wanted = true;
	decoder->extra[tracepoint].layout = *layout;
	decoder->registers = registers;
}

void decoder_set_exit_paths(struct decoder *decoder, const struct exit_paths *paths)
{
	decoder->exit_paths = paths;
}

void decoder_want_facts(struct decoder *decoder)
{
	decoder->wants_facts = true;
}

/* An int of the kernel's: a pid, a signal, a code. */
static inline int load_int(const struct field *field, const struct record *record, int32_t *number)
{
	int64_t value;
	int code = field_number(field, record->raw, record->raw_size, &value);

	if (code == 0)
		*number = (int32_t)value;
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
	if (load_int(&decoder->fork.parent_pid, record, &event->fork.parent_pid) < 0 ||
	    load_int(&decoder->fork.child_pid, record, &event->fork.child_pid) < 0 ||
	    load_text(&decoder->fork.parent_comm, record, &event->fork.parent_comm) < 0 ||
	    load_text(&decoder->fork.child_comm, record, &event->fork.child_comm) < 0)
		return -EBADMSG;
	return 1;
}

static int decode_exec(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	event->exec.comm = (struct text){0};
	event->exec.stack.bytes = NULL;
	event->exec.image = NULL;
	if (load_int(&decoder->exec.pid, record, &event->exec.pid) < 0 ||
	    load_int(&decoder->exec.old_pid, record, &event->exec.old_pid) < 0 ||
	    load_text(&decoder->exec.filename, record, &event->exec.filename) < 0)
		return -EBADMSG;
	return 1;
}

static int decode_group_dead(const struct decoder *decoder, const struct record *record,
			     struct event *event)
{
	int64_t dead;

	if (decoder->exit.group_dead.size == 0)
		return 1;
	if (field_number(&decoder->exit.group_dead, record->raw, record->raw_size, &dead) < 0)
		return -EBADMSG;
	event->exit.last = dead ? KNOWN_YES : KNOWN_NO;
	return 1;
}

static int decode_exit(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	event->exit.last = KNOWN_NOT;
	event->exit.call.known = false;
	if (load_int(&decoder->exit.pid, record, &event->exit.pid) < 0 ||
	    load_int(&decoder->exit.prio, record, &event->exit.prio) < 0 ||
	    load_text(&decoder->exit.comm, record, &event->exit.comm) < 0)
		return -EBADMSG;
	return decoder->wants_facts ? decode_group_dead(decoder, record, event) : 1;
}

static int decode_new_task(const struct decoder *decoder, const struct record *record,
			   struct event *event)
{
	int64_t flags;

	if (load_int(&decoder->new_task.common_pid, record, &event->current_tid) < 0 ||
	    load_int(&decoder->new_task.pid, record, &event->new_task.pid) < 0 ||
	    field_number(&decoder->new_task.clone_flags, record->raw, record->raw_size, &flags) < 0)
		return -EBADMSG;
	event->type = EVENT_NEW_TASK;
	event->new_task.clone_flags = (uint64_t)flags;
	return 1;
}

static int decode_signal_sent(const struct decoder *decoder, const struct record *record,
			      struct event *event)
{
	int32_t group = 0, result = 0, flags = 0;

	if (load_int(&decoder->signal_sent.common_pid, record, &event->current_tid) < 0 ||
	    load_int(&decoder->signal_sent.sig, record, &event->signal_sent.signal) < 0 ||
	    load_int(&decoder->signal_sent.code, record, &event->signal_sent.code) < 0 ||
	    load_int(&decoder->signal_sent.pid, record, &event->signal_sent.pid) < 0 ||
	    load_int(&decoder->signal_sent.group, record, &group) < 0 ||
	    load_int(&decoder->signal_sent.result, record, &result) < 0 ||
	    (decoder->signal_sent.common_flags.size > 0 &&
	     load_int(&decoder->signal_sent.common_flags, record, &flags) < 0))
		return -EBADMSG;
	event->type = EVENT_SIGNAL_SENT;
	event->signal_sent.is_group = group != 0;
	event->signal_sent.in_interrupt = (flags & FLAGS_OF_INTERRUPTS) != 0;
	return result == SIGNAL_QUEUED || result == SIGNAL_QUEUED_BARE;
}

static int decode_signal_taken(const struct decoder *decoder, const struct record *record,
			       struct event *event)
{
	int64_t handler, flags;

	if (load_int(&decoder->signal_taken.common_pid, record, &event->current_tid) < 0 ||
	    load_int(&decoder->signal_taken.sig, record, &event->signal_taken.signal) < 0 ||
	    field_number(&decoder->signal_taken.sa_handler, record->raw, record->raw_size,
			 &handler) < 0 ||
	    field_number(&decoder->signal_taken.sa_flags, record->raw, record->raw_size, &flags) <
		    0)
		return -EBADMSG;
	event->type = EVENT_SIGNAL_TAKEN;
	/* SIG_DFL, SIG_IGN (1), or a handler. */
	event->signal_taken.is_default = handler == 0;
	event->signal_taken.is_handled = handler != 0 && handler != 1;
	event->signal_taken.is_reset = ((uint64_t)flags & FLAG_RESETHAND) != 0;
	return 1;
}

static int decode_oom_victim(const struct decoder *decoder, const struct record *record,
			     struct event *event)
{
	event->type = EVENT_OOM_VICTIM;
	return load_int(&decoder->oom_victim.pid, record, &event->oom_victim.pid) < 0 ? -EBADMSG
										      : 1;
}

static int decode_exit_call(const struct field *common_pid, const struct field *error_code,
			    bool is_group, const struct record *record, struct event *event)
{
	if (load_int(common_pid, record, &event->current_tid) < 0 ||
	    load_int(error_code, record, &event->exit_call.code) < 0)
		return -EBADMSG;
	event->type = EVENT_EXIT_CALL;
	event->exit_call.is_group = is_group;
	event->exit_call.code &= 0xff;
	return 1;
}

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

/* What the samples of TRACEPOINT carry behind their raw data. */
static int decode_extra(const struct decoder *decoder, unsigned int tracepoint,
			const struct record *record, struct event *event)
{
	const struct sample_extra_layout *layout = &decoder->extra[tracepoint].layout;
	struct sample_extra extra;

	if (sample_extra_parse(layout, record_extra(record), record->extra_size, &extra) < 0)
		return -EBADMSG;
	event->cgroup_id = extra.cgroup_id;
	if (tracepoint == TRACEPOINT_EXEC)
		event->exec.stack = registers_user_stack(decoder->registers, layout, &extra);
	if (tracepoint == TRACEPOINT_EXIT)
		event->exit.call = registers_exit_call(decoder->registers, layout, &extra,
						       path_of(decoder, layout, record));
	return 1;
}

/* One of the tracepoints that lines are made of. */
static int decode_shown(const struct decoder *decoder, unsigned int tracepoint,
			const struct record *record, struct event *event)
{
	int code;

	event->type = (enum event_type)tracepoint;
	if (event->type == EVENT_FORK)
		code = decode_fork(decoder, record, event);
	else if (event->type == EVENT_EXEC)
		code = decode_exec(decoder, record, event);
	else
		code = decode_exit(decoder, record, event);
	if (code > 0 && decoder->extra[tracepoint].wanted)
		code = decode_extra(decoder, tracepoint, record, event);
	return code;
}

static int decode_feeding(const struct decoder *decoder, unsigned int tracepoint,
			  const struct record *record, struct event *event)
{
	switch (tracepoint) {
	case TRACEPOINT_NEW_TASK:
		return decode_new_task(decoder, record, event);
	case TRACEPOINT_SIGNAL_SENT:
		return decode_signal_sent(decoder, record, event);
	case TRACEPOINT_SIGNAL_TAKEN:
		return decode_signal_taken(decoder, record, event);
	case TRACEPOINT_OOM_VICTIM:
		return decode_oom_victim(decoder, record, event);
	case TRACEPOINT_EXIT_GROUP:
		return decode_exit_call(&decoder->exit_group.common_pid,
					&decoder->exit_group.error_code, true, record, event);
	default:
		return decode_exit_call(&decoder->exit_thread.common_pid,
					&decoder->exit_thread.error_code, false, record, event);
	}
}

static int decode_sample(const struct decoder *decoder, const struct record *record,
			 struct event *event)
{
	unsigned int known = decoder->wants_facts ? TRACEPOINT_COUNT : TRACEPOINTS_SHOWN;
	int64_t type;

	if (field_number(&decoder->type, record->raw, record->raw_size, &type) < 0)
		return -EBADMSG;
	for (unsigned int i = 0; i < known; i++) {
		if (decoder->ids[i] != type || type == 0)
			continue;
		return i < TRACEPOINTS_SHOWN ? decode_shown(decoder, i, record, event)
					     : decode_feeding(decoder, i, record, event);
	}
	return 0;
}

/* PERF_RECORD_COMM: u32 pid, u32 tid, char comm[], padded with NUL. */
static int decode_comm(const struct decoder *decoder, const struct record *record,
		       struct event *event)
{
	bool is_exec = (record->misc & PERF_RECORD_MISC_COMM_EXEC) != 0;
	struct {
		int32_t pid, tid;
	} ids;

	if (!is_exec && !decoder->wants_facts)
		return 0;
	if (record->body_size < sizeof(ids))
		return -EBADMSG;
	memcpy(&ids, record->body, sizeof(ids));
	const char *comm = (const char *)record->body + sizeof(ids);
	event->type = EVENT_COMM;
	event->comm.tid = ids.tid;
	event->comm.is_exec = is_exec;
	event->comm.comm = (struct text){comm, strnlen(comm, record->body_size - sizeof(ids))};
	return 1;
}

/* PERF_RECORD_FORK: u32 pid, ppid, tid, ptid; u64 time. Ids are sample ids. */
static int decode_child(const struct record *record, struct event *event)
{
	struct {
		int32_t pid, ppid, tid, ptid;
	} ids;

	if (record->body_size < sizeof(ids))
		return -EBADMSG;
	memcpy(&ids, record->body, sizeof(ids));
	event->type = EVENT_CHILD;
	event->child.pid = ids.pid;
	event->child.tid = ids.tid;
	return 1;
}

/* PERF_RECORD_CGROUP: u64 id, char path[], padded with NUL. */
static int decode_cgroup(const struct record *record, struct event *event)
{
	const char *path = (const char *)record->body + sizeof(uint64_t);

	if (record->body_size < sizeof(uint64_t))
		return -EBADMSG;
	event->type = EVENT_CGROUP;
	event->cgroup.id = load64(record->body, false);
	event->cgroup.path =
		(struct text){path, strnlen(path, record->body_size - sizeof(uint64_t))};
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
	if (!decoder->wants_facts)
		return 0;
	switch (record->type) {
	case PERF_RECORD_FORK:
		return decode_child(record, event);
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
