/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exit_notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/note.h"

/* A digit, a blank, 16 digits, a NUL. */
#define MARK_SIZE 19
#define MARKS_MAX (EXIT_PATHS * EXIT_PATH_ADDRESSES)

int exit_notes_write(struct capture_writer *writer, const struct exit_paths *paths)
{
	char marks[MARKS_MAX][MARK_SIZE];
	uint32_t count = 0;

	for (unsigned int path = 0; path < EXIT_PATHS; path++) {
		for (size_t i = 0; i < paths->marks[path].count; i++)
			snprintf(marks[count++], MARK_SIZE, "%u %016" PRIx64, path,
				 paths->marks[path].addresses[i]);
	}
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_EXIT_PATHS,
		.time_ns = CAPTURE_NOTE_FIRST_NS,
		.count = count,
		.size = count * MARK_SIZE,
		.bytes = marks,
	};

	return capture_writer_append_note(writer, &note);
}

/* Take one address from the MARK_SIZE bytes at TEXT. */
static bool take_mark(const char *text, struct exit_paths *paths)
{
	unsigned int path = (unsigned int)(text[0] - '0');
	char *end;

	if (path >= EXIT_PATHS || text[1] != ' ' ||
	    memchr(text, '\0', MARK_SIZE) != text + MARK_SIZE - 1)
		return false;
	struct exit_path_marks *marks = &paths->marks[path];
	uint64_t address = strtoull(text + 2, &end, 16);
	if (*end != '\0' || marks->count == EXIT_PATH_ADDRESSES)
		return false;
	marks->addresses[marks->count++] = address;
	return true;
}

void exit_notes_take(const struct event *note, struct exit_paths *paths)
{
	const char *text = note->note.body;
	struct exit_paths taken = {.known = true};

	if (note->note.kind != CAPTURE_NOTE_EXIT_PATHS ||
	    note->note.size != (uint64_t)note->note.count * MARK_SIZE)
		return;
	for (uint32_t i = 0; i < note->note.count; i++) {
		if (!take_mark(text + i * MARK_SIZE, &taken))
			return;
	}
	*paths = taken;
}
