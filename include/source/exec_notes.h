/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes on completed execs (capture/note.h): the recorder writes them, the replay reads them before
 * the exec.
 *
 * A note has the time of its exec less 1 ns, so that it comes before it, and the exec's pid. Its
 * first string is the stack pointer that the exec left, in hexadecimal; the others are the strings.
 */
#ifndef PXT_SOURCE_EXEC_NOTES_H
#define PXT_SOURCE_EXEC_NOTES_H

#include "base/compiler.h"
#include "capture/write/capture_writer.h"
#include "event/event.h"
#include "exec/argv_provider.h"
#include "source/completer.h"

/* Append the notes of COMPLETION. Returns 0 or a negative errno of the writer's, -ENOMEM. */
int exec_notes_write(struct capture_writer *writer, const struct completion *completion) MUST_CHECK;

/* Have NOTE, an EVENT_NOTE, ready in KEPT; one that is malformed is left out. 0 or -ENOMEM. */
int exec_notes_keep(struct argv_provider *kept, const struct event *note) MUST_CHECK;

#endif
