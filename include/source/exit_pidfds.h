/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads exit statuses of tasks from pidfds, which are opened as soon as a FORK is in its ring. A
 * task that has been reaped before has none.
 */
#ifndef PXT_SOURCE_EXIT_PIDFDS_H
#define PXT_SOURCE_EXIT_PIDFDS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct exit_pidfds;

/* Returns 0; -ENOMEM, -EMFILE, or why this kernel does not tell: another negative errno. */
int exit_pidfds_open(struct exit_pidfds **pidfds) MUST_CHECK;

/* Close all of them. */
void exit_pidfds_free(struct exit_pidfds *pidfds);

/*
 * Open task TID, which was there at BORN_NS (perf's clock). A task that cannot be opened, or would
 * exceed the limit on open files, has no status.
 */
void exit_pidfds_add(struct exit_pidfds *pidfds, int32_t tid, bool is_thread, uint64_t born_ns);

/* Whether task TID is open. */
bool exit_pidfds_has(const struct exit_pidfds *pidfds, int32_t tid);

/* Open the task of RECORD, a FORK; others are passed over. CONTEXT is a struct exit_pidfds. */
void exit_pidfds_preview(void *context, const struct perf_event_header *record);

/*
 * 1 with the wait *STATUS of task TID, which ended at EXIT_NS; 0: not yet; -ESRCH: it is not known.
 * Except for 0, it is closed.
 */
int exit_pidfds_take(struct exit_pidfds *pidfds, int32_t tid, uint64_t exit_ns,
		     uint32_t *status) MUST_CHECK;

/* Close task TID. */
void exit_pidfds_close(struct exit_pidfds *pidfds, int32_t tid);

#endif
