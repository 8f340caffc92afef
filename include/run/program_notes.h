/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes on what processes older than a recording execute, at its beginning.
 *
 * Each note has so many processes, one behind the other: a string "PID TIME_NS SIZE COMPLETE" in
 * decimal, which says when it was read (by the clock of the samples) and whether these are all
 * arguments (1); the file's name as a string, empty where it is not known; and SIZE bytes of
 * arguments, each one ended by a NUL.
 */
#ifndef PXT_RUN_PROGRAM_NOTES_H
#define PXT_RUN_PROGRAM_NOTES_H

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "event/event.h"
#include "task/task_table.h"

/*
 * Append the notes of all processes that PROC_FD (a directory fd of /proc) shows. Returns 0 or a
 * negative errno, of the writer's or of reading /proc.
 */
int program_notes_write(struct capture_writer *writer, int proc_fd) MUST_CHECK;

/*
 * Tell TABLE, which keeps facts, what NOTE, an EVENT_NOTE, says; nothing, if of another kind or
 * from where on it is malformed. Returns 0 or -ENOMEM.
 */
int program_notes_take(const struct event *note, struct task_table *table) MUST_CHECK;

#endif
