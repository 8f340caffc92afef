/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices to the user on standard error, one line each (say.h).
 */
#ifndef PXT_SOURCE_NOTICE_H
#define PXT_SOURCE_NOTICE_H

#include "base/compiler.h"
#include "source/request.h"

/* Say it, unless REQUEST ask for quiet. */
void notice(const struct request *request, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
