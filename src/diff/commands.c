/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void command_free(struct ran_command *command)
{
	free(command->endings);
	free(command);
}

void commands_done(struct commands *commands)
{
	struct ran_command *command, *next;

	HASH_ITER (hh, commands->by_key, command, next) {
		HASH_DEL(commands->by_key, command);
		command_free(command);
	}
	*commands = (struct commands){0};
}

/* ---- keys ---- */

static size_t key_length(const struct command_line *line)
{
	return line->program.length + 2 + line->argv.length;
}

static char *put(char *out, struct text text)
{
	if (text.length > 0)
		memcpy(out, text.bytes, text.length);
	return out + text.length;
}

/* `line` becomes one of its own. */
static void fill_key(struct ran_command *command)
{
	struct command_line *line = &command->line;
	char *at = put(command->key, line->program);

	line->program.bytes = command->key;
	*at++ = '\0';
	*at++ = line->complete ? 'c' : 'i';
	char *argv = at;
	at = put(at, line->argv);
	line->argv.bytes = argv;
	put(at, line->numbered);
	line->numbered.bytes = line->numbered.length > 0 ? at : argv;
	if (line->numbered.length == 0)
		line->numbered.length = line->argv.length;
	const char *slash = strrchr(command->key, '/');
	command->name = slash && slash[1] ? slash + 1 : command->key;
}

static bool is_equal(struct text a, struct text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* Without a memory of numbers where there are none. */
static struct ran_command *command_new(const struct command_line *line)
{
	size_t numbered = is_equal(line->argv, line->numbered) ? 0 : line->numbered.length;
	struct ran_command *command = malloc(sizeof(*command) + key_length(line) + numbered);

	if (!command)
		return NULL;
	*command = (struct ran_command){.line = *line};
	command->line.numbered.length = numbered;
	fill_key(command);
	return command;
}

struct ran_command *commands_get(struct commands *commands, const struct command_line *line)
{
	struct ran_command *command = command_new(line), *known;

	if (!command)
		return NULL;
	HASH_FIND(hh, commands->by_key, command->key, key_length(line), known);
	if (known) {
		command_free(command);
		return known;
	}
	HASH_ADD_KEYPTR(hh, commands->by_key, command->key, key_length(line), command);
	if (!command->hh.tbl) {
		command_free(command);
		return NULL;
	}
	return command;
}

struct ran_command *commands_find(const struct commands *commands, const struct ran_command *like)
{
	struct ran_command *command;

	HASH_FIND(hh, commands->by_key, like->key, key_length(&like->line), command);
	return command;
}

/* ---- runs ---- */

void command_began(struct commands *commands, struct ran_command *command)
{
	command->runs++;
	commands->runs++;
	commands->with_arguments += command->line.argv.length > 0;
	commands->incomplete += !command->line.complete;
}

static int add_ending(struct ran_command *command, const struct ending *ending)
{
	for (size_t i = 0; i < command->ending_count; i++) {
		struct ending *known = &command->endings[i];

		if (known->code == ending->code && known->signal == ending->signal) {
			known->runs += ending->runs;
			return 0;
		}
	}
	if (ARRAY_GROW(command->endings, command->ending_count, command->ending_capacity) < 0)
		return -ENOMEM;
	command->endings[command->ending_count++] = *ending;
	return 0;
}

int command_ended(struct ran_command *command, const struct exit_status *status)
{
	const struct ending ending = {status->signal ? 0 : status->code, status->signal, 1};

	return status->known ? add_ending(command, &ending) : 0;
}

void spent_add(struct spent *spent, uint64_t ns)
{
	spent->runs++;
	spent->ns += ns;
}

void spent_merge(struct spent *sum, const struct spent *spent)
{
	sum->runs += spent->runs;
	sum->ns += spent->ns;
}

int64_t spent_mean(const struct spent *spent)
{
	return spent->runs > 0 ? (int64_t)(spent->ns / spent->runs) : -1;
}

/* ---- other lines ---- */

static int merge(struct ran_command *into, const struct ran_command *command)
{
	int code = 0;

	into->runs += command->runs;
	spent_merge(&into->wall, &command->wall);
	spent_merge(&into->cpu, &command->cpu);
	for (size_t i = 0; code == 0 && i < command->ending_count; i++)
		code = add_ending(into, &command->endings[i]);
	return code;
}

int commands_rewrite(struct commands *commands, rewrite_line *rewrite, void *context,
		     struct commands *before)
{
	int code = 0;

	*before = *commands;
	commands->by_key = NULL;
	for (struct ran_command *command = before->by_key; code == 0 && command;
	     command = command->hh.next) {
		struct command_line line;

		code = rewrite(context, command, &line);
		if (code < 0)
			break;
		command->twin = commands_get(commands, &line);
		code = command->twin ? merge(command->twin, command) : -ENOMEM;
	}
	return code;
}

static int without_arguments(void *context, const struct ran_command *command,
			     struct command_line *out)
{
	(void)context;
	*out = (struct command_line){.program = command->line.program, .complete = true};
	return 0;
}

int commands_forget_arguments(struct commands *commands)
{
	struct commands before;
	int code = commands_rewrite(commands, without_arguments, NULL, &before);

	commands_done(&before);
	return code;
}
