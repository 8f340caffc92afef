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

static struct value text_value(struct text text)
{
	return text.bytes ? (struct value){.kind = VALUE_TEXT, .text = text} : unknown;
}

static struct value strings_value(enum value_kind kind, struct string_list strings)
{
	return (struct value){.kind = kind, .strings = strings};
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
	enum properties_of which;
	const struct event *event;
	const struct facts *facts;
	const struct sink_context *context;
};

static void count_text(struct properties *properties, struct text text)
{
	properties->text_count++;
	properties->text_bytes += text.length;
}

/* Each string has one byte at least, whatever `count` says. */
static void count_strings(struct properties *properties, const struct string_list *strings)
{
	size_t length = strings->bytes.length;

	properties->text_count += strings->count < length ? strings->count : length;
	properties->text_bytes += length;
}

static void count_texts(struct properties *properties, const struct value *value)
{
	switch (value->kind) {
	case VALUE_TEXT:
		count_text(properties, value->text);
		break;
	case VALUE_STRINGS:
	case VALUE_VARIABLES:
	case VALUE_NO_VARIABLES:
		count_strings(properties, &value->strings);
		break;
	case VALUE_ANCESTRY:
		for (size_t i = 0; i < value->ancestry.count; i++)
			count_text(properties, value->ancestry.items[i].comm);
		break;
	case VALUE_TASK:
		count_text(properties, value->task.comm);
		count_text(properties, value->task.thread_comm);
		break;
	case VALUE_HANDLED:
		count_text(properties, value->handled.sender_comm);
		break;
	default:
		break;
	}
}

/* Inlined where NAME is known, so that nobody has to measure it. */
static inline void add(struct list *list, const char *name, struct value value)
{
	struct properties *properties = list->properties;
	struct property *property = &properties->items[properties->count++];

	*property = (struct property){{name, strlen(name)}, value};
	count_texts(properties, &property->value);
}

static inline void add_json(struct list *list, const char *name, struct value value)
{
	if (list->which == PROPERTIES_OF_JSON)
		add(list, name, value);
}

static inline void add_extended(struct list *list, const char *name, struct value value)
{
	if (list->which == PROPERTIES_OF_EXTENDED)
		add(list, name, value);
}

/* ---- what several types have ---- */

static void add_time(struct list *list)
{
	const struct sink_context *context = list->context;
	uint64_t ns = list->event->time_ns;

	add(list, "time_ns", ns != EVENT_NO_TIME ? unsigned_value(ns) : unknown);
	if (context->wall_clock && context->wall_offset_known)
		add(list, "time",
		    ns != EVENT_NO_TIME
			    ? (struct value){.kind = VALUE_TIME,
					     .time = {ns, sink_wall_offset(context, ns)}}
			    : unknown);
}

static void add_task(struct list *list)
{
	const struct facts *facts = list->facts;

	add(list, "cpu", cpu_value(list->event->cpu));
	add(list, "pid", natural_value(facts->tgid));
	add(list, "tid", signed_value(event_task(list->event)));
	add(list, "ppid", natural_value(facts->ppid));
	add_json(list, "comm", text_value(event_comm(list->event)));
	add(list, "from_proc", facts->tgid >= 0 ? bool_value(facts->from_proc) : unknown);
}

static void add_uid(struct list *list)
{
	const struct credentials *credentials = &list->facts->credentials;

	add(list, "uid", credentials->known ? unsigned_value(credentials->uid) : unknown);
}

static void add_argv(struct list *list)
{
	const struct arguments *arguments = &list->facts->arguments;

	add(list, "argv",
	    arguments->source == ARGV_NONE ? unknown
					   : strings_value(VALUE_STRINGS, arguments->known));
	add(list, "argv_complete",
	    bool_value(arguments->source != ARGV_NONE && arguments->complete));
	add(list, "argv_source", word_value(argv_source_name(arguments->source)));
}

static void add_cgroup(struct list *list)
{
	add(list, "cgroup", text_value(list->facts->cgroup));
}

static void add_ancestry(struct list *list)
{
	const struct facts *facts = list->facts;
	struct value value = {
		.kind = VALUE_ANCESTRY,
		.ancestry = {facts->ancestry, facts->ancestor_count, facts->ancestry_complete}};

	if (facts->ancestor_count == 0 && !facts->ancestry_complete)
		value = unknown;
	add(list, "ancestry", value);
	add_json(list, "ancestry_complete", bool_value(facts->ancestry_complete));
}

static void add_ages(struct list *list)
{
	add(list, "age_ns", natural_value(list->facts->age_ns));
	add(list, "since_exec_ns", natural_value(list->facts->since_exec_ns));
}

/* ---- what one type has ---- */

static void add_fork(struct list *list)
{
	const struct event *event = list->event;
	const struct facts *facts = list->facts;

	add_task(list);
	add(list, "child_pid", natural_value(facts->child_tgid));
	add_json(list, "child_tid", signed_value(event->fork.child_tid));
	add_json(list, "child_comm", text_value(event->fork.child_comm));
	add(list, "kind", word_value(fork_kind_name(facts->kind)));
	add(list, "clone_flags",
	    facts->has_clone_flags ? clone_flags_value(facts->clone_flags) : unknown);
	add_uid(list);
	add_cgroup(list);
	add_ancestry(list);
	add(list, "clone_flags_complete",
	    facts->has_clone_flags ? bool_value(facts->clone_flags_complete) : unknown);
}

