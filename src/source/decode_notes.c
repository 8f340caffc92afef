/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/decode_notes.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/string_list.h"
#include "base/text.h"
#include "capture/notes/kinds.h"
#include "exec/argv_kept.h"

static bool add_address(struct exit_paths *paths, const struct note_item *item)
{
	if (item->exit_address.path >= EXIT_PATHS)
		return false;
	struct exit_path_marks *marks = &paths->marks[item->exit_address.path];
	if (marks->count == EXIT_PATH_ADDRESSES)
		return false;
	marks->addresses[marks->count++] = item->exit_address.address;
	return true;
}

/* All or nothing: with some of the addresses one way would be taken for another. */
static void take_exit_paths(const struct event *note, struct text left, struct exit_paths *paths)
{
	struct exit_paths taken = {.known = true};
	struct note_item item;
	uint32_t count = 0;
	int code;

	while ((code = note_next(note->note.kind, &left, &item)) > 0 && add_address(&taken, &item))
		count++;
	if (code == 0 && count == note->note.count)
		*paths = taken;
}

static int take_exec(const struct event *note, const struct note_item *item,
		     struct argv_provider *execs)
{
	const bool is_arguments = note->note.kind == CAPTURE_NOTE_ARGUMENTS;
	const struct string_list *strings = &item->strings;

	if (strings->count + UINT64_C(1) != note->note.count)
		return 0;
	return argv_kept_add(execs, note->sample_tid, item->pointer, is_arguments ? strings : NULL,
			     is_arguments ? NULL : strings);
}

int decode_notes_take(const struct event *note, struct argv_provider *execs,
		      struct exit_paths *paths)
{
	struct text left = {note->note.body, note->note.size};
	struct note_item item;

	switch (note->note.kind) {
	case CAPTURE_NOTE_EXIT_PATHS:
		take_exit_paths(note, left, paths);
		return 0;
	case CAPTURE_NOTE_ARGUMENTS:
	case CAPTURE_NOTE_ENVIRONMENT:
		return note_next(note->note.kind, &left, &item) > 0 ? take_exec(note, &item, execs)
								    : 0;
	default:
		return 0;
	}
}
