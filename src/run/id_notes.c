/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/id_notes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "capture/note.h"
#include "host/proc.h"

/* Five numbers, blanks and a NUL. */
#define LINE_SIZE 64

struct gathering {
	int proc_fd;
	struct buffer lines;
	uint32_t count;
	int code; /* the first failure */
};

static void gather(void *context, const struct proc_task *task)
{
	struct gathering *gathering = context;
	struct proc_ids ids;
	char line[LINE_SIZE];

	/* It may be gone by now. */
	if (gathering->code < 0 || task->tid != task->pid ||
	    proc_read_ids(gathering->proc_fd, task->pid, &ids) < 0)
		return;
	int length = snprintf(line, sizeof(line),
			      "%" PRId32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32, task->pid,
			      ids.uid, ids.euid, ids.gid, ids.egid);
	gathering->code = buffer_append(&gathering->lines, line, (size_t)length + 1);
	gathering->count++;
}

static int write_note(struct capture_writer *writer, const struct gathering *gathering)
{
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_OLD_IDS,
		.time_ns = CAPTURE_NOTE_FIRST_NS,
		.count = gathering->count,
		.size = (uint32_t)gathering->lines.size,
		.bytes = gathering->lines.bytes,
	};

	return capture_writer_append_note(writer, &note);
}

int id_notes_write(struct capture_writer *writer, int proc_fd)
{
	struct gathering gathering = {.proc_fd = proc_fd};
	int code = proc_visit(proc_fd, gather, &gathering);

	if (code == 0)
		code = gathering.code;
	if (code == 0 && gathering.count > 0)
		code = write_note(writer, &gathering);
	buffer_done(&gathering.lines);
	return code;
}

int id_notes_write_command(struct capture_writer *writer, int32_t pid, uint64_t forked_ns)
{
	char line[LINE_SIZE];
	int length = snprintf(line, sizeof(line), "%" PRId32 " %" PRIu64, pid, forked_ns);
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_COMMAND,
		.time_ns = CAPTURE_NOTE_FIRST_NS,
		.count = 1,
		.size = (uint32_t)length + 1,
		.bytes = line,
	};

	return capture_writer_append_note(writer, &note);
}

static void take_command(const struct event *note, struct task_table *table)
{
	const char *line = note->note.body;
	int32_t pid;
	uint64_t forked_ns;

	if (note->note.size > 0 && line[note->note.size - 1] == '\0' &&
	    sscanf(line, "%" SCNd32 " %" SCNu64, &pid, &forked_ns) == 2)
		task_table_date_old(table, pid, forked_ns);
}

void id_notes_take(const struct event *note, struct task_table *table)
{
	const char *line = note->note.body, *end = line + note->note.size;

	if (note->note.kind == CAPTURE_NOTE_COMMAND)
		take_command(note, table);
	if (note->note.kind != CAPTURE_NOTE_OLD_IDS || note->note.size == 0 || end[-1] != '\0')
		return;
	for (; line < end; line += strlen(line) + 1) {
		struct credentials ids = {.known = true};
		int32_t pid;

		if (sscanf(line, "%" SCNd32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32, &pid,
			   &ids.uid, &ids.euid, &ids.gid, &ids.egid) == 5)
			task_table_identify_old(table, pid, &ids);
	}
}
