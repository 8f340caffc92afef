/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compilation database for clangd and the like (docs/compile-commands.md): a JSON array with an
 * entry for each source that the compiler runs of the trace compile, written as they come.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/keyed_hash.h"
#include "base/put.h"
#include "base/utf8.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/compiler_call.h"
#include "sink/key_set.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "sink/text/json_text.h"

/* The names of an entry's members, and what is between them. */
#define ENTRY_ROOM 128U

struct sink_compile_commands {
	struct sink sink;
	struct key_set compilers; /* pids that run a compiler or a wrapper */
	struct key_set entries;   /* hashes of their file and output */
	struct compiler_call call;
	struct buffer program, file, output; /* absolute paths of an entry */
	bool has_begun;
	/* Compiler runs that are left out */
	uint64_t without_arguments, without_directory, not_utf8;
};

/* ---- paths ---- */

static struct text text_of(const struct buffer *buffer)
{
	return (struct text){buffer->bytes, buffer->size};
}

/* Append a part of a path: "." is nothing, ".." takes the last one away. */
static void put_part(struct buffer *path, struct text part)
{
	if (part.length == 0 || (part.length == 1 && part.bytes[0] == '.'))
		return;
	if (part.length == 2 && memcmp(part.bytes, "..", 2) == 0) {
		while (path->size > 0 && path->bytes[--path->size] != '/')
			;
		return;
	}
	buffer_put(path, "/", 1);
	buffer_put(path, part.bytes, part.length);
}

static void put_parts(struct buffer *path, struct text parts)
{
	while (parts.length > 0) {
		const char *slash = memchr(parts.bytes, '/', parts.length);
		size_t length = slash ? (size_t)(slash - parts.bytes) : parts.length;
		size_t used = slash ? length + 1 : length;

		put_part(path, (struct text){parts.bytes, length});
		parts = (struct text){parts.bytes + used, parts.length - used};
	}
}

/* Make PATH, as seen in DIRECTORY, absolute, by its text alone. Returns 0 or -ENOMEM. */
static int make_absolute(struct buffer *absolute, struct text directory, struct text path)
{
	absolute->size = 0;
	absolute->failed = false;
	if (path.length == 0 || path.bytes[0] != '/')
		put_parts(absolute, directory);
	put_parts(absolute, path);
	return absolute->failed ? -ENOMEM : 0;
}

/* ---- entries ---- */

static char *put_member(char *out, const char *name, struct text value)
{
	return json_put_string(put_string(out, name), value);
}

static size_t list_room(const struct texts_list *list)
{
	size_t room = 0;

	for (size_t i = 0; i < list->count; i++)
		room += JSON_TEXT_ROOM(list->texts[i].length);
	return room;
}

static size_t entry_room(const struct sink_compile_commands *commands, struct text directory,
			 struct text source)
{
	return ENTRY_ROOM + list_room(&commands->call.flags) + JSON_TEXT_ROOM(directory.length) +
	       JSON_TEXT_ROOM(commands->program.size) + JSON_TEXT_ROOM(commands->file.size) +
	       JSON_TEXT_ROOM(commands->output.size) + JSON_TEXT_ROOM(source.length) +
	       JSON_TEXT_ROOM(commands->call.output.length);
}

static char *put_arguments(char *out, const struct sink_compile_commands *commands,
			   struct text source)
{
	const struct compiler_call *call = &commands->call;

	out = put_member(out, ",\"arguments\":[", text_of(&commands->program));
	if (call->links)
		out = put_string(out, ",\"-c\"");
	for (size_t i = 0; i < call->flags.count; i++)
		out = put_member(out, ",", call->flags.texts[i]);
	if (call->output.length > 0)
		out = put_member(out, ",\"-o\",", call->output);
	return put_string(put_member(out, ",", source), "]");
}

static int put_entry(struct sink_compile_commands *commands, struct text directory,
		     struct text source)
{
	struct out_buffer *buffer = commands->sink.context.output;
	char *out = out_buffer_reserve(buffer, entry_room(commands, directory, source));

	if (!out)
		return out_buffer_error(buffer);
	out = put_string(out, commands->has_begun ? ",\n" : "[\n");
	out = put_member(out, "{\"directory\":", directory);
	out = put_arguments(out, commands, source);
	out = put_member(out, ",\"file\":", text_of(&commands->file));
	if (commands->output.size > 0)
		out = put_member(out, ",\"output\":", text_of(&commands->output));
	out_buffer_commit(buffer, put_string(out, "}"));
	commands->has_begun = true;
	return 0;
}

/* Returns 1 where the file is new with this output, 0 where it is not, -ENOMEM. */
static int note_entry(struct sink_compile_commands *commands)
{
	const struct buffer *output = &commands->output;
	uint64_t file = keyed_hash(commands->file.bytes, commands->file.size);
	uint64_t hash = output->size > 0 ? keyed_hash(output->bytes, output->size) : 0;

	return key_set_add(&commands->entries, keyed_hash_u64(file) ^ hash);
}

static int show_source(struct sink_compile_commands *commands, struct text directory,
		       struct text source)
{
	int code = make_absolute(&commands->file, directory, source);

	if (code == 0)
		code = note_entry(commands);
	return code > 0 ? put_entry(commands, directory, source) : code;
}

