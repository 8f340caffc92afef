/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One description of each type's properties, compiled once for each format: with `format` constant,
 * all that depends on it alone is too.
 */
#include "sink/properties.h"

#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "event/error_names.h"
#include "event/event.h"
#include "event/facts.h"
#include "event/signal_names.h"
#include "event/texts.h"
#include "sink/extended_values.h"
#include "sink/json_values.h"
#include "sink/text/cgroup_owner.h"
#include "sink/text/escape.h"
#include "sink/text/json_environment.h"
#include "sink/text/json_text.h"
#include "sink/text/names.h"
#include "sink/text/wall_time.h"

enum format {
	FORMAT_JSON,
	FORMAT_EXTENDED, /* without what the pipe line shows */
};

/* ---- values ---- */

enum value_kind {
	VALUE_UNKNOWN, /* or does not exist */
	VALUE_PID,
	VALUE_SIGNED,
	VALUE_UNSIGNED,
	VALUE_BOOL,
	VALUE_WORD, /* the tool's own: letters, digits, _ and + */
	VALUE_TEXT,
	VALUE_TIME,
	VALUE_CLONE_FLAGS,
	VALUE_STRINGS,
	VALUE_VARIABLES,    /* environment variables */
	VALUE_NO_VARIABLES, /* entries that no JSON object can hold (docs/json.md, "env_other") */
	VALUE_ANCESTRY,     /* of the event's facts */
	VALUE_KILLER,       /* JSON only */
	VALUE_HANDLED,      /* JSON only */
	VALUE_USAGE,        /* JSON only */
};

struct value {
	enum value_kind kind;
	union {
		int32_t pid;
		int64_t number;
		uint64_t count;
		bool truth;
		const char *word;
		struct text text;
		uint64_t time_ns;
		uint64_t clone_flags; /* without the exit signal */
		const struct string_list *strings;
		const struct exit_status *killed;
		const struct handled_signal *handled;
		const struct usage *usage;
	};
};

static const struct value unknown = {.kind = VALUE_UNKNOWN};

static ALWAYS_INLINE struct value signed_value(int64_t number)
{
	return (struct value){.kind = VALUE_SIGNED, .number = number};
}

static ALWAYS_INLINE struct value tid_value(int32_t tid)
{
	return (struct value){.kind = VALUE_PID, .pid = tid};
}

static ALWAYS_INLINE struct value pid_value(int32_t pid)
{
	return pid >= 0 ? tid_value(pid) : unknown;
}

static ALWAYS_INLINE struct value unsigned_value(uint64_t count)
{
	return (struct value){.kind = VALUE_UNSIGNED, .count = count};
}

static ALWAYS_INLINE struct value cpu_value(uint32_t cpu)
{
	return cpu != EVENT_NO_CPU ? unsigned_value(cpu) : unknown;
}

static ALWAYS_INLINE struct value prio_value(int32_t prio)
{
	return prio != EVENT_NO_PRIO ? signed_value(prio) : unknown;
}

/* For numbers that are negative only if they are not known: argc, times. */
static ALWAYS_INLINE struct value natural_value(int64_t number)
{
	return number >= 0 ? signed_value(number) : unknown;
}

static ALWAYS_INLINE struct value bool_value(bool truth)
{
	return (struct value){.kind = VALUE_BOOL, .truth = truth};
}

static ALWAYS_INLINE struct value known_value(enum known known)
{
	return known == KNOWN_NOT ? unknown : bool_value(known == KNOWN_YES);
}

static ALWAYS_INLINE struct value text_value(struct text text)
{
	return text.bytes ? (struct value){.kind = VALUE_TEXT, .text = text} : unknown;
}

static ALWAYS_INLINE struct value strings_value(enum value_kind kind,
						const struct string_list *strings)
{
	return (struct value){.kind = kind, .strings = strings};
}

static ALWAYS_INLINE struct value word_value(const char *word)
{
	return word ? (struct value){.kind = VALUE_WORD, .word = word} : unknown;
}

