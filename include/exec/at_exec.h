/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what /proc shows of a process that has just execed: the directory, the executable and the
 * session that it was started in. Each is a text until the exec's turn comes.
 */
#ifndef PXT_EXEC_AT_EXEC_H
#define PXT_EXEC_AT_EXEC_H

#include <linux/limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

/* In the order of their kinds in enum capture_note_kind (capture/notes/kinds.h). */
enum at_exec_fact {
	AT_EXEC_CWD,     /* /proc/PID/cwd */
	AT_EXEC_EXE,     /* /proc/PID/exe */
	AT_EXEC_SESSION, /* "SID LOGINUID TTY", decimal, as in struct login_session; TTY "": none */
	AT_EXEC_FACTS,
};

/* Directory fds of /proc and /sys. Without one of /sys (-1) most terminals have no name. */
struct at_exec_dirs {
	int proc_fd, sys_fd;
};

/* Facts that were read of one process: NULL texts are not wanted, or not known. */
struct at_exec_reading {
	struct text texts[AT_EXEC_FACTS]; /* borrowed from `room` */
	char room[AT_EXEC_FACTS][PATH_MAX];
};

/*
 * Read of process PID what NEEDS (NEED_ bits) asks for. Returns true if it is proven that PID still
 * ran what the exec started that left its stack pointer at POINTER; else no text is known. The
 * program may have changed its directory or session since the exec.
 */
bool at_exec_read(const struct at_exec_dirs *dirs, unsigned int needs, int32_t pid,
		  uint64_t pointer, struct at_exec_reading *reading);

/* Set in AT_EXEC what TEXT says of FACT, and borrow it; nothing if it is malformed. */
void at_exec_set(enum at_exec_fact fact, struct text text, struct at_exec *at_exec);

#endif
