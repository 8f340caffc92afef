/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes and reads the selection of a recording: the events and tasks that it was asked for. The
 * recorder of `record -- COMMAND` and `record -p PIDS` does not decode events, and records the
 * whole host; the replay selects. The selection is a note (capture/notes/kinds.h) at the beginning
 * of the capture. Captures of version 0.1.0 may lack it; the recorder's command line is parsed
 * then.
 *
 * The note has strings:
 *
 *     event NAME    fork, exec or exit: one for each that was asked for
 *     processes PID,PID  -p
 *     pids TID,TID  -t; together with "follow", -p
 *     follow        -f
 *     command PID   COMMAND, by its pid in the recorder's pid namespace
 *     host-pids     that namespace is the initial one, so that the events have the same pid
 */
#ifndef PXT_RUN_SELECTION_H
#define PXT_RUN_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/write/capture_writer.h"
#include "filter/pid_list.h"
#include "source/request.h"

struct selection_command {
	int32_t pid;  /* 0: there is none */
	bool of_host; /* the pid is that of the events, too; false: that is not known */
};

struct selection {
	unsigned int events;  /* EVENT_BIT()s */
	struct pid_list pids; /* -p; none: all */
	struct pid_list tids; /* -t; none: all */
	bool follow;
	struct selection_command command;
};

void selection_done(struct selection *selection);

/*
 * Append the note of REQUEST, one of `record`, and its COMMAND. Returns 0, -ENOMEM, or the writer's
 * negative errno.
 */
int selection_write(struct capture_writer *writer, const struct request *request,
		    const struct selection_command *command) MUST_CHECK;

/*
 * Parse the SIZE bytes of NOTE. Returns 0 with SELECTION (free with selection_done()), -ENOMEM;
 * -EBADMSG with ERR naming the string that is malformed or of a later version.
 */
int selection_parse(const char *note, size_t size, struct selection *selection,
		    struct error *err) MUST_CHECK;

/*
 * Parse ARGV, ended by NULL, the command line of a recorder, by REQUEST->parse_recording().
 * FIRST_PID is that of COMMAND, if it had one. Returns as selection_parse(), with ERR saying what
 * is not understood.
 */
int selection_parse_argv(const struct request *request, char *const *argv, int32_t first_pid,
			 struct selection *selection, struct error *err) MUST_CHECK;

#endif
