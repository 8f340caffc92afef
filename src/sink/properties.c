/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/properties.h"

#include <string.h>

#include "event/facts.h"
#include "event/signal_names.h"
#include "sink/text/names.h"

/* ---- values ---- */

static const struct value unknown = {.kind = VALUE_UNKNOWN};

static struct value signed_value(int64_t number)
{
	return (struct value){.kind = VALUE_SIGNED, .number = number};
}

static struct value unsigned_value(uint64_t count)
{
	return (struct value){.kind = VALUE_UNSIGNED, .count = count};
}

static struct value cpu_value(uint32_t cpu)
{
	return cpu != EVENT_NO_CPU ? unsigned_value(cpu) : unknown;
}

static struct value prio_value(int32_t prio)
{
	return prio != EVENT_NO_PRIO ? signed_value(prio) : unknown;
}

/* For numbers that are negative only if they are not known: pids, argc, times. */
static struct value natural_value(int64_t number)
{
	return number >= 0 ? signed_value(number) : unknown;
}

static struct value bool_value(bool truth)
{
	return (struct value){.kind = VALUE_BOOL, .truth = truth};
}

static struct value known_value(enum known known)
{
	return known == KNOWN_NOT ? unknown : bool_value(known == KNOWN_YES);
}

static struct value word_value(const char *word)
{
	return word ? (struct value){.kind = VALUE_WORD, .word = word} : unknown;
}

/*
 * The low byte is a signal, not flags; clone3(2) keeps that elsewhere and has CLONE_NEWTIME there,
 * a number that no signal has.
 */
static struct value clone_flags_value(uint64_t flags)
{
	if ((flags & 0xff) != 0x80)
		flags &= ~UINT64_C(0xff);
	return (struct value){.kind = VALUE_CLONE_FLAGS, .clone_flags = flags};
}

/* ---- the list ---- */

struct list {
	struct properties *properties;
	struct property *next; /* of its items */
	enum properties_of which;
	const struct event *event;
	const struct facts *facts;
	const struct sink_context *context;
};

/* NAME, a literal, as a key: PADDING makes it as long as what is copied. */
#define PADDING "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define KEY(name)                                          \
	(struct property_key)                              \
	{                                                  \
		",\"" name "\":" PADDING, sizeof(name) - 1 \
	}

static inline void add(struct list *list, struct property_key key, struct value value)
{
	*list->next++ = (struct property){key, value};
}

static inline void add_json(struct list *list, struct property_key key, struct value value)
{
	if (list->which == PROPERTIES_OF_JSON)
		add(list, key, value);
}

static inline void count_text(struct list *list, struct text text)
{
	list->properties->text_count++;
	list->properties->text_bytes += text.length;
}

static inline void add_text(struct list *list, struct property_key key, struct text text)
{
	count_text(list, text);
	add(list, key, text.bytes ? (struct value){.kind = VALUE_TEXT, .text = text} : unknown);
}

static inline void add_json_text(struct list *list, struct property_key key, struct text text)
{
	if (list->which == PROPERTIES_OF_JSON)
		add_text(list, key, text);
}

/* Each string has one byte at least, whatever `count` says. */
static void add_strings(struct list *list, struct property_key key, enum value_kind kind,
			const struct string_list *strings)
{
	size_t length = strings->bytes.length;

	list->properties->text_count += strings->count < length ? strings->count : length;
	list->properties->text_bytes += length;
	add(list, key, (struct value){.kind = kind, .strings = strings});
}

/* ---- what several types have ---- */

static void add_time(struct list *list)
{
	const struct sink_context *context = list->context;
	uint64_t ns = list->event->time_ns;

	add(list, KEY("time_ns"), ns != EVENT_NO_TIME ? unsigned_value(ns) : unknown);
	if (context->wall_clock && context->wall_offset_known)
		add(list, KEY("time"),
		    ns != EVENT_NO_TIME
			    ? (struct value){.kind = VALUE_TIME,
					     .time = {ns, sink_wall_offset(context, ns)}}
			    : unknown);
}

static void add_task(struct list *list)
{
	const struct facts *facts = list->facts;

	add(list, KEY("cpu"), cpu_value(list->event->cpu));
	add(list, KEY("pid"), natural_value(facts->tgid));
	add(list, KEY("tid"), signed_value(event_task(list->event)));
	add(list, KEY("ppid"), natural_value(facts->ppid));
	add_json_text(list, KEY("comm"), event_comm(list->event));
	add(list, KEY("from_proc"), facts->tgid >= 0 ? bool_value(facts->from_proc) : unknown);
}

