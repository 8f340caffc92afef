/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/exec_notes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/note.h"
#include "exec/argv_kept.h"

/* 16 digits and a NUL. */
#define POINTER_SIZE 17

static int write_note(struct capture_writer *writer, enum capture_note_kind kind,
		      const struct completion *completion, const struct string_list *strings)
{
	const size_t length = strings->bytes.length;
	char *bytes = malloc(POINTER_SIZE + length);

	if (!bytes)
		return -ENOMEM;
	snprintf(bytes, POINTER_SIZE, "%016" PRIx64, completion->pointer);
	if (length > 0)
		memcpy(bytes + POINTER_SIZE, strings->bytes.bytes, length);
	const struct capture_note note = {
		.kind = (uint16_t)kind,
		.time_ns = completion->time_ns - 1,
		.pid = completion->pid,
		.tid = completion->pid,
		.count = strings->count + 1,
		.size = (uint32_t)(POINTER_SIZE + length),
		.bytes = bytes,
	};
	int code = capture_writer_append_note(writer, &note);
	free(bytes);
	/* Longer than any that the kernel takes: it stays as incomplete as it was. */
	return code == -E2BIG ? 0 : code;
}

int exec_notes_write(struct capture_writer *writer, const struct completion *completion)
{
	int code = 0;

	if (completion->arguments)
		code = write_note(writer, CAPTURE_NOTE_ARGUMENTS, completion,
				  completion->arguments);
	if (code == 0 && completion->environment)
		code = write_note(writer, CAPTURE_NOTE_ENVIRONMENT, completion,
				  completion->environment);
	return code;
}

/* The strings of NOTE behind the first one, which is *POINTER. False where it is malformed. */
static bool parse_note(const struct event *note, uint64_t *pointer, struct string_list *strings)
{
	const char *bytes = note->note.body;
	size_t size = note->note.size;
	char *end;

	if (size < POINTER_SIZE || bytes[size - 1] != '\0' || note->note.count == 0 ||
	    strnlen(bytes, size) != POINTER_SIZE - 1)
		return false;
	*pointer = strtoull(bytes, &end, 16);
	*strings = (struct string_list){
		.bytes = {bytes + POINTER_SIZE, size - POINTER_SIZE},
		.count = note->note.count - 1,
	};
	uint32_t count = 0;
	for (size_t i = 0; i < strings->bytes.length; i++)
		count += strings->bytes.bytes[i] == '\0';
	return *end == '\0' && count == strings->count;
}

int exec_notes_keep(struct argv_provider *kept, const struct event *note)
{
	struct string_list strings;
	uint64_t pointer;

	if (!parse_note(note, &pointer, &strings))
		return 0;
	switch (note->note.kind) {
	case CAPTURE_NOTE_ARGUMENTS:
		return argv_kept_add(kept, note->sample_tid, pointer, &strings, NULL);
	case CAPTURE_NOTE_ENVIRONMENT:
		return argv_kept_add(kept, note->sample_tid, pointer, NULL, &strings);
	default:
		return 0;
	}
}
