/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/notes.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/string_list.h"
#include "base/text.h"
#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "event/facts.h"
#include "host/proc.h"
#include "task/proc_program.h"

/* A note begins anew behind so many bytes: with one process more it is well below the limit. */
#define NOTE_SIZE (1024U * 1024U)

/* ---- writing ---- */

static struct note_draft draft_of(enum capture_note_kind kind, uint64_t time_ns)
{
	return (struct note_draft){.note = {.kind = (uint16_t)kind, .time_ns = time_ns}};
}

static int write_one(struct capture_writer *writer, struct note_draft draft,
		     const struct note_item *item)
{
	note_draft_add(&draft, item);
	return capture_writer_append_note(writer, &draft);
}

static int write_strings(struct capture_writer *writer, enum capture_note_kind kind,
			 const struct completion *completion, const struct string_list *strings)
{
	struct note_draft draft = draft_of(kind, completion->time_ns - 1);

	if (!strings)
		return 0;
	draft.note.pid = draft.note.tid = completion->pid;
	draft.note.count = strings->count;
	int code = write_one(writer, draft,
			     &(struct note_item){
				     .pointer = completion->pointer,
				     .strings = *strings,
			     });
	/* Longer than any that the kernel takes: it stays as incomplete as it was. */
	return code == -E2BIG ? 0 : code;
}

int notes_write_exec(struct capture_writer *writer, const struct completion *completion)
{
	const enum capture_note_kind kind =
		completion->source == ARGV_PROBE ? CAPTURE_NOTE_PROBED : CAPTURE_NOTE_ARGUMENTS;
	int code = write_strings(writer, kind, completion, completion->arguments);

	if (code == 0)
		code = write_strings(writer, CAPTURE_NOTE_ENVIRONMENT, completion,
				     completion->environment);
	return code;
}

int notes_write_at_exec(struct capture_writer *writer, const struct exec_text *text)
{
	struct note_draft draft = draft_of(CAPTURE_NOTE_CWD + text->fact, text->time_ns - 1);

	draft.note.pid = draft.note.tid = text->pid;
	return write_one(writer, draft,
			 &(struct note_item){.pointer = text->pointer, .string = text->text});
}

int notes_write_exit_paths(struct capture_writer *writer, const struct exit_paths *paths)
{
	struct note_draft draft = draft_of(CAPTURE_NOTE_EXIT_PATHS, CAPTURE_NOTE_FIRST_NS);

	for (uint32_t path = 0; path < EXIT_PATHS; path++) {
		for (size_t i = 0; i < paths->marks[path].count; i++) {
			const uint64_t address = paths->marks[path].addresses[i];

			note_draft_add(&draft,
				       &(struct note_item){.exit_address = {path, address}});
		}
	}
	return capture_writer_append_note(writer, &draft);
}

int notes_write_command(struct capture_writer *writer, int32_t pid, uint64_t forked_ns)
{
	return write_one(writer, draft_of(CAPTURE_NOTE_COMMAND, CAPTURE_NOTE_FIRST_NS),
			 &(struct note_item){.command = {(uint32_t)pid, forked_ns}});
}

int notes_write_wall_step(struct capture_writer *writer, uint64_t from_ns, int64_t offset_ns)
{
	return write_one(writer, draft_of(CAPTURE_NOTE_WALL_STEP, from_ns),
			 &(struct note_item){.wall_offset_ns = offset_ns});
}

/* ---- processes that are older ---- */

struct gathering {
	struct capture_writer *writer;
	int proc_fd;
	struct note_draft draft;
	struct proc_program program; /* an item borrows from it */
	int code;                    /* the first failure */
};

static int read_ids(struct gathering *gathering, int32_t pid, struct note_item *item)
{
	struct proc_ids ids;
	int code = proc_read_ids(gathering->proc_fd, pid, &ids);

	if (code == 0)
		*item = (struct note_item){
			.ids = {(uint32_t)pid, ids.uid, ids.euid, ids.gid, ids.egid},
		};
	return code;
}

static int read_program(struct gathering *gathering, int32_t pid, struct note_item *item)
{
	const struct proc_program *program = &gathering->program;
	int code = proc_program_read(gathering->proc_fd, pid, &gathering->program);

	if (code == 0)
		*item = (struct note_item){
			.program = {(uint32_t)pid, program->time_ns,
				    program->arguments.known.bytes.length,
				    program->arguments.complete},
			.string = program->filename,
			.strings = program->arguments.known,
		};
	return code;
}

