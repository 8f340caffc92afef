/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listens to whoever in the kernel tells exit statuses: the first of a table that this host lets us
 * listen to. taskstats tells of an exit before perf's record of it is made (do_exit(),
 * kernel/exit.c; measured on Linux 5.10 to 7.3), so that all is there once the heads of the rings
 * have been read. The process connector tells after it, mostly within 2 ms.
 */
#ifndef PXT_SOURCE_EXIT_AUTHORITY_H
#define PXT_SOURCE_EXIT_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "source/exit_statuses.h"
#include "source/request.h"

struct exit_authority;

/*
 * Listen for REQUEST, which is told of refusals with -v. Returns 0 with *OPENED (free with
 * exit_authority_close()), or a negative errno where nobody tells us.
 */
int exit_authority_open(const struct request *request, struct exit_authority **opened) MUST_CHECK;

void exit_authority_close(struct exit_authority *authority);

/* Returns the name of the one that would be opened; NULL: none. */
const char *exit_authority_probe(void);

const char *exit_authority_name(const struct exit_authority *authority);

/* Whether an exit may be told of up to EXIT_STATUS_LATE_NS after its record. */
bool exit_authority_is_late(const struct exit_authority *authority);

/* Whether it tells what tasks used, and the request asked for that. */
bool exit_authority_tells_usage(const struct exit_authority *authority);

/* To poll for POLLIN; one exit wakes. */
int exit_authority_fd(const struct exit_authority *authority);

/* Take the next exit. Returns false if none is there now. */
bool exit_authority_next(struct exit_authority *authority, struct told_exit *told);

/* Whether exits went untold since the last call: the kernel had no room for them. */
bool exit_authority_overran(struct exit_authority *authority);

/* Returns the number of exits that went untold until now. */
uint64_t exit_authority_lost(struct exit_authority *authority);

#endif
