/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the notes of a recording (capture/notes/kinds.h), and applies them in a replay.
 *
 * The functions that write return 0, or a negative errno: the writer's, -ENOMEM, or that of reading
 * /proc.
 */
#ifndef PXT_RUN_NOTES_H
#define PXT_RUN_NOTES_H

#include <stdint.h>

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "decode/exit_paths.h"
#include "event/event.h"
#include "sink/text/wall_steps.h"
#include "source/at_exec_reader.h"
#include "source/completer.h"
#include "task/task_table.h"

/* Strings that are longer than a note can be are not written. */
int notes_write_exec(struct capture_writer *writer, const struct completion *completion) MUST_CHECK;

int notes_write_at_exec(struct capture_writer *writer, const struct exec_text *text) MUST_CHECK;

/* PATHS are known. */
int notes_write_exit_paths(struct capture_writer *writer,
			   const struct exit_paths *paths) MUST_CHECK;

/* Ids and programs of all processes that PROC_FD (a directory fd of /proc) shows. */
int notes_write_old_processes(struct capture_writer *writer, int proc_fd) MUST_CHECK;

/* COMMAND, PID, was forked at FORKED_NS. */
int notes_write_command(struct capture_writer *writer, int32_t pid, uint64_t forked_ns) MUST_CHECK;

/* The wall clock's offset is OFFSET_NS from FROM_NS on. */
int notes_write_wall_step(struct capture_writer *writer, uint64_t from_ns,
			  int64_t offset_ns) MUST_CHECK;

/*
 * Apply NOTE, an EVENT_NOTE, to TASKS, which keeps facts, and to WALL_STEPS (NULL: to none), up to
 * its first malformed item. Returns 0 or -ENOMEM.
 */
int notes_take(const struct event *note, struct task_table *tasks,
	       struct wall_steps *wall_steps) MUST_CHECK;

#endif