/*
 * The low byte is a signal, not flags; clone3(2) keeps that elsewhere and has CLONE_NEWTIME there,
 * a number that no signal has.
 */
static ALWAYS_INLINE struct value clone_flags_value(uint64_t flags)
{
	if ((flags & 0xff) != 0x80)
		flags &= ~UINT64_C(0xff);
	return (struct value){.kind = VALUE_CLONE_FLAGS, .clone_flags = flags};
}

/* ---- a property ---- */

/* Known to nobody but functions that are inlined: it stays in registers. */
struct writer {
	char *out;
	enum format format;
	const struct event *event;
	const struct facts *facts;
	const struct sink_context *context;
	struct property_texts *texts;
};

struct key {
	const char *json, *extended;
	size_t json_length, extended_length;
};

/* NAME, a literal, with the marks of either format. */
#define KEY(name)                                                             \
	(struct key)                                                          \
	{                                                                     \
		",\"" name "\":", "|" name "=", sizeof(",\"" name "\":") - 1, \
			sizeof("|" name "=") - 1                              \
	}

static ALWAYS_INLINE void put_key(struct writer *writer, struct key key)
{
	bool is_json = writer->format == FORMAT_JSON;
	size_t length = is_json ? key.json_length : key.extended_length;

	memcpy(writer->out, is_json ? key.json : key.extended, length);
	writer->out += length;
}

static ALWAYS_INLINE char *put_time(char *out, const struct writer *writer, uint64_t time_ns)
{
	return wall_time_put(out, &writer->texts->second, time_ns,
			     sink_wall_offset(writer->context, time_ns));
}

static ALWAYS_INLINE char *put_json(char *out, const struct writer *writer, struct value value)
{
	switch (value.kind) {
	case VALUE_WORD:
		return json_put_word(out, value.word);
	case VALUE_TEXT:
		return json_put_text(out, value.text);
	case VALUE_TIME:
		return put_char(put_time(put_char(out, '"'), writer, value.time_ns), '"');
	case VALUE_CLONE_FLAGS:
		return json_put_clone_flags(out, &writer->texts->clone_flags, value.clone_flags);
	case VALUE_STRINGS:
		return json_put_strings(out, *value.strings);
	case VALUE_VARIABLES:
		return json_environment_put(out, &writer->texts->environment);
	case VALUE_NO_VARIABLES:
		return json_environment_put_others(out, &writer->texts->environment);
	case VALUE_KILLER:
		return json_put_killer(out, value.killed);
	case VALUE_HANDLED:
		return json_put_handled(out, value.handled);
	case VALUE_USAGE:
		return json_put_usage(out, value.usage);
	default:
		return put_string(out, "null");
	}
}

static ALWAYS_INLINE char *put_extended(char *out, const struct writer *writer, struct value value)
{
	switch (value.kind) {
	case VALUE_WORD:
		return put_string(out, value.word);
	case VALUE_TEXT:
		return extended_put_text(out, value.text);
	case VALUE_TIME:
		return put_time(out, writer, value.time_ns);
	case VALUE_CLONE_FLAGS:
		return clone_flags_put_again(out, &writer->texts->clone_flags, value.clone_flags,
					     ",");
	case VALUE_STRINGS:
	case VALUE_VARIABLES:
		return extended_put_strings(out, *value.strings);
	default:
		return put_char(out, '?');
	}
}

static ALWAYS_INLINE char *put_value(char *out, const struct writer *writer, struct value value)
{
	switch (value.kind) {
	case VALUE_PID:
		return pid_put(out, &writer->texts->pids, value.pid);
	case VALUE_SIGNED:
		return put_signed(out, value.number);
	case VALUE_UNSIGNED:
		return put_unsigned(out, value.count);
	case VALUE_BOOL:
		return value.truth ? put_string(out, "true") : put_string(out, "false");
	case VALUE_ANCESTRY:
		return put_bytes(out, writer->texts->ancestry);
	default:
		return writer->format == FORMAT_JSON ? put_json(out, writer, value)
						     : put_extended(out, writer, value);
	}
}