static void gather(void *context, const struct proc_task *task)
{
	struct gathering *gathering = context;
	struct note_draft *draft = &gathering->draft;
	struct note_item item;

	if (gathering->code < 0 || task->tid != task->pid)
		return;
	int gone = draft->note.kind == CAPTURE_NOTE_OLD_IDS
			   ? read_ids(gathering, task->pid, &item)
			   : read_program(gathering, task->pid, &item);
	if (gone < 0)
		return;
	note_draft_add(draft, &item);
	if (draft->bytes.size > NOTE_SIZE)
		gathering->code = capture_writer_append_note(gathering->writer, draft);
}

static int write_old(struct capture_writer *writer, int proc_fd, enum capture_note_kind kind)
{
	struct gathering gathering = {
		.writer = writer,
		.proc_fd = proc_fd,
		.draft = draft_of(kind, CAPTURE_NOTE_FIRST_NS),
	};
	int code = proc_visit(proc_fd, gather, &gathering);

	if (code == 0)
		code = gathering.code;
	if (code == 0)
		code = capture_writer_append_note(writer, &gathering.draft);
	buffer_done(&gathering.draft.bytes);
	return code;
}

int notes_write_old_processes(struct capture_writer *writer, int proc_fd)
{
	int code = write_old(writer, proc_fd, CAPTURE_NOTE_OLD_IDS);

	return code < 0 ? code : write_old(writer, proc_fd, CAPTURE_NOTE_OLD_ARGUMENTS);
}

/* ---- taking ---- */

static int take_ids(const struct note_item *item, struct task_table *tasks)
{
	const struct credentials ids = {
		.known = true,
		.uid = (uint32_t)item->ids.uid,
		.euid = (uint32_t)item->ids.euid,
		.gid = (uint32_t)item->ids.gid,
		.egid = (uint32_t)item->ids.egid,
	};

	return task_table_identify_old(tasks, (int32_t)item->ids.pid, &ids);
}

static int take_program(const struct note_item *item, struct task_table *tasks)
{
	const struct text none = {NULL, 0};
	const struct arguments arguments = {
		.argc = -1,
		.known = item->strings,
		.complete = item->program.complete == 1,
		.source = ARGV_PROC_START,
	};

	return task_table_set_old_program(tasks, (int32_t)item->program.pid,
					  item->string.length > 0 ? item->string : none, &arguments,
					  item->program.time_ns);
}

static int take_item(const struct event *note, const struct note_item *item,
		     struct task_table *tasks, struct wall_steps *wall_steps)
{
	switch (note->note.kind) {
	case CAPTURE_NOTE_OLD_IDS:
		return take_ids(item, tasks);
	case CAPTURE_NOTE_WALL_STEP:
		if (wall_steps)
			wall_steps_add(wall_steps, note->time_ns, item->wall_offset_ns);
		return 0;
	case CAPTURE_NOTE_COMMAND:
		task_table_date_old(tasks, (int32_t)item->command.pid, item->command.forked_ns);
		return 0;
	case CAPTURE_NOTE_OLD_ARGUMENTS:
		return take_program(item, tasks);
	default:
		return 0;
	}
}

/* The others are the source's: source/decode_notes.h. */
static bool is_for_tasks(uint16_t kind)
{
	return kind == CAPTURE_NOTE_OLD_IDS || kind == CAPTURE_NOTE_WALL_STEP ||
	       kind == CAPTURE_NOTE_COMMAND || kind == CAPTURE_NOTE_OLD_ARGUMENTS;
}

int notes_take(const struct event *note, struct task_table *tasks, struct wall_steps *wall_steps)
{
	struct text left = {note->note.body, note->note.size};
	struct note_item item;
	int code = 0;

	if (note->note.kind == CAPTURE_NOTE_ROOT_CGROUP)
		task_table_prove_root_cgroup(tasks);
	if (!is_for_tasks(note->note.kind))
		return 0;
	while (code == 0 && note_next(note->note.kind, &left, &item) > 0)
		code = take_item(note, &item, tasks, wall_steps);
	return code;
}
