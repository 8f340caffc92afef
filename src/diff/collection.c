/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/collection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/string_list.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/text/phrases.h"

/* A process that runs a command. */
struct collected_run {
	int32_t pid; /* the key */
	struct ran_command *command;
	uint64_t start_ns;
	UT_hash_handle hh;
};

struct collector {
	struct sink sink;
	struct collection *into;
};

/* ---- runs ---- */

static struct collected_run *find_run(const struct collection *collection, int32_t pid)
{
	struct collected_run *run;

	HASH_FIND_INT(collection->by_pid, &pid, run);
	return run;
}

static void forget_run(struct collection *collection, struct collected_run *run)
{
	HASH_DEL(collection->by_pid, run);
	free(run);
}

/* RUN is over: its process ended, or runs another command. */
static void add_up(const struct collected_run *run, uint64_t time_ns)
{
	if (run->start_ns != EVENT_NO_TIME && time_ns >= run->start_ns)
		spent_add(&run->command->wall, time_ns - run->start_ns);
}

static struct collected_run *add_run(struct collection *collection, int32_t pid)
{
	struct collected_run *run = malloc(sizeof(*run));

	if (!run)
		return NULL;
	run->pid = pid;
	HASH_ADD_INT(collection->by_pid, pid, run);
	if (!run->hh.tbl) {
		free(run);
		return NULL;
	}
	return run;
}

static int start_run(struct collection *collection, int32_t pid, uint64_t time_ns,
		     struct ran_command *command)
{
	struct collected_run *run = find_run(collection, pid);

	if (run)
		add_up(run, time_ns);
	else
		run = add_run(collection, pid);
	if (!run)
		return -ENOMEM;
	run->command = command;
	run->start_ns = time_ns;
	command_began(&collection->commands, command);
	return 0;
}

/* ---- directories ---- */

/* The value of PWD, which the shell keeps, and where links led to the directory has them. */
static struct text shell_directory(const struct environment *environment)
{
	static const char name[] = "PWD=";
	struct string_list left = environment->entries;
	struct text entry;

	while (string_list_next(&left, &entry)) {
		if (entry.length > strlen(name) && memcmp(entry.bytes, name, strlen(name)) == 0)
			return (struct text){entry.bytes + strlen(name),
					     entry.length - strlen(name)};
	}
	return (struct text){0};
}

static struct text text_of(const struct buffer *buffer)
{
	return (struct text){buffer->bytes, buffer->size};
}

static struct text normalised(const struct normaliser *normaliser, struct text text,
			      enum normalised what, struct buffer *out)
{
	out->size = 0;
	normalise(normaliser, text, what, out);
	return text_of(out);
}

/* What was normalised before the directory was known. */
struct late_directory {
	struct normaliser normaliser; /* knows it as it was normalised */
	struct collection *collection;
};

static int rewrite_late(void *context, const struct ran_command *command, struct command_line *out)
{
	const struct late_directory *late = context;
	struct collection *of = late->collection;
	const struct command_line *line = &command->line;

	*out = (struct command_line){
		.program = normalised(&late->normaliser, line->program, NORMALISED_DIRECTORIES,
				      &of->program),
		.argv = normalised(&late->normaliser, line->argv, NORMALISED_DIRECTORIES,
				   &of->argv),
		.numbered = normalised(&late->normaliser, line->numbered, NORMALISED_DIRECTORIES,
				       &of->numbered),
		.complete = line->complete,
	};
	return of->program.failed || of->argv.failed || of->numbered.failed ? -ENOMEM : 0;
}

/* Find LATE in the commands that there are. */
static int apply_late(struct collection *collection, struct late_directory *late)
{
	struct commands before;
	int code = commands_rewrite(&collection->commands, rewrite_late, late, &before);

	for (struct collected_run *run = collection->by_pid; run; run = run->hh.next)
		run->command = run->command->twin;
	commands_done(&before);
	return code;
}

/* DIRECTORY is known from now on. */
static int add_directory(struct collection *collection, struct text directory)
{
	struct late_directory late = {.collection = collection};
	const struct text as_it_was = normalised(&collection->normaliser, directory, NORMALISED_ALL,
						 &collection->program);
	int code = collection->program.failed
			   ? -ENOMEM
			   : normaliser_add_directory(&late.normaliser, as_it_was);

	if (code == 0 && late.normaliser.directory_count > 0 && collection->commands.by_key)
		code = apply_late(collection, &late);
	normaliser_done(&late.normaliser);
	return code == 0 ? normaliser_add_directory(&collection->normaliser, directory) : code;
}

