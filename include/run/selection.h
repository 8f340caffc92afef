/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The selection of a recorder. `record -- COMMAND` and `record -p PIDS -f` take in the whole
 * host, since only the replay decodes what belongs to whom. The capture says it in a note at its
 * beginning; captures of version 0.1.0 without one have the recorder's command line instead.
 *
 * The note has strings:
 *
 *     event NAME    fork, exec or exit: one for each that was asked for
 *     pids PID,PID  -p
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
	struct pid_list pids; /* none: all */
	bool follow;
	struct selection_command command;
};

void selection_done(struct selection *selection);

/*
 * Append the note of what REQUEST, that of `record`, asks for; COMMAND is its own. Returns 0 or a
 * negative errno, of the writer's or -ENOMEM.
 */
int selection_write(struct capture_writer *writer, const struct request *request,
		    const struct selection_command *command) MUST_CHECK;

/*
 * Take SELECTION from the SIZE bytes at NOTE. Returns 0 (free with selection_done()), -ENOMEM;
 * -EBADMSG with ERR naming the string that is not understood: malformed, or a later version's.
 */
int selection_parse(const char *note, size_t size, struct selection *selection,
		    struct error *err) MUST_CHECK;

/*
 * Take SELECTION from ARGV, ended by NULL, the command line of a recorder whose COMMAND, if it had
 * one, is FIRST_PID, as REQUEST->parse_recording() has it. Returns as selection_parse(), with ERR
 * saying what is not understood.
 */
int selection_parse_argv(const struct request *request, char *const *argv, int32_t first_pid,
			 struct selection *selection, struct error *err) MUST_CHECK;

#endif
