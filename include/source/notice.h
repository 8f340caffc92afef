/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices to the user on standard error, one line each (say.h).
 */
#ifndef PXT_SOURCE_NOTICE_H
#define PXT_SOURCE_NOTICE_H

#include <stdint.h>

#include "base/compiler.h"
#include "source/request.h"

/* Say it, unless REQUEST ask for quiet. */
void notice(const struct request *request, const char *format, ...) PRINTF_LIKE(2, 3);

/* Say that LOST exit statuses are unknown; nothing of none. */
void notice_statuses_lost(const struct request *request, uint64_t lost);

#endif
