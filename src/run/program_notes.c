/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/program_notes.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "capture/note.h"
#include "event/facts.h"
#include "host/proc.h"
#include "task/proc_program.h"

/* A note begins anew behind so many bytes: with one process more it is well below the limit. */
#define NOTE_SIZE (1024U * 1024U)

/* Two numbers of up to 11 and 20 digits, two small ones, blanks and a NUL. */
#define LINE_SIZE 64

struct gathering {
	struct capture_writer *writer;
	int proc_fd;
	struct buffer bytes;
	uint32_t count;
	struct proc_program program;
	int code; /* the first failure */
};

static int append_program(struct buffer *bytes, int32_t pid, const struct proc_program *program)
{
	const struct text argv = program->arguments.known.bytes;
	char line[LINE_SIZE];
	int length = snprintf(line, sizeof(line), "%" PRId32 " %" PRIu64 " %zu %d", pid,
			      program->time_ns, argv.length, program->arguments.complete);
	int code = buffer_append(bytes, line, (size_t)length + 1);

	if (code == 0)
		code = buffer_append(bytes, program->filename.bytes, program->filename.length);
	if (code == 0)
		code = buffer_append(bytes, "", 1);
	return code < 0 ? code : buffer_append(bytes, argv.bytes, argv.length);
}

static int write_note(struct gathering *gathering)
{
	const struct capture_note note = {
		.kind = CAPTURE_NOTE_OLD_ARGUMENTS,
		.time_ns = CAPTURE_NOTE_FIRST_NS,
		.count = gathering->count,
		.size = (uint32_t)gathering->bytes.size,
		.bytes = gathering->bytes.bytes,
	};

	if (gathering->count == 0)
		return 0;
	gathering->bytes.size = 0;
	gathering->count = 0;
	return capture_writer_append_note(gathering->writer, &note);
}

static void gather(void *context, const struct proc_task *task)
{
	struct gathering *gathering = context;
	struct proc_program *program = &gathering->program;

	if (gathering->code < 0 || task->tid != task->pid ||
	    proc_program_read(gathering->proc_fd, task->pid, program) < 0)
		return;
	gathering->code = append_program(&gathering->bytes, task->pid, program);
	gathering->count++;
	if (gathering->code == 0 && gathering->bytes.size > NOTE_SIZE)
		gathering->code = write_note(gathering);
}

int program_notes_write(struct capture_writer *writer, int proc_fd)
{
	struct gathering gathering = {.writer = writer, .proc_fd = proc_fd};
	int code = proc_visit(proc_fd, gather, &gathering);

	if (code == 0)
		code = gathering.code;
	if (code == 0)
		code = write_note(&gathering);
	buffer_done(&gathering.bytes);
	return code;
}

/* ---- reading ---- */

/* Take the string at *AT, before END, off. NULL: there is none. */
static const char *take_string(const char **at, const char *end)
{
	const char *string = *at, *nul = memchr(string, '\0', (size_t)(end - string));

	if (nul)
		*at = nul + 1;
	return nul ? string : NULL;
}

static uint32_t count_strings(const char *bytes, size_t size)
{
	uint32_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += bytes[i] == '\0';
	return count;
}

/* Take one process off at *AT. 1, 0 where it is malformed, or -ENOMEM. */
static int take_program(const char **at, const char *end, struct task_table *table)
{
	const char *line = take_string(at, end);
	const char *filename = line ? take_string(at, end) : NULL;
	int32_t pid;
	uint64_t time_ns;
	uint32_t size;
	int complete;

	if (!filename ||
	    sscanf(line, "%" SCNd32 " %" SCNu64 " %" SCNu32 " %d", &pid, &time_ns, &size,
		   &complete) != 4 ||
	    size > (size_t)(end - *at) || (size > 0 && (*at)[size - 1] != '\0'))
		return 0;
	const struct text name = {*filename ? filename : NULL, strlen(filename)};
	const struct arguments arguments = {
		.argc = -1,
		.known = {{*at, size}, count_strings(*at, size)},
		.complete = complete == 1,
		.source = ARGV_PROC_START,
	};
	*at += size;
	int code = task_table_set_old_program(table, pid, name, &arguments, time_ns);
	return code < 0 ? code : 1;
}

int program_notes_take(const struct event *note, struct task_table *table)
{
	const char *at = note->note.body, *end = at + note->note.size;
	int code = 1;

	if (note->note.kind != CAPTURE_NOTE_OLD_ARGUMENTS)
		return 0;
	while (code > 0 && at < end)
		code = take_program(&at, end, table);
	return code < 0 ? code : 0;
}
