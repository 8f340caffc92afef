/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wording shared by table, tree and summary: commands, exit statuses, losses.
 */
#ifndef PXT_SINK_TEXT_PHRASES_H
#define PXT_SINK_TEXT_PHRASES_H

#include "base/compiler.h"
#include "event/event.h"
#include "sink/text/line.h"
#include "sink/text/times.h"

/* Returns the tgid if EVENT is an EXIT that ends the whole process, else event_task(). */
int32_t phrase_pid(const struct event *event);

/* Returns the name of EVENT's process; where it is not known, event_comm(). */
struct text phrase_name(const struct event *event);

/*
 * Returns the bytes beside LINE_ROOM that phrase_command(), phrase_signal(), phrase_failed_exec()
 * and phrase_handled() need together for EVENT, or the phrases of an EXEC_FAILED.
 */
size_t phrase_room(const struct event *event);

/*
 * The command line of EVENT's process, quoted for a shell, followed by " …" if it is incomplete.
 * Without arguments the file or the task's name in brackets, as in ps(1). Of a FORK, the child's
 * name in brackets. A text too long for the terminal loses its middle.
 */
void phrase_command(struct line *line, const struct event *event);

/* WORDS, with a NUL behind each, likewise, at the end of the line but for `line->tail`. */
void phrase_arguments(struct line *line, struct text words, bool complete);

/* "812 bash", or "812" if NAME is not known. */
void phrase_task(struct line *line, int32_t pid, struct text name);

/* "SIGTERM", or "signal 99" if it has no name. */
void phrase_signal_name(struct line *line, int32_t signal);

/* ", after SIGQUIT from 812 postgres": a signal handled shortly before EVENT; else nothing. */
void phrase_handled(struct line *line, const struct event *event);

/*
 * "SIGTERM from 812 bash", "SIGSEGV (core) from the kernel", "SIGKILL from ?" if the sender is not
 * known. STATUS is known and has a signal.
 */
void phrase_signal(struct line *line, const struct exit_status *status);

/* The part of that behind the signal's name: " from 812 bash". */
void phrase_signal_origin(struct line *line, const struct exit_status *status);

/* "in an exec of cc that did not come to be" after SEPARATOR, if EVENT is the end of such an exec.
 */
void phrase_failed_exec(struct line *line, const char *separator, const struct event *event);

/* Of EVENT, an EXEC_FAILED: the path, quoted for a shell; ": ENOENT"; ", by sh". */
void phrase_failed_path(struct line *line, const struct event *event);
void phrase_error(struct line *line, const struct event *event);
void phrase_caller(struct line *line, const struct event *event);

/* Returns whether EVENT is the EXIT of a process known to have failed, by its code or a signal. */
bool phrase_failed(const struct event *event);

/*
 * Write a conspicuous line for EVENT, a LOST or TRUNCATED, as wide as the terminal; times count
 * from that in TIMES. Returns 0 or a negative errno.
 */
int phrase_missing(const struct sink_context *context, struct times *times,
		   const struct event *event) MUST_CHECK;

#endif