static void add_uid(struct list *list)
{
	const struct credentials *credentials = &list->facts->credentials;

	add(list, KEY("uid"), credentials->known ? unsigned_value(credentials->uid) : unknown);
}

static void add_argv(struct list *list)
{
	const struct arguments *arguments = &list->facts->arguments;

	if (arguments->source == ARGV_NONE)
		add(list, KEY("argv"), unknown);
	else
		add_strings(list, KEY("argv"), VALUE_STRINGS, &arguments->known);
	add(list, KEY("argv_complete"),
	    bool_value(arguments->source != ARGV_NONE && arguments->complete));
	add(list, KEY("argv_source"), word_value(argv_source_name(arguments->source)));
}

static void add_cgroup(struct list *list)
{
	add_text(list, KEY("cgroup"), list->facts->cgroup);
}

static void add_ancestry(struct list *list)
{
	static const struct value ancestry = {.kind = VALUE_ANCESTRY};
	const struct facts *facts = list->facts;
	bool known = facts->ancestor_count > 0 || facts->ancestry_complete;

	add(list, KEY("ancestry"), known ? ancestry : unknown);
	add_json(list, KEY("ancestry_complete"), bool_value(facts->ancestry_complete));
}

static void add_ages(struct list *list)
{
	add(list, KEY("age_ns"), natural_value(list->facts->age_ns));
	add(list, KEY("since_exec_ns"), natural_value(list->facts->since_exec_ns));
}

/* ---- what one type has ---- */

static void add_fork(struct list *list)
{
	const struct event *event = list->event;
	const struct facts *facts = list->facts;

	add_task(list);
	add(list, KEY("child_pid"), natural_value(facts->child_tgid));
	add_json(list, KEY("child_tid"), signed_value(event->fork.child_tid));
	add_json_text(list, KEY("child_comm"), event->fork.child_comm);
	add(list, KEY("kind"), word_value(fork_kind_name(facts->kind)));
	add(list, KEY("clone_flags"),
	    facts->has_clone_flags ? clone_flags_value(facts->clone_flags) : unknown);
	add_uid(list);
	add_cgroup(list);
	add_ancestry(list);
	add(list, KEY("clone_flags_complete"),
	    facts->has_clone_flags ? bool_value(facts->clone_flags_complete) : unknown);
}

static void add_environment(struct list *list)
{
	const struct environment *environment = &list->facts->environment;

	if (!list->context->environment)
		return;
	if (!environment->known) {
		add(list, KEY("env"), unknown);
		add_json(list, KEY("env_other"), unknown);
		return;
	}
	add_strings(list, KEY("env"), VALUE_VARIABLES, &environment->entries);
	if (list->which == PROPERTIES_OF_JSON)
		add_strings(list, KEY("env_other"), VALUE_NO_VARIABLES, &environment->entries);
}

static void add_credentials(struct list *list)
{
	const struct credentials *credentials = &list->facts->credentials;
	bool known = credentials->known;

	add_uid(list);
	add(list, KEY("euid"), known ? unsigned_value(credentials->euid) : unknown);
	add(list, KEY("gid"), known ? unsigned_value(credentials->gid) : unknown);
	add(list, KEY("egid"), known ? unsigned_value(credentials->egid) : unknown);
	add(list, KEY("secure"), known ? bool_value(credentials->secure) : unknown);
}

static void add_exec(struct list *list)
{
	const struct event *event = list->event;
	const struct arguments *arguments = &list->facts->arguments;

	add_task(list);
	add_json_text(list, KEY("filename"), event->exec.filename);
	add(list, KEY("old_pid"),
	    event->exec.old_pid > 0 ? signed_value(event->exec.old_pid) : unknown);
	add(list, KEY("argc"), natural_value(arguments->argc));
	add_argv(list);
	add_environment(list);
	add_credentials(list);
	add_cgroup(list);
	add_ancestry(list);
	add_ages(list);
}