static ALWAYS_INLINE void put(struct writer *writer, struct key key, struct value value)
{
	put_key(writer, key);
	writer->out = put_value(writer->out, writer, value);
}

/* What the pipe line shows, or the extended format has in other words. */
static ALWAYS_INLINE void put_in_json(struct writer *writer, struct key key, struct value value)
{
	if (writer->format == FORMAT_JSON)
		put(writer, key, value);
}

/* ---- what several types have ---- */

static ALWAYS_INLINE void put_times(struct writer *writer)
{
	const struct sink_context *context = writer->context;
	uint64_t ns = writer->event->time_ns;

	put(writer, KEY("time_ns"), ns != EVENT_NO_TIME ? unsigned_value(ns) : unknown);
	if (context->wall_clock && context->wall_offset_known)
		put(writer, KEY("time"),
		    ns != EVENT_NO_TIME ? (struct value){.kind = VALUE_TIME, .time_ns = ns}
					: unknown);
}

static ALWAYS_INLINE void put_task(struct writer *writer)
{
	const struct facts *facts = writer->facts;

	put(writer, KEY("cpu"), cpu_value(writer->event->cpu));
	put(writer, KEY("pid"), pid_value(facts->tgid));
	put(writer, KEY("tid"), tid_value(event_task(writer->event)));
	put(writer, KEY("ppid"), pid_value(facts->ppid));
	put_in_json(writer, KEY("comm"), text_value(event_comm(writer->event)));
	put(writer, KEY("from_proc"), facts->tgid >= 0 ? bool_value(facts->from_proc) : unknown);
}

static ALWAYS_INLINE void put_uid(struct writer *writer)
{
	const struct credentials *credentials = &writer->facts->credentials;

	put(writer, KEY("uid"), credentials->known ? unsigned_value(credentials->uid) : unknown);
}

static ALWAYS_INLINE void put_argv(struct writer *writer)
{
	const struct arguments *arguments = &writer->facts->arguments;

	if (arguments->source == ARGV_NONE)
		put(writer, KEY("argv"), unknown);
	else
		put(writer, KEY("argv"), strings_value(VALUE_STRINGS, &arguments->known));
	put(writer, KEY("argv_complete"),
	    bool_value(arguments->source != ARGV_NONE && arguments->complete));
	put(writer, KEY("argv_source"), word_value(argv_source_name(arguments->source)));
}

static ALWAYS_INLINE void put_cgroup(struct writer *writer)
{
	const struct text cgroup = writer->facts->cgroup;

	put(writer, KEY("cgroup"), text_value(cgroup));
	if (!writer->context->units)
		return;
	put(writer, KEY("unit"), text_value(cgroup_unit(cgroup)));
	put(writer, KEY("container"), text_value(cgroup_container(cgroup)));
}

static ALWAYS_INLINE void put_ancestry(struct writer *writer)
{
	static const struct value ancestry = {.kind = VALUE_ANCESTRY};
	const struct facts *facts = writer->facts;
	bool known = facts->ancestor_count > 0 || facts->ancestry_complete;

	put(writer, KEY("ancestry"), known ? ancestry : unknown);
	put_in_json(writer, KEY("ancestry_complete"), bool_value(facts->ancestry_complete));
}

static ALWAYS_INLINE void put_ages(struct writer *writer)
{
	put(writer, KEY("age_ns"), natural_value(writer->facts->age_ns));
	put(writer, KEY("since_exec_ns"), natural_value(writer->facts->since_exec_ns));
}

/* ---- what one type has ---- */

