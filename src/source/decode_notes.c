/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/decode_notes.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/string_list.h"
#include "base/text.h"
#include "capture/notes/kinds.h"
#include "event/facts.h"
#include "event/usage.h"
#include "exec/argv_kept.h"
#include "exec/at_exec.h"
#include "exec/at_exec_kept.h"
#include "source/exit_statuses.h"

/* wait(2) has 16 bits. */
#define WAIT_STATUS_MAX 0xffffU

/* More than any task uses, in any unit; as nanoseconds it still has room in 63 bits. */
#define USED_MAX (UINT64_C(1) << 52)

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
	const bool is_arguments = note->note.kind != CAPTURE_NOTE_ENVIRONMENT;
	const enum argv_source source =
		note->note.kind == CAPTURE_NOTE_PROBED ? ARGV_PROBE : ARGV_PROC;
	const struct string_list *strings = &item->strings;

	if (strings->count + UINT64_C(1) != note->note.count)
		return 0;
	return argv_kept_add(execs, note->sample_tid, item->pointer, is_arguments ? strings : NULL,
			     source, is_arguments ? NULL : strings);
}

static int take_at_exec(const struct event *note, const struct note_item *item,
			struct at_exec_kept *kept)
{
	const enum at_exec_fact fact = (enum at_exec_fact)(note->note.kind - CAPTURE_NOTE_CWD);

	return at_exec_kept_add(kept, fact, note->sample_tid, item->pointer, item->string);
}

static bool add_status(struct exit_statuses *statuses, const struct note_item *item)
{
	const struct told_exit told = {
		.tid = (int32_t)item->status.tid,
		.tgid = (int32_t)item->status.tgid,
		.time_ns = item->status.time_ns,
		.status = (uint32_t)item->status.status,
		.flags = (unsigned int)item->status.flags,
	};

	if (item->status.status > WAIT_STATUS_MAX)
		return false;
	exit_statuses_add(statuses, &told);
	return true;
}

/* With one missing the next exit of its task id would have its status, or usage. */
static void take_exits(const struct event *note, struct text left, struct exit_statuses *statuses,
		       bool (*add)(struct exit_statuses *statuses, const struct note_item *item))
{
	struct note_item item;
	uint32_t count = 0;
	int code;

	while ((code = note_next(note->note.kind, &left, &item)) > 0 && add(statuses, &item))
		count++;
	if (code != 0 || count != note->note.count)
		exit_statuses_drop(statuses, 0);
}

static bool add_usage(struct exit_statuses *statuses, const struct note_item *item)
{
	const struct task_usage usage = {
		.known = true,
		.is_only = (item->usage.flags & NOTE_USAGE_IS_ONLY) != 0,
		.has_bytes = (item->usage.flags & NOTE_USAGE_HAS_BYTES) != 0,
		.user_us = item->usage.user_us,
		.system_us = item->usage.system_us,
		.run_ns = item->usage.run_ns,
		.max_rss_kib = item->usage.max_rss_kib,
		.read_bytes = item->usage.read_bytes,
		.written_bytes = item->usage.written_bytes,
	};

	if ((usage.user_us | usage.system_us | usage.max_rss_kib) >= USED_MAX)
		return false;
	exit_statuses_add_usage(statuses, (int32_t)item->usage.tid, &usage);
	return true;
}

static void take_statuses_from(const struct note_item *item, const struct decode_notes *notes)
{
	exit_statuses_drop(notes->statuses, item->statuses_from.time_ns);
	*notes->statuses_lost = item->statuses_from.lost;
}

int decode_notes_take(const struct event *note, const struct decode_notes *notes)
{
	struct text left = {note->note.body, note->note.size};
	struct note_item item;

	switch (note->note.kind) {
	case CAPTURE_NOTE_EXIT_PATHS:
		take_exit_paths(note, left, notes->paths);
		return 0;
	case CAPTURE_NOTE_STATUSES:
		take_exits(note, left, notes->statuses, add_status);
		return 0;
	case CAPTURE_NOTE_USAGE:
		if (notes->wants_usage)
			take_exits(note, left, notes->statuses, add_usage);
		return 0;
	case CAPTURE_NOTE_STATUSES_FROM:
		if (note_next(note->note.kind, &left, &item) > 0)
			take_statuses_from(&item, notes);
		return 0;
	case CAPTURE_NOTE_CWD:
	case CAPTURE_NOTE_EXE:
	case CAPTURE_NOTE_SESSION:
		return notes->at_exec && note_next(note->note.kind, &left, &item) > 0
			       ? take_at_exec(note, &item, notes->at_exec)
			       : 0;
	case CAPTURE_NOTE_ARGUMENTS:
	case CAPTURE_NOTE_ENVIRONMENT:
	case CAPTURE_NOTE_PROBED:
		return note_next(note->note.kind, &left, &item) > 0
			       ? take_exec(note, &item, notes->execs)
			       : 0;
	default:
		return 0;
	}
}
