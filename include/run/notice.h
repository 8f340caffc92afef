/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices to the user on standard error, one line each (say.h).
 */
#ifndef PXT_RUN_NOTICE_H
#define PXT_RUN_NOTICE_H

#include "base/compiler.h"
#include "cli/options.h"

/* Say it, unless OPTIONS ask for quiet. */
void notice(const struct options *options, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