static ALWAYS_INLINE void put_fork(struct writer *writer)
{
	const struct event *event = writer->event;
	const struct facts *facts = writer->facts;

	put_task(writer);
	put(writer, KEY("child_pid"), pid_value(facts->child_tgid));
	put_in_json(writer, KEY("child_tid"), tid_value(event->fork.child_tid));
	put_in_json(writer, KEY("child_comm"), text_value(event->fork.child_comm));
	put(writer, KEY("kind"), word_value(fork_kind_name(facts->kind)));
	put(writer, KEY("clone_flags"),
	    facts->has_clone_flags ? clone_flags_value(facts->clone_flags) : unknown);
	put_uid(writer);
	put_cgroup(writer);
	put_ancestry(writer);
	put(writer, KEY("clone_flags_complete"),
	    facts->has_clone_flags ? bool_value(facts->clone_flags_complete) : unknown);
}

static ALWAYS_INLINE void put_environment(struct writer *writer)
{
	const struct environment *environment = &writer->facts->environment;

	if (!writer->context->environment)
		return;
	if (!environment->known) {
		put(writer, KEY("env"), unknown);
		put_in_json(writer, KEY("env_other"), unknown);
		return;
	}
	put(writer, KEY("env"), strings_value(VALUE_VARIABLES, &environment->entries));
	if (writer->format == FORMAT_JSON)
		put(writer, KEY("env_other"),
		    strings_value(VALUE_NO_VARIABLES, &environment->entries));
}

static ALWAYS_INLINE void put_credentials(struct writer *writer)
{
	const struct credentials *credentials = &writer->facts->credentials;
	bool known = credentials->known;

	put_uid(writer);
	put(writer, KEY("euid"), known ? unsigned_value(credentials->euid) : unknown);
	put(writer, KEY("gid"), known ? unsigned_value(credentials->gid) : unknown);
	put(writer, KEY("egid"), known ? unsigned_value(credentials->egid) : unknown);
	put(writer, KEY("secure"), known ? bool_value(credentials->secure) : unknown);
}

static ALWAYS_INLINE void put_session(struct writer *writer)
{
	const struct login_session *session = &writer->facts->at_exec.session;
	const bool logged_in = session->known && session->loginuid != LOGINUID_UNSET;

	put(writer, KEY("session"), session->known ? signed_value(session->sid) : unknown);
	put(writer, KEY("tty"), session->known ? text_value(session->tty) : unknown);
	put(writer, KEY("loginuid"), logged_in ? unsigned_value(session->loginuid) : unknown);
}

static ALWAYS_INLINE void put_at_exec(struct writer *writer)
{
	if (writer->context->cwd)
		put(writer, KEY("cwd"), text_value(writer->facts->at_exec.cwd));
	if (writer->context->exe)
		put(writer, KEY("exe"), text_value(writer->facts->at_exec.exe));
	if (writer->context->session)
		put_session(writer);
}

static ALWAYS_INLINE void put_exec(struct writer *writer)
{
	const struct event *event = writer->event;
	const struct arguments *arguments = &writer->facts->arguments;

	put_task(writer);
	put_in_json(writer, KEY("filename"), text_value(event->exec.filename));
	put(writer, KEY("old_pid"),
	    event->exec.old_pid > 0 ? signed_value(event->exec.old_pid) : unknown);
	put(writer, KEY("argc"), natural_value(arguments->argc));
	put_argv(writer);
	put_environment(writer);
	put_credentials(writer);
	put_cgroup(writer);
	put_ancestry(writer);
	put_ages(writer);
	put_at_exec(writer);
}

/* JSON has one object for all of these. */
static ALWAYS_INLINE void put_handled(struct writer *writer)
{
	static const struct text no_text;
	const struct handled_signal *handled = &writer->facts->handled;
	bool known = handled->signal != 0, has_sender = known && handled->sender_pid > 0;

	if (writer->format == FORMAT_JSON) {
		put(writer, KEY("after_signal"),
		    known ? (struct value){.kind = VALUE_HANDLED, .handled = handled} : unknown);
		return;
	}
	put(writer, KEY("after_signal"), known ? signed_value(handled->signal) : unknown);
	put(writer, KEY("after_signal_name"),
	    known ? word_value(signal_name(handled->signal)) : unknown);
	put(writer, KEY("after_signal_sent_by"),
	    known ? word_value(signal_origin_name(handled->sent_by)) : unknown);
	put(writer, KEY("after_signal_pid"),
	    has_sender ? signed_value(handled->sender_pid) : unknown);
	put(writer, KEY("after_signal_comm"),
	    text_value(has_sender ? handled->sender_comm : no_text));
	put(writer, KEY("after_signal_ns"), known ? signed_value(handled->before_ns) : unknown);
}