/* JSON has one object for all of these. */
static void add_handled(struct list *list)
{
	static const struct text no_text;
	const struct handled_signal *handled = &list->facts->handled;
	bool known = handled->signal != 0, has_sender = known && handled->sender_pid > 0;

	if (list->which == PROPERTIES_OF_JSON) {
		count_text(list, handled->sender_comm);
		add(list, KEY("after_signal"),
		    known ? (struct value){.kind = VALUE_HANDLED, .handled = handled} : unknown);
		return;
	}
	add(list, KEY("after_signal"), known ? signed_value(handled->signal) : unknown);
	add(list, KEY("after_signal_name"),
	    known ? word_value(signal_name(handled->signal)) : unknown);
	add(list, KEY("after_signal_sent_by"),
	    known ? word_value(signal_origin_name(handled->sent_by)) : unknown);
	add(list, KEY("after_signal_pid"),
	    has_sender ? signed_value(handled->sender_pid) : unknown);
	add_text(list, KEY("after_signal_comm"), has_sender ? handled->sender_comm : no_text);
	add(list, KEY("after_signal_ns"), known ? signed_value(handled->before_ns) : unknown);
}

static bool was_killed(const struct exit_status *status)
{
	return status->known && status->signal != 0;
}

/* As above. */
static void add_killer(struct list *list, const struct exit_status *status)
{
	static const struct text no_text;
	bool known = was_killed(status) && status->killer_pid > 0;

	if (list->which == PROPERTIES_OF_JSON) {
		count_text(list, status->killer_comm);
		count_text(list, status->killer_thread_comm);
		add(list, KEY("killed_by"),
		    known ? (struct value){.kind = VALUE_KILLER, .killed = status} : unknown);
		return;
	}
	add(list, KEY("killed_by_pid"), known ? signed_value(status->killer_pid) : unknown);
	add_text(list, KEY("killed_by_comm"), known ? status->killer_comm : no_text);
	add(list, KEY("killed_by_tid"),
	    known && status->killer_tid > 0 ? signed_value(status->killer_tid) : unknown);
	add_text(list, KEY("killed_by_thread_comm"), known ? status->killer_thread_comm : no_text);
}

static void add_status(struct list *list)
{
	const struct exit_status *status = &list->facts->status;
	bool exited = status->known && status->signal == 0;
	bool killed = was_killed(status);

	add(list, KEY("last"), known_value(list->facts->last));
	add(list, KEY("exit_code"), exited ? signed_value(status->code) : unknown);
	add(list, KEY("signal"), killed ? signed_value(status->signal) : unknown);
	add(list, KEY("signal_name"), killed ? word_value(signal_name(status->signal)) : unknown);
	add(list, KEY("core"), known_value(status->core));
	add(list, KEY("oom"), known_value(status->oom));
	add_killer(list, status);
	add_text(list, KEY("failed_exec"), list->facts->failed_exec);
}

static void add_exit(struct list *list)
{
	const struct event *event = list->event;
	const struct exit_status *status = &list->facts->status;

	add_task(list);
	add_json(list, KEY("prio"), prio_value(event->exit.prio));
	add_status(list);
	add_ages(list);
	add_text(list, KEY("filename"), list->facts->filename);
	add_argv(list);
	add_uid(list);
	add_cgroup(list);
	add_ancestry(list);
	add(list, KEY("sent_by"),
	    was_killed(status) ? word_value(signal_origin_name(status->sent_by)) : unknown);
	add_handled(list);
}

static void add_lost(struct list *list)
{
	add_json(list, KEY("cpu"), cpu_value(list->event->cpu));
	add_json(list, KEY("count"), unsigned_value(list->event->lost.count));
}

static void add_truncated(struct list *list)
{
	const char *reason = list->event->truncated.reason;

	add_json_text(list, KEY("reason"), (struct text){reason, strlen(reason)});
	add_json(list, KEY("limit"), unsigned_value(list->event->truncated.limit));
}

void properties_collect(struct properties *properties, enum properties_of which,
			const struct event *event, const struct sink_context *context)
{
	static void (*const add_type[EVENT_SHOWN_TYPES])(struct list *) = {
		[EVENT_FORK] = add_fork, [EVENT_EXEC] = add_exec,           [EVENT_EXIT] = add_exit,
		[EVENT_LOST] = add_lost, [EVENT_TRUNCATED] = add_truncated,
	};
	struct list list = {properties, properties->items,  which,
			    event,      event_facts(event), context};

	properties->text_count = properties->text_bytes = 0;
	add_time(&list);
	add_type[event->type](&list);
	properties->count = (size_t)(list.next - properties->items);
}