static void add_environment(struct list *list)
{
	const struct environment *environment = &list->facts->environment;
	bool known = environment->known;

	if (!list->context->environment)
		return;
	add(list, "env", known ? strings_value(VALUE_VARIABLES, environment->entries) : unknown);
	add_json(list, "env_other",
		 known ? strings_value(VALUE_NO_VARIABLES, environment->entries) : unknown);
}

static void add_credentials(struct list *list)
{
	const struct credentials *credentials = &list->facts->credentials;
	bool known = credentials->known;

	add_uid(list);
	add(list, "euid", known ? unsigned_value(credentials->euid) : unknown);
	add(list, "gid", known ? unsigned_value(credentials->gid) : unknown);
	add(list, "egid", known ? unsigned_value(credentials->egid) : unknown);
	add(list, "secure", known ? bool_value(credentials->secure) : unknown);
}

static void add_exec(struct list *list)
{
	const struct event *event = list->event;
	const struct arguments *arguments = &list->facts->arguments;

	add_task(list);
	add_json(list, "filename", text_value(event->exec.filename));
	add(list, "old_pid", event->exec.old_pid > 0 ? signed_value(event->exec.old_pid) : unknown);
	add(list, "argc", natural_value(arguments->argc));
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
	const struct handled_signal *handled = &list->facts->handled;
	bool known = handled->signal != 0, has_sender = known && handled->sender_pid > 0;

	add_json(list, "after_signal",
		 known ? (struct value){.kind = VALUE_HANDLED, .handled = *handled} : unknown);
	add_extended(list, "after_signal", known ? signed_value(handled->signal) : unknown);
	add_extended(list, "after_signal_name",
		     known ? word_value(signal_name(handled->signal)) : unknown);
	add_extended(list, "after_signal_sent_by",
		     known ? word_value(signal_origin_name(handled->sent_by)) : unknown);
	add_extended(list, "after_signal_pid",
		     has_sender ? signed_value(handled->sender_pid) : unknown);
	add_extended(list, "after_signal_comm",
		     has_sender ? text_value(handled->sender_comm) : unknown);
	add_extended(list, "after_signal_ns", known ? signed_value(handled->before_ns) : unknown);
}

static bool was_killed(const struct exit_status *status)
{
	return status->known && status->signal != 0;
}

static void add_killer(struct list *list, const struct exit_status *status)
{
	bool known = was_killed(status) && status->killer_pid > 0;
	struct value killer = {.kind = VALUE_TASK,
			       .task = {status->killer_pid, status->killer_comm, status->killer_tid,
					status->killer_thread_comm}};

	add_json(list, "killed_by", known ? killer : unknown);
	add_extended(list, "killed_by_pid", known ? signed_value(status->killer_pid) : unknown);
	add_extended(list, "killed_by_comm", known ? text_value(status->killer_comm) : unknown);
	add_extended(list, "killed_by_tid",
		     known && status->killer_tid > 0 ? signed_value(status->killer_tid) : unknown);
	add_extended(list, "killed_by_thread_comm",
		     known ? text_value(status->killer_thread_comm) : unknown);
}

static void add_status(struct list *list)
{
	const struct exit_status *status = &list->facts->status;
	bool exited = status->known && status->signal == 0;
	bool killed = was_killed(status);

	add(list, "last", known_value(list->facts->last));
	add(list, "exit_code", exited ? signed_value(status->code) : unknown);
	add(list, "signal", killed ? signed_value(status->signal) : unknown);
	add(list, "signal_name", killed ? word_value(signal_name(status->signal)) : unknown);
	add(list, "core", known_value(status->core));
	add(list, "oom", known_value(status->oom));
	add_killer(list, status);
	add(list, "failed_exec", text_value(list->facts->failed_exec));
}

static void add_exit(struct list *list)
{
	const struct event *event = list->event;
	const struct exit_status *status = &list->facts->status;

	add_task(list);
	add_json(list, "prio", prio_value(event->exit.prio));
	add_status(list);
	add_ages(list);
	add(list, "filename", text_value(list->facts->filename));
	add_argv(list);
	add_uid(list);
	add_cgroup(list);
	add_ancestry(list);
	add(list, "sent_by",
	    was_killed(status) ? word_value(signal_origin_name(status->sent_by)) : unknown);
	add_handled(list);
}

static void add_lost(struct list *list)
{
	add_json(list, "cpu", cpu_value(list->event->cpu));
	add_json(list, "count", unsigned_value(list->event->lost.count));
}

static void add_truncated(struct list *list)
{
	const char *reason = list->event->truncated.reason;

	add_json(list, "reason", text_value((struct text){reason, strlen(reason)}));
	add_json(list, "limit", unsigned_value(list->event->truncated.limit));
}

void properties_collect(struct properties *properties, enum properties_of which,
			const struct event *event, const struct sink_context *context)
{
	static void (*const add_type[EVENT_SHOWN_TYPES])(struct list *) = {
		[EVENT_FORK] = add_fork, [EVENT_EXEC] = add_exec,           [EVENT_EXIT] = add_exit,
		[EVENT_LOST] = add_lost, [EVENT_TRUNCATED] = add_truncated,
	};
	struct list list = {properties, which, event, event_facts(event), context};

	properties->count = properties->text_count = properties->text_bytes = 0;
	add_time(&list);
	add_type[event->type](&list);
}