static bool was_killed(const struct exit_status *status)
{
	return status->known && status->signal != 0;
}

/* As above. */
static ALWAYS_INLINE void put_killer(struct writer *writer, const struct exit_status *status)
{
	static const struct text no_text;
	bool known = was_killed(status) && status->killer_pid > 0;

	if (writer->format == FORMAT_JSON) {
		put(writer, KEY("killed_by"),
		    known ? (struct value){.kind = VALUE_KILLER, .killed = status} : unknown);
		return;
	}
	put(writer, KEY("killed_by_pid"), known ? signed_value(status->killer_pid) : unknown);
	put(writer, KEY("killed_by_comm"), text_value(known ? status->killer_comm : no_text));
	put(writer, KEY("killed_by_tid"),
	    known && status->killer_tid > 0 ? signed_value(status->killer_tid) : unknown);
	put(writer, KEY("killed_by_thread_comm"),
	    text_value(known ? status->killer_thread_comm : no_text));
}

static ALWAYS_INLINE void put_status(struct writer *writer)
{
	const struct exit_status *status = &writer->facts->status;
	bool exited = status->known && status->signal == 0;
	bool killed = was_killed(status);

	put(writer, KEY("last"), known_value(writer->facts->last));
	put(writer, KEY("exit_code"), exited ? signed_value(status->code) : unknown);
	put(writer, KEY("signal"), killed ? signed_value(status->signal) : unknown);
	put(writer, KEY("signal_name"), killed ? word_value(signal_name(status->signal)) : unknown);
	put(writer, KEY("core"), known_value(status->core));
	put(writer, KEY("oom"), known_value(status->oom));
	put_killer(writer, status);
	put(writer, KEY("failed_exec"), text_value(writer->facts->failed_exec));
}

/* As above, and only with --usage. */
static ALWAYS_INLINE void put_usage(struct writer *writer)
{
	const struct usage *usage = &writer->facts->usage;

	if (!writer->context->usage)
		return;
	if (writer->format == FORMAT_JSON) {
		put(writer, KEY("usage"),
		    usage->user_ns >= 0 ? (struct value){.kind = VALUE_USAGE, .usage = usage}
					: unknown);
		return;
	}
	put(writer, KEY("user_ns"), natural_value(usage->user_ns));
	put(writer, KEY("system_ns"), natural_value(usage->system_ns));
	put(writer, KEY("max_rss_bytes"), natural_value(usage->max_rss_bytes));
	put(writer, KEY("read_bytes"), natural_value(usage->read_bytes));
	put(writer, KEY("written_bytes"), natural_value(usage->written_bytes));
}

static ALWAYS_INLINE void put_exit(struct writer *writer)
{
	const struct event *event = writer->event;
	const struct exit_status *status = &writer->facts->status;

	put_task(writer);
	put_in_json(writer, KEY("prio"), prio_value(event->exit.prio));
	put_status(writer);
	put_ages(writer);
	put(writer, KEY("filename"), text_value(writer->facts->filename));
	put_argv(writer);
	put_uid(writer);
	put_cgroup(writer);
	put_ancestry(writer);
	put(writer, KEY("sent_by"),
	    was_killed(status) ? word_value(signal_origin_name(status->sent_by)) : unknown);
	put_handled(writer);
	put_usage(writer);
}

/* With these the kernel ends a path of which it tells no more (event/event.h). */
static bool is_whole_path(struct text path)
{
	return path.bytes &&
	       !(path.length >= 3 && memcmp(path.bytes + path.length - 3, "...", 3) == 0);
}