/* ---- compiler runs ---- */

static int show_sources(struct sink_compile_commands *commands, struct text directory)
{
	const struct compiler_call *call = &commands->call;
	int code = 0;

	commands->output.size = 0;
	if (call->output.length > 0)
		code = make_absolute(&commands->output, directory, call->output);
	for (size_t i = 0; code == 0 && i < call->sources.count; i++)
		code = show_source(commands, directory, call->sources.texts[i]);
	return code;
}

/* Behind a wrapper it is the name that the wrapper looks for. */
static int find_program(struct sink_compile_commands *commands, const struct facts *facts)
{
	struct text program = commands->call.wrapped ? commands->call.compiler : facts->filename;

	if (memchr(program.bytes, '/', program.length))
		return make_absolute(&commands->program, facts->at_exec.cwd, program);
	commands->program.size = 0;
	return buffer_append(&commands->program, program.bytes, program.length);
}

static int show_call(struct sink_compile_commands *commands, const struct facts *facts)
{
	if (!facts->at_exec.cwd.bytes) {
		commands->without_directory++;
		return 0;
	}
	if (!utf8_is_valid(facts->arguments.known.bytes) || !utf8_is_valid(facts->at_exec.cwd) ||
	    !utf8_is_valid(facts->filename)) {
		commands->not_utf8++;
		return 0;
	}
	int code = find_program(commands, facts);
	return code == 0 ? show_sources(commands, facts->at_exec.cwd) : code;
}

static int show_run(struct sink_compile_commands *commands, const struct facts *facts)
{
	if (!facts->arguments.complete) {
		commands->without_arguments++;
		return 0;
	}
	int code = compiler_call_parse(&commands->call, facts->arguments.known);
	return code > 0 ? show_call(commands, facts) : code;
}

/* Whether a compiler or wrapper runs this one: as a child, or in its own place. */
static bool is_run_by_compiler(const struct sink_compile_commands *commands,
			       const struct facts *facts)
{
	bool is = key_set_has(&commands->compilers, (uint64_t)facts->tgid);

	for (size_t i = 0; !is && i < facts->ancestor_count; i++)
		is = key_set_has(&commands->compilers, (uint64_t)facts->ancestry[i].pid);
	return is;
}

static int show_exec(struct sink_compile_commands *commands, const struct facts *facts)
{
	if (program_role(facts->filename) == PROGRAM_OTHER) {
		key_set_remove(&commands->compilers, (uint64_t)facts->tgid);
		return 0;
	}
	bool is_first = !is_run_by_compiler(commands, facts);
	int code = key_set_add(&commands->compilers, (uint64_t)facts->tgid);

	return code < 0 || !is_first ? (code < 0 ? code : 0) : show_run(commands, facts);
}

static int compile_commands_event(struct sink *sink, const struct event *event)
{
	struct sink_compile_commands *commands = (struct sink_compile_commands *)sink;
	const struct facts *facts = event_facts(event);

	if (event->type == EVENT_EXEC)
		return show_exec(commands, facts);
	/* A new process by this pid, or none any more. */
	if (event->type == EVENT_FORK && facts->child_tgid == event->fork.child_tid)
		key_set_remove(&commands->compilers, (uint64_t)facts->child_tgid);
	if (event->type == EVENT_EXIT && facts->last == KNOWN_YES)
		key_set_remove(&commands->compilers, (uint64_t)facts->tgid);
	return 0;
}

static int compile_commands_finish(struct sink *sink)
{
	struct sink_compile_commands *commands = (struct sink_compile_commands *)sink;
	char *out = out_buffer_reserve(sink->context.output, 8);

	if (!out)
		return out_buffer_error(sink->context.output);
	out_buffer_commit(sink->context.output,
			  put_string(out, commands->has_begun ? "\n]\n" : "[]\n"));
	return 0;
}

static bool compile_commands_remark(const struct sink *sink, char *text, size_t size)
{
	const struct sink_compile_commands *commands = (const struct sink_compile_commands *)sink;

	snprintf(text, size,
		 "compiler runs left out: the arguments of %" PRIu64 " are not known whole (try: "
		 "--arg-bytes 61440 or --argv-probe), the directory of %" PRIu64 " is not known "
		 "(it was over too soon, or the capture is without --cwd), %" PRIu64
		 " are not UTF-8",
		 commands->without_arguments, commands->without_directory, commands->not_utf8);
	return commands->without_arguments + commands->without_directory + commands->not_utf8 > 0;
}

static void compile_commands_done(struct sink *sink)
{
	struct sink_compile_commands *commands = (struct sink_compile_commands *)sink;

	key_set_done(&commands->compilers);
	key_set_done(&commands->entries);
	compiler_call_done(&commands->call);
	buffer_done(&commands->program);
	buffer_done(&commands->file);
	buffer_done(&commands->output);
}

static const struct sink_ops compile_commands_ops = {
	.event = compile_commands_event,
	.finish = compile_commands_finish,
	.remark = compile_commands_remark,
	.done = compile_commands_done,
};

struct sink *sink_compile_commands_new(const struct sink_context *context)
{
	return sink_new(&compile_commands_ops, context, sizeof(struct sink_compile_commands));
}
