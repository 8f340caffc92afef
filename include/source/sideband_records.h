/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes events of perf's sideband records of COMMAND and its descendants, together with what the
 * process connector tells of them.
 *
 * An exec is a COMM with the exec bit, then the MMAP2 of the executable. Where the program is
 * setuid, setgid or not readable for its user, perf takes its events away from the process (the end
 * of begin_new_exec(), fs/exec.c): it writes an EXIT instead of the MMAP2, and nothing more of that
 * process and its descendants. That is no exit: from there on the connector alone tells of them.
 *
 * The connector's message of an exit comes after perf's record of it, that of an exec after its
 * MMAP2. So events wait for them.
 */
#ifndef PXT_SOURCE_SIDEBAND_RECORDS_H
#define PXT_SOURCE_SIDEBAND_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "perf/record.h"
#include "source/exit_pidfds.h"
#include "source/message_queue.h"
#include "source/names.h"
#include "source/waiting_events.h"

struct sideband_task;

struct sideband_tasks {
	struct names *names;
	struct sideband_task *by_tid;
	struct waiting_events events; /* the result */
	bool has_messages;            /* the connector tells */
	struct exit_pidfds *pidfds;   /* ours; where it does not; NULL: none */
	int32_t command;
	const int *command_status; /* borrowed (source.h) */
	int proc_fd;               /* a directory fd of /proc, borrowed */
	unsigned int needs;        /* NEED_ bits: what events wait for, where it does */
	size_t hidden;             /* tasks of which only the connector tells */
	uint64_t vanished;         /* processes that became hidden, in all */
	uint64_t losses;           /* LOST records */
	uint64_t statuses_missing; /* exits whose status did not come */
};

/* COMMAND, a process that has yet to execute, is there, named COMM. Returns 0 or -ENOMEM. */
int sideband_tasks_init(struct sideband_tasks *tasks, int32_t command, struct text comm) MUST_CHECK;

void sideband_tasks_done(struct sideband_tasks *tasks);

/*
 * Take RECORD, read at NOW_NS (perf's clock), in the order of times. Returns 0, -EBADMSG where it
 * is too short, or -ENOMEM.
 */
int sideband_tasks_record(struct sideband_tasks *tasks, const struct record *record,
			  uint64_t now_ns) MUST_CHECK;

/* Take MESSAGE, which becomes ours, in the same order. Returns 0 or -ENOMEM. */
int sideband_tasks_message(struct sideband_tasks *tasks, struct queued_message *message) MUST_CHECK;

/* Whether only the connector tells of task TID. */
bool sideband_tasks_is_hidden(const struct sideband_tasks *tasks, int32_t tid);

/* Messages are missing: whoever is hidden is out of sight. Returns how many tasks. */
size_t sideband_tasks_forget_hidden(struct sideband_tasks *tasks);

/* The next event, unless it waits at NOW_NS; NULL: none. The caller frees it. */
struct waiting_event *sideband_tasks_next(struct sideband_tasks *tasks, uint64_t now_ns);

#endif
