/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/html/columns.h"

#include <errno.h>
#include <string.h>

#include "base/put.h"
#include "sink/text/escape.h"
#include "sink/text/json_text.h"
#include "sink/text/quote.h"

static const char *const column_names[COLUMNS] = {
	[BORN_TIME] = "born_time",
	[BORN_PID] = "born_pid",
	[BORN_PARENT] = "born_parent",
	[BORN_PPID] = "born_ppid",
	[BORN_KIND] = "born_kind",
	[BORN_NAME] = "born_name",
	[BORN_FROM] = "born_from",
	[EXEC_TIME] = "exec_time",
	[EXEC_PROCESS] = "exec_process",
	[EXEC_PROGRAM] = "exec_program",
	[EXEC_FILE] = "exec_file",
	[EXEC_COMMAND] = "exec_command",
	[EXEC_UID] = "exec_uid",
	[EXEC_EUID] = "exec_euid",
	[EXEC_CGROUP] = "exec_cgroup",
	[EXEC_UNIT] = "exec_unit",
	[EXEC_CONTAINER] = "exec_container",
	[EXEC_CWD] = "exec_cwd",
	[EXEC_EXE] = "exec_exe",
	[EXEC_SESSION] = "exec_session",
	[EXEC_TTY] = "exec_tty",
	[EXEC_LOGINUID] = "exec_loginuid",
	[EXIT_TIME] = "exit_time",
	[EXIT_PROCESS] = "exit_process",
	[EXIT_NAME] = "exit_name",
	[EXIT_CODE] = "exit_code",
	[EXIT_SIGNAL] = "exit_signal",
	[EXIT_FLAGS] = "exit_flags",
	[EXIT_THREADS] = "exit_threads",
	[EXIT_FAILED] = "exit_failed",
	[EXIT_AFTER] = "exit_after",
	[EXIT_CGROUP] = "exit_cgroup",
	[EXIT_UNIT] = "exit_unit",
	[EXIT_CONTAINER] = "exit_container",
	[EXIT_USER] = "exit_user",
	[EXIT_SYSTEM] = "exit_system",
	[EXIT_PEAK] = "exit_peak",
	[EXIT_READ] = "exit_read",
	[EXIT_WRITTEN] = "exit_written",
	[LOST_TIME] = "lost_time",
	[LOST_CPU] = "lost_cpu",
	[LOST_COUNT] = "lost_count",
	[WALL_TIME] = "wall_time",
	[WALL_OFFSET] = "wall_offset",
};

void columns_done(struct columns *columns)
{
	for (size_t i = 0; i < COLUMNS; i++)
		buffer_done(&columns->items[i].json);
	buffer_done(&columns->scratch);
}

int columns_error(const struct columns *columns)
{
	return columns->failed ? -ENOMEM : 0;
}

/* ---- values ---- */

/* Returns where SIZE bytes of BUFFER can be written, NULL without memory. */
static char *make_room(struct columns *columns, struct buffer *buffer, size_t size)
{
	columns->failed |= buffer_reserve(buffer, size) < 0;
	return columns->failed ? NULL : buffer->bytes + buffer->size;
}

/* The comma behind each value is taken back from the last one. */
static void keep(struct columns *columns, struct column_state *state, char *end)
{
	size_t size = (size_t)(put_char(end, ',') - state->json.bytes);

	columns->size += size - state->json.size;
	state->json.size = size;
}

void columns_number(struct columns *columns, enum column column, int64_t number)
{
	struct column_state *state = &columns->items[column];
	char *out = make_room(columns, &state->json, NUMBER_ROOM + 1);

	if (!out)
		return;
	/* Any two numbers have a difference modulo 2^64. */
	keep(columns, state,
	     put_signed(out, (int64_t)((uint64_t)number - (uint64_t)state->number)));
	state->number = number;
}

static bool equals_last(const struct column_state *state, const char *text, const char *end)
{
	size_t length = (size_t)(end - text);

	return state->text_end - state->text == length &&
	       memcmp(state->json.bytes + state->text, text, length) == 0;
}

/* Append the text that is in the scratch buffer. */
static void put_scratch(struct columns *columns, enum column column)
{
	struct column_state *state = &columns->items[column];
	const struct text text = {columns->scratch.bytes, columns->scratch.size};
	char *out = make_room(columns, &state->json, JSON_TEXT_ROOM(text.length) + 1);

	if (!out)
		return;
	char *end = json_put_string(out, text);
	if (equals_last(state, out, end)) {
		keep(columns, state, put_char(out, '0'));
		return;
	}
	state->text = state->json.size;
	state->text_end = (size_t)(end - state->json.bytes);
	keep(columns, state, end);
}

/* Make room for SIZE bytes in the emptied scratch buffer. Returns NULL without memory. */
static char *begin_scratch(struct columns *columns, size_t size)
{
	columns->scratch.size = 0;
	return make_room(columns, &columns->scratch, size);
}

static void end_scratch(struct columns *columns, const char *end)
{
	columns->scratch.size = (size_t)(end - columns->scratch.bytes);
}

void columns_text(struct columns *columns, enum column column, const struct text parts[],
		  size_t count)
{
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += ESCAPE_GROWTH * parts[i].length + 1;
	char *begin = begin_scratch(columns, room), *out = begin;
	if (!out)
		return;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].length > 0 && out > begin)
			out = put_char(out, ' ');
		out = escape_text_visibly(out, parts[i]);
	}
	end_scratch(columns, out);
	put_scratch(columns, column);
}

void columns_command(struct columns *columns, enum column column, const struct arguments *arguments)
{
	const struct text words = arguments->known.bytes;
	char *out = begin_scratch(columns, QUOTE_WORDS_ROOM(words.length));

	if (!out)
		return;
	out = quote_words(out, words, arguments->source == ARGV_NONE || arguments->complete);
	end_scratch(columns, out);
	put_scratch(columns, column);
}

/* ---- a block ---- */

/* Forget the rows of STATE, and keep the memory. */
static void empty(struct column_state *state)
{
	const struct buffer json = {.bytes = state->json.bytes, .capacity = state->json.capacity};

	*state = (struct column_state){.json = json};
}

/* Write STATE as the member NAME. Returns 0 or a negative errno. */
static int write_column(struct compressor *out, const char *name, const struct column_state *state)
{
	int code = compressor_put_string(out, "\"");

	if (code == 0)
		code = compressor_put_string(out, name);
	if (code == 0)
		code = compressor_put_string(out, "\":[");
	if (code == 0)
		code = compressor_put(out, state->json.bytes, state->json.size - 1);
	return code < 0 ? code : compressor_put_string(out, "]");
}

int columns_write(struct columns *columns, struct compressor *out)
{
	const char *before = "{";
	int code = columns_error(columns);

	if (columns->size == 0)
		return code;
	for (size_t i = 0; i < COLUMNS && code == 0; i++) {
		if (columns->items[i].json.size == 0)
			continue;
		code = compressor_put_string(out, before);
		before = ",";
		if (code == 0)
			code = write_column(out, column_names[i], &columns->items[i]);
		empty(&columns->items[i]);
	}
	columns->size = 0;
	return code < 0 ? code : compressor_put_string(out, "}\n");
}