static ALWAYS_INLINE void put_exec_failed(struct writer *writer)
{
	const struct event *event = writer->event;

	put_task(writer);
	put_in_json(writer, KEY("path"), text_value(event->exec_failed.path));
	put(writer, KEY("path_complete"), bool_value(is_whole_path(event->exec_failed.path)));
	put(writer, KEY("errno"), signed_value(event->exec_failed.error));
	put(writer, KEY("errno_name"), word_value(error_name(event->exec_failed.error)));
	put_uid(writer);
	put_cgroup(writer);
	put_ancestry(writer);
	put_ages(writer);
}

static ALWAYS_INLINE void put_lost(struct writer *writer)
{
	put_in_json(writer, KEY("cpu"), cpu_value(writer->event->cpu));
	put_in_json(writer, KEY("count"), unsigned_value(writer->event->lost.count));
}

static ALWAYS_INLINE void put_truncated(struct writer *writer)
{
	const char *reason = writer->event->truncated.reason;

	put_in_json(writer, KEY("reason"), text_value((struct text){reason, strlen(reason)}));
	put_in_json(writer, KEY("limit"), unsigned_value(writer->event->truncated.limit));
}

/* ---- all of them ---- */

/* JSON needs more than the extended format. */

/* About so many has an EXIT, with one text in four. */
#define PROPERTIES_MAX 48U
#define PROPERTY_ROOM (64U + JSON_TEXT_ROOM(0) / 4)

/* Members' names of objects in JSON. */
#define OBJECTS_ROOM 384U

/* COUNT may be more than there are: each has one byte at least. */
static size_t strings_room(const struct string_list *strings)
{
	size_t length = strings->bytes.length, count = strings->count;

	return JSON_TEXT_ROOM(length) + JSON_TEXT_ROOM(0) * (count < length ? count : length);
}

static size_t fact_text_bytes(const struct facts *facts)
{
	const struct at_exec *at_exec = &facts->at_exec;

	return facts->filename.length + at_exec->cwd.length + at_exec->exe.length +
	       at_exec->session.tty.length + facts->cgroup.length + facts->failed_exec.length +
	       facts->handled.sender_comm.length + facts->status.killer_comm.length +
	       facts->status.killer_thread_comm.length;
}

size_t properties_room(const struct event *event, const struct sink_context *context)
{
	const struct facts *facts = event_facts(event);
	size_t room = PROPERTIES_MAX * PROPERTY_ROOM + OBJECTS_ROOM + CLONE_FLAGS_ROOM;

	room += JSON_TEXT_ROOM(event_text_bytes(event) + fact_text_bytes(facts));
	room += strings_room(&facts->arguments.known);
	if (context->units)
		room += JSON_TEXT_ROOM(2 * facts->cgroup.length);
	return context->environment ? room + 2 * strings_room(&facts->environment.entries) : room;
}

static ALWAYS_INLINE char *put_properties(char *out, enum format format,
					  struct property_texts *texts, const struct event *event,
					  const struct sink_context *context)
{
	struct writer writer = {out, format, event, event_facts(event), context, texts};

	put_times(&writer);
	switch (event->type) {
	case EVENT_FORK:
		put_fork(&writer);
		break;
	case EVENT_EXEC:
		put_exec(&writer);
		break;
	case EVENT_EXIT:
		put_exit(&writer);
		break;
	case EVENT_EXEC_FAILED:
		put_exec_failed(&writer);
		break;
	case EVENT_LOST:
		put_lost(&writer);
		break;
	default:
		put_truncated(&writer);
	}
	return writer.out;
}

char *properties_put_json(char *out, struct property_texts *texts, const struct event *event,
			  const struct sink_context *context)
{
	return put_properties(out, FORMAT_JSON, texts, event, context);
}

char *properties_put_extended(char *out, struct property_texts *texts, const struct event *event,
			      const struct sink_context *context)
{
	return put_properties(out, FORMAT_EXTENDED, texts, event, context);
}
