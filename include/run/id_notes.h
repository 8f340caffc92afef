/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note on the ids of processes older than a recording, at its beginning.
 *
 * The note has a string for each: its pid, and its uid, euid, gid and egid, in decimal, with blanks
 * between them.
 */
#ifndef PXT_RUN_ID_NOTES_H
#define PXT_RUN_ID_NOTES_H

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "event/event.h"
#include "task/task_table.h"

/*
 * Append the note of all processes that PROC_FD (a directory fd of /proc) shows. Returns 0 or a
 * negative errno, of the writer's or of reading /proc.
 */
int id_notes_write(struct capture_writer *writer, int proc_fd) MUST_CHECK;

/*
 * Append the note that COMMAND, PID, was forked at FORKED_NS: two decimal numbers with a blank
 * between them, and a NUL. Returns 0 or a negative errno of the writer.
 */
int id_notes_write_command(struct capture_writer *writer, int32_t pid,
			   uint64_t forked_ns) MUST_CHECK;

/* Tell TABLE, which keeps facts, what NOTE, an EVENT_NOTE, says; nothing, if of another kind. */
void id_notes_take(const struct event *note, struct task_table *table);

#endif
