/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limit on open files, which one fd per event and CPU outgrows on large machines.
 */
#ifndef PXT_HOST_LIMITS_H
#define PXT_HOST_LIMITS_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * Make room for FILES more open files: raises RLIMIT_NOFILE's soft limit, and the hard one where
 * we may. Returns 0, or -EMFILE where the limit stays below (it is raised as far as it goes).
 */
int limits_want_files(size_t files) MUST_CHECK;

#endif
