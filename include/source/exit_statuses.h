/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit statuses from taskstats, joined with the records of exits by tid and order: the kernel sends
 * the message of an exit before its tracepoint is reached (do_exit(), kernel/exit.c; measured on
 * Linux 5.10 to 7.3). So all messages of the exits in the rings are there once the rings' heads
 * have been read.
 *
 * A status whose record does not come would be taken for the next exit with that tid. Statuses are
 * therefore dropped at the start, with each loss of records, and with each loss of messages.
 */
#ifndef PXT_SOURCE_EXIT_STATUSES_H
#define PXT_SOURCE_EXIT_STATUSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

struct exit_statuses;

/* Returns 0, or a negative errno with ERR filled: netlink/taskstats.h says who may. */
int exit_statuses_open(struct exit_statuses **opened, struct error *err) MUST_CHECK;

void exit_statuses_close(struct exit_statuses *statuses);

/* Read all messages that have come. Without memory statuses are dropped. */
void exit_statuses_collect(struct exit_statuses *statuses);

/* Drop all that were collected: records were lost, and nobody knows which. */
void exit_statuses_drop(struct exit_statuses *statuses);

/*
 * Take the status (wait(2), 0x80 for a core dump) of the next exit of TID, of process TGID. False
 * where it is not known.
 */
bool exit_statuses_take(struct exit_statuses *statuses, int32_t tid, int32_t tgid,
			uint32_t *status);

/* Messages that the kernel had no room for. */
uint64_t exit_statuses_lost(struct exit_statuses *statuses);

#endif
