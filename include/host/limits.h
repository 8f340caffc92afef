/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raises the limit on open files, which one fd per event and CPU exceeds on large machines.
 */
#ifndef PXT_HOST_LIMITS_H
#define PXT_HOST_LIMITS_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * Allow FILES more open files: raise the soft limit of RLIMIT_NOFILE, and the hard one where
 * permitted. Returns 0, or -EMFILE where the limit stays lower; it is raised as far as possible.
 */
int limits_want_files(size_t files) MUST_CHECK;

#endif