/* The first exec that tells: that of COMMAND, where one was recorded. */
static int learn_directory(struct collection *collection, const struct facts *facts)
{
	if (collection->directory_given || collection->normaliser.directory_count > 0)
		return 0;
	int code = add_directory(collection, facts->at_exec.cwd);
	if (code == 0)
		code = add_directory(collection, shell_directory(&facts->environment));
	return code;
}

/* ---- command lines ---- */

static void put_words(const struct collection *collection, const struct arguments *arguments,
		      enum normalised what, struct buffer *out)
{
	struct string_list left = arguments->known;
	struct text word;

	out->size = 0;
	while (string_list_next(&left, &word)) {
		normalise(&collection->normaliser, word, what, out);
		buffer_put(out, "", 1);
	}
}

static struct ran_command *command_of(struct collection *collection, const struct event *event)
{
	const struct arguments *arguments = &event_facts(event)->arguments;
	const struct text file =
		event->exec.filename.length > 0 ? event->exec.filename : event->exec.comm;

	normalised(&collection->normaliser, file, NORMALISED_ALL, &collection->program);
	put_words(collection, arguments, NORMALISED_ALL, &collection->argv);
	put_words(collection, arguments, NORMALISED_BUT_PIDS, &collection->numbered);
	if (collection->program.failed || collection->argv.failed || collection->numbered.failed)
		return NULL;
	const struct command_line line = {
		.program = text_of(&collection->program),
		.argv = text_of(&collection->argv),
		.numbered = text_of(&collection->numbered),
		.complete = arguments->complete,
	};
	return commands_get(&collection->commands, &line);
}

/* ---- events ---- */

static int note_task(struct collection *collection, int32_t pid)
{
	int code = pid_set_add(&collection->alive, pid);

	return code == 0 ? pid_set_add(&collection->seen, pid) : code;
}

/* Whoever is older than the trace is not seen to be forked. */
static int note_older(struct collection *collection, const struct facts *facts)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < facts->ancestor_count; i++) {
		if (facts->ancestry[i].from_proc)
			code = note_task(collection, facts->ancestry[i].pid);
	}
	return code;
}

static int take_exec(struct collection *collection, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	int code = learn_directory(collection, facts);

	if (code == 0)
		code = note_task(collection, event->exec.pid);
	if (code == 0)
		code = note_older(collection, facts);
	struct ran_command *command = code == 0 ? command_of(collection, event) : NULL;
	return command ? start_run(collection, event->exec.pid, event->time_ns, command) : -ENOMEM;
}

static int take_exit(struct collection *collection, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	struct collected_run *run = find_run(collection, phrase_pid(event));
	const int64_t cpu_ns = usage_cpu_ns(&facts->usage);

	pid_set_remove(&collection->alive, event->exit.pid);
	if (facts->last == KNOWN_NO || !run)
		return 0;
	int code = command_ended(run->command, &facts->status);
	add_up(run, event->time_ns);
	if (cpu_ns >= 0)
		spent_add(&run->command->cpu, (uint64_t)cpu_ns);
	forget_run(collection, run);
	return code;
}

static int take_event(struct sink *sink, const struct event *event)
{
	struct collection *collection = ((struct collector *)sink)->into;

	switch (event->type) {
	case EVENT_FORK:
		return note_task(collection, event->fork.child_tid);
	case EVENT_EXEC:
		return take_exec(collection, event);
	case EVENT_EXIT:
		return take_exit(collection, event);
	case EVENT_LOST:
		collection->commands.lost += event->lost.count;
		return 0;
	default:
		return 0;
	}
}

/* ---- the sink ---- */

static const struct sink_ops collector_ops = {.event = take_event};

struct sink *collection_sink_new(struct collection *collection)
{
	static const struct sink_context none;
	struct sink *sink = sink_new(&collector_ops, &none, sizeof(struct collector));

	if (!sink)
		return NULL;
	((struct collector *)sink)->into = collection;
	collection->normaliser.alive = &collection->alive;
	collection->normaliser.seen = &collection->seen;
	return sink;
}

void collection_done(struct collection *collection)
{
	struct collected_run *run, *next;

	HASH_ITER (hh, collection->by_pid, run, next)
		forget_run(collection, run);
	commands_done(&collection->commands);
	normaliser_done(&collection->normaliser);
	pid_set_done(&collection->alive);
	pid_set_done(&collection->seen);
	buffer_done(&collection->program);
	buffer_done(&collection->argv);
	buffer_done(&collection->numbered);
}
