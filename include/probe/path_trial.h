/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries the path probe: lets execs of known paths fail and looks at what the probe copies.
 */
#ifndef PXT_PROBE_PATH_TRIAL_H
#define PXT_PROBE_PATH_TRIAL_H

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"

/*
 * Let execs fail by execve(2) and execveat(2), one of the longest path that there is, some ms.
 * Returns 0 where samples of FORMAT have each path once, with its address and byte by byte; -EPROTO
 * with ERR filled where they have anything else; another negative errno with ERR filled where there
 * was nothing to look at.
 */
int path_trial(const struct format *format, struct error *err) MUST_CHECK;

#endif
