/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refuses a size of the rings (-m) in which a trace would see nothing of an exec.
 */
#ifndef PXT_RUN_RING_CHECK_H
#define PXT_RUN_RING_CHECK_H

#include "base/compiler.h"
#include "base/error.h"
#include "source/request.h"

/*
 * Check that the rings that REQUEST ask for hold one record of each kind, with a file name as they
 * commonly are. Returns 0, or -EINVAL with ERR naming what would do.
 */
int ring_check(const struct request *request, struct error *err) MUST_CHECK;

#endif
