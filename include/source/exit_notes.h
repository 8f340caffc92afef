/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note on exit paths (source/exit_probe.h) at the beginning of a capture: without it the call
 * chains of its exits are only numbers.
 *
 * The note has a string for each address: the number of its enum exit_path, a blank, and the
 * address in hexadecimal.
 */
#ifndef PXT_SOURCE_EXIT_NOTES_H
#define PXT_SOURCE_EXIT_NOTES_H

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "decode/exit_paths.h"
#include "event/event.h"

/* Append a note of PATHS, which are known. Returns 0 or a negative errno of the writer's, -ENOMEM.
 */
int exit_notes_write(struct capture_writer *writer, const struct exit_paths *paths) MUST_CHECK;

/* Take PATHS from NOTE, an EVENT_NOTE. Of one that is of another kind or malformed nothing. */
void exit_notes_take(const struct event *note, struct exit_paths *paths);

#endif
