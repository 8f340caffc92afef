/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of programs, for tree and summary.
 */
#ifndef PXT_SINK_TEXT_PROGRAM_NAME_H
#define PXT_SINK_TEXT_PROGRAM_NAME_H

#include <stdbool.h>

#include "base/text.h"
#include "event/facts.h"

/*
 * Returns whether FILENAME is a link or a descriptor of proc(5), whose last part names no program:
 * /proc/self/exe, /proc/PID/fd/N, /dev/fd/N (execveat(2), fexecve(3)).
 */
bool program_is_nameless(struct text filename);

/*
 * Returns the base name of FILENAME. If that is nameless, the base name of argv[0] in ARGUMENTS
 * without a login shell's dash, provided that it is known and a single word; else COMM, the task's
 * name. Borrowed from one of them.
 */
struct text program_name(struct text filename, const struct arguments *arguments, struct text comm);

#endif
