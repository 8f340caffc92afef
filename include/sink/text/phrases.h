/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wording shared by the sinks for people: commands, exit statuses, losses.
 */
#ifndef PXT_SINK_TEXT_PHRASES_H
#define PXT_SINK_TEXT_PHRASES_H

#include "base/compiler.h"
#include "event/event.h"
#include "sink/text/line.h"
#include "sink/text/times.h"

/* Of an EXIT: the process where that is gone as a whole, else the task that exits. */
int32_t phrase_pid(const struct event *event);

/* What the process of EVENT, an EXIT, is called, whichever of its threads ends. */
struct text phrase_name(const struct event *event);

/* What phrase_command() phrase_signal() and phrase_handled() need for EVENT beside LINE_ROOM,
 * bytes. */
size_t phrase_room(const struct event *event);

/*
 * The command line of EVENT's process, quoted for a shell, with " …" behind it where not all of it
 * is known. Without any, the file or the name of the task in brackets, as ps(1) does. Of a FORK,
 * the child's name.
 */
void phrase_command(struct line *line, const struct event *event);

/* "812 bash", or "812" where NAME is not known. */
void phrase_task(struct line *line, int32_t pid, struct text name);

/* "SIGTERM", or "signal 99" where it has no name. */
void phrase_signal_name(struct line *line, int32_t signal);

/* ", after SIGQUIT from 812 postgres": what a handler of EVENT's process took shortly before. */
void phrase_handled(struct line *line, const struct event *event);

/*
 * "SIGTERM from 812 bash", "SIGSEGV (core) from the kernel", "SIGKILL from ?" where nobody knows:
 * STATUS is known, and has a signal.
 */
void phrase_signal(struct line *line, const struct exit_status *status);

/* "in an exec of cc that did not come to be", behind SEPARATOR, where EVENT is the end of such. */
void phrase_failed_exec(struct line *line, const char *separator, const struct event *event);

/* Whether EVENT is known to be the end of a process that failed: by its code, or by a signal. */
bool phrase_failed(const struct event *event);

/*
 * LOST and TRUNCATED: a line that nobody overlooks, as wide as the terminal, when it was shown
 * against TIMES. Returns 0 or a negative errno of the buffer.
 */
int phrase_missing(const struct sink_context *context, const struct times *times,
		   const struct event *event) MUST_CHECK;

#endif
